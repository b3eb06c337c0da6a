import FoveaGraph
import FoveaTensors
import Foundation
import Testing

@testable import FoveaFormats

/// Operators that become several operations, against sums worked out element by element.
@Suite struct ONNXPoolingTests {
  /// What a model of one node makes of `x`.
  private func result(
    _ node: Onnx_NodeProto, _ x: Tensor, constants: [Onnx_TensorProto] = []
  ) throws -> Tensor {
    let data = try ONNXModels.model(opset: 19) { graph in
      graph.input = [ONNXModels.info("x", [nil] + x.shape.dimensions.dropFirst().map(Int64.init))]
      graph.output = [ONNXModels.info("y", [])]
      graph.initializer = constants
      graph.node = [node]
    }
    let network = try PortableModel(decodingONNX: data)
    return try #require(try outputs(network.graph, network.weights, ["x": x])["y"])
  }

  /// For each position the elements of `x` that its window sees, where the padding of a signal is `nil` and what
  /// lies behind that is left out.
  private func windows(
    _ x: [Float], kernel: Int, stride: Int, dilation: Int, pads: [Int], positions: Int
  ) -> [[Float?]] {
    let padded =
      Array(repeating: Float?.none, count: pads[0]) + x.map(Optional.some)
      + Array(repeating: Float?.none, count: pads[1])
    return (0..<positions).map { position in
      (0..<kernel).compactMap { tap in
        let place = position * stride + tap * dilation
        return place < padded.count ? padded[place] : Float??.none
      }
    }
  }

  @Test(arguments: [false, true], [1, 2]) func averages(_ countsPadding: Bool, _ dilation: Int)
    throws
  {
    let x = randomTensor([3, 1, 10], seed: 2)
    let positions = dilation == 1 ? 6 : 5
    let node = ONNXModels.node(
      "AveragePool", ["x"], ["y"],
      ints: [
        "kernel_shape": [3], "strides": [2], "dilations": [Int64(dilation)], "ceil_mode": [1],
        "pads": [2, 1], "count_include_pad": [countsPadding ? 1 : 0],
      ])
    let actual = try result(node.withLists(["kernel_shape", "strides", "dilations"]), x)
    var expected: [Float] = []
    for row in 0..<3 {
      let signal = Array(x.floats[row * 10..<(row + 1) * 10])
      for seen in windows(
        signal, kernel: 3, stride: 2, dilation: dilation, pads: [2, 1], positions: positions)
      {
        let sum = seen.reduce(0) { $0 + ($1 ?? 0) }
        let count = countsPadding ? seen.count : seen.filter { $0 != nil }.count
        expected.append(sum / Float(count))
      }
    }
    expectSame(actual, Tensor([3, 1, positions], expected), relative: 1e-5, "means")
  }

  @Test(arguments: [1, 2, 3]) func normsOfWindows(_ norm: Int) throws {
    let x = randomTensor([2, 1, 9], seed: 3)
    let node = ONNXModels.node(
      "LpPool", ["x"], ["y"],
      ints: [
        "kernel_shape": [3], "strides": [2], "pads": [1, 1], "dilations": [2], "p": [Int64(norm)],
      ])
    let actual = try result(node.withLists(["kernel_shape", "strides", "dilations"]), x)
    var expected: [Float] = []
    for row in 0..<2 {
      let signal = Array(x.floats[row * 9..<(row + 1) * 9])
      for seen in windows(signal, kernel: 3, stride: 2, dilation: 2, pads: [1, 1], positions: 4) {
        var sum: Float = 0
        for element in seen { sum += powf(abs(element ?? 0), Float(norm)) }
        expected.append(powf(sum, 1 / Float(norm)))
      }
    }
    expectSame(actual, Tensor([2, 1, 4], expected), relative: 1e-5, "norm \(norm)")
  }

  @Test(arguments: [-3, -0.5, 0.3, 1, 2.5, 7] as [Float]) func powers(_ exponent: Float) throws {
    let positive = randomTensor([2, 5], seed: 4).floats.map { $0 + 1.5 }
    let actual = try result(
      ONNXModels.node("Pow", ["x", "e"], ["y"]), Tensor([2, 5], positive),
      constants: [ONNXModels.tensor("e", [], [exponent])])
    expectSame(
      actual, Tensor([2, 5], positive.map { powf($0, exponent) }), relative: 1e-5, "\(exponent)")
  }

  @Test func anOddPowerKeepsTheSign() throws {
    let actual = try result(
      ONNXModels.node("Pow", ["x", "e"], ["y"]), Tensor([1, 3], [-2, 0, 3] as [Float]),
      constants: [ONNXModels.tensor("e", [], [5])])
    #expect(actual.floats == [-32, 0, 243])
  }

  @Test func theLargestOfThreeIsTakenAndNoNumberWins() throws {
    let actual = try result(
      ONNXModels.node("Max", ["x", "a", "b"], ["y"]), Tensor([1, 4], [1, 2, .nan, -1] as [Float]),
      constants: [
        ONNXModels.tensor("a", [4], [0, 5, 9, .nan]),
        ONNXModels.tensor("b", [1, 4], [3, 4, 9, 9]),
      ])
    #expect(Array(actual.floats[..<2]) == [3, 5])
    #expect(actual.floats[2].isNaN && actual.floats[3].isNaN)
  }

  @Test func indicesArePlacesOfAPoolingAndNothingElse() throws {
    func model(_ nodes: [Onnx_NodeProto], output: String) throws -> Data {
      try ONNXModels.model { graph in
        graph.input = [ONNXModels.info("x", [1, 1, 4, 4])]
        graph.output = [ONNXModels.info(output, [])]
        graph.initializer = [ONNXModels.integers("size", [1, 1, 6, 6])]
        graph.node = nodes
      }
    }
    let window: [String: [Int64]] = ["kernel_shape": [2, 2], "strides": [2, 2]]
    let pool = ONNXModels.node("MaxPool", ["x"], ["p", "i"], ints: window)
    func problem(_ nodes: [Onnx_NodeProto], output: String) throws -> ONNXError.Problem {
      try #require(throws: ONNXError.self) {
        _ = try PortableModel(decodingONNX: model(nodes, output: output))
      }.problem
    }
    // Outside the graph they would be counted otherwise.
    #expect(try problem([pool], output: "i") == .elementType("int32", of: "i"))
    let foreign = ONNXModels.node("MaxUnpool", ["p", "p"], ["y"], ints: window)
    guard case .input(1, _, _) = try problem([pool, foreign], output: "y") else {
      Issue.record("values are taken for indices")
      return
    }
    let larger = ONNXModels.node("MaxUnpool", ["p", "i", "size"], ["y"], ints: window)
    guard case .input(2, _, _) = try problem([pool, larger], output: "y") else {
      Issue.record("another size is taken")
      return
    }
  }
}

extension Onnx_NodeProto {
  /// The node with attributes that are lists, also of one number.
  fileprivate func withLists(_ names: Set<String>) -> Onnx_NodeProto {
    var copy = self
    for index in attribute.indices where names.contains(attribute[index].name) {
      copy.attribute[index].type = .ints
    }
    return copy
  }
}
