import FoveaGraph
import FoveaLayers
import FoveaTensors
import Foundation
import Testing

@testable import FoveaFormats

@Suite struct ONNXOpsetTests {
  private func written(
    _ layers: some Layer & Sendable, opset: Int
  ) throws -> ONNXModel {
    let model = try Model(input: [2, 8, 8]) { x throws(GraphError) in try layers.forward(x) }
    var options = ONNXExportOptions()
    options.opset = opset
    let network = PortableModel(graph: model.inference, weights: model.initialWeights(seed: 1))
    let data = try ONNXFile(network, options: options).data()
    return try ONNXModel(decoding: data, file: "x", folder: nil)
  }

  @Test func filesStateTheOpsetThatWasChosen() throws {
    for opset in ONNXExportOptions.opsets {
      let file = try written(FoveaLayers.GELU(), opset: opset)
      #expect(file.opset == opset)
      #expect(file.nodes.contains { $0.opType == "Gelu" } == (opset >= 20))
    }
  }

  @Test(arguments: [12, 22]) func othersAreRefused(_ opset: Int) throws {
    let error = try #require(throws: ONNXError.self) {
      _ = try written(FoveaLayers.ReLU(), opset: opset)
    }
    #expect(error.problem == .exportOpset(opset, supported: 13...21))
    #expect("\(error)".hasSuffix("cannot be written in opset \(opset); choose one of 13 to 21"))
  }

  @Test func anOperationThatCameLaterIsNamedWithItsLayer() throws {
    let circular = FoveaLayers.Sequential {
      FoveaLayers.ReLU()
      FoveaLayers.CircularPad2d(1)
    }
    #expect(try written(circular, opset: 19).nodes.map(\.opType) == ["Relu", "Pad"])
    let error = try #require(throws: ONNXError.self) { _ = try written(circular, opset: 18) }
    #expect(
      error.problem == .needsOpset("circular padding", layer: "1", needed: 19, chosen: 18))
    #expect("\(error)".contains("choose opset 19 or a later one, or replace the layer"))

    let resize = Resize(to: .sizes([3, 3]), interpolation: .linear, antialias: true)
    let shrunk = try Model(input: [2, 8, 8]) { x throws(GraphError) in
      try x.tracer.append(resize, [x])[0]
    }
    var options = ONNXExportOptions()
    options.opset = 17
    let other = try #require(throws: ONNXError.self) {
      _ = try ONNXFile(
        PortableModel(graph: shrunk.inference, weights: Weights()), options: options)
    }
    guard case .needsOpset("antialiased resizing", _, 18, 17) = other.problem else {
      Issue.record("\(other)")
      return
    }
    options.opset = 18
    _ = try ONNXFile(PortableModel(graph: shrunk.inference, weights: Weights()), options: options)
  }
}
