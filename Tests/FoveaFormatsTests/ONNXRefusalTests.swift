import FoveaGraph
import FoveaTensors
import Foundation
import FuzzSupport
import Testing

@testable import FoveaFormats

@Suite struct ONNXRefusalTests {
  /// Reads a model that must be refused, and returns why.
  private func problem(_ data: Data, folder: URL? = nil) throws -> ONNXError.Problem {
    let error = try #require(throws: ONNXError.self) {
      _ = try PortableModel(decodingONNX: data, folder: folder)
    }
    #expect("\(error)".contains("; "), "no remedy: \(error)")
    return error.problem
  }

  @Test func namesAreChecked() throws {
    let input = ONNXModels.info("x", [1, 2])
    let output = ONNXModels.info("y", [1, 2])
    func model(_ nodes: [Onnx_NodeProto], tensors: [Onnx_TensorProto] = []) throws -> Data {
      try ONNXModels.model { graph in
        graph.input = [input]
        graph.output = [output]
        graph.node = nodes
        graph.initializer = tensors
      }
    }
    let relu = ONNXModels.node("Relu", ["x"], ["y"])
    #expect(try problem(model([])) == .undefinedValue("y"))
    #expect(
      try problem(model([ONNXModels.node("Relu", ["z"], ["y"])])) == .undefinedValue("z"))
    #expect(try problem(model([relu, relu])) == .duplicateName("y", kind: "values"))
    #expect(
      try problem(model([ONNXModels.node("Add", ["x", "y"], ["y"])])) == .laterValue("y"))
    let cycle = [
      ONNXModels.node("Add", ["x", "b"], ["a"]), ONNXModels.node("Relu", ["a"], ["b"]),
      ONNXModels.node("Relu", ["b"], ["y"]),
    ]
    #expect(try problem(model(cycle)) == .laterValue("b"))
    let tensor = ONNXModels.tensor("w", [1], [1])
    #expect(
      try problem(model([relu], tensors: [tensor, tensor]))
        == .duplicateName("w", kind: "tensors"))
    var foreign = relu
    foreign.domain = "com.example"
    #expect(try problem(model([foreign])) == .domain("com.example"))
    var twice = relu
    twice.attribute = ONNXModels.node("", [], [], ints: ["a": [1]]).attribute
    twice.attribute += twice.attribute
    #expect(try problem(model([twice])) == .duplicateName("a", kind: "attributes"))
  }

  @Test func versionsAndOperatorsAreNamed() throws {
    let relu = ONNXModels.node("Relu", ["x"], ["y"])
    #expect(try problem(ONNXModels.single(relu, opset: 0)) == .opset(0, supported: 6...28))
    #expect(try problem(ONNXModels.single(relu, opset: 99)) == .opset(99, supported: 6...28))
    let strange = ONNXModels.node("Quux", ["x"], ["y"])
    #expect(try problem(ONNXModels.single(strange)) == .unsupportedOperator)
    let error = try #require(throws: ONNXError.self) {
      _ = try PortableModel(decodingONNX: ONNXModels.single(strange))
    }
    #expect(error.node == ONNXError.Node(name: "Quux_0", operatorName: "Quux", opset: 18))
    let attribute = ONNXModels.node("Relu", ["x"], ["y"], ints: ["slope": [1]])
    #expect(
      try problem(ONNXModels.single(attribute))
        == .attribute("slope", value: "given", allowed: "no attribute"))
    let pad = ONNXModels.node(
      "MaxPool", ["x"], ["y"], ints: ["kernel_shape": [2, 2]], strings: ["auto_pad": "SOME"])
    guard case .attribute("auto_pad", _, _) = try problem(ONNXModels.single(pad)) else {
      Issue.record("auto_pad SOME is taken")
      return
    }
    let missing = ONNXModels.node("Conv", ["x"], ["y"])
    #expect(try problem(ONNXModels.single(missing)) == .missingInput(1))
    let computed = ONNXModels.node("Reshape", ["x", "x"], ["y"])
    #expect(try problem(ONNXModels.single(computed)) == .inputNotConstant(1, value: "x"))
  }

  @Test func lengthsAreCheckedBeforeMemoryIsTaken() throws {
    func model(_ tensor: Onnx_TensorProto) throws -> Data {
      try ONNXModels.model { graph in
        graph.input = [ONNXModels.info("x", [1, 2])]
        graph.output = [ONNXModels.info("y", [1, 2])]
        graph.node = [ONNXModels.node("Add", ["x", tensor.name], ["y"])]
        graph.initializer = [tensor]
      }
    }
    let huge = ONNXModels.tensor("w", [1 << 40, 1 << 40], [])
    #expect(try problem(model(huge)) == .dimensions([1 << 40, 1 << 40], of: "w"))
    let long = ONNXModels.tensor("w", [1 << 40], [1])
    #expect(
      try problem(model(long)) == .dataLength(of: "w", stated: 1, needed: 1 << 40))
    let negative = ONNXModels.tensor("w", [-1], [1])
    #expect(try problem(model(negative)) == .dimensions([-1], of: "w"))
    var raw = ONNXModels.tensor("w", [2], [])
    raw.rawData = Data(count: 7)
    #expect(try problem(model(raw)) == .dataLength(of: "w", stated: 7, needed: 8))
    var text = ONNXModels.tensor("w", [1], [])
    text.dataType = 8
    #expect(try problem(model(text)) == .elementType("number 8", of: "w"))
    let filled = try ONNXModels.model { graph in
      graph.initializer = [ONNXModels.integers("n", [1 << 20, 1 << 20])]
      graph.node = [ONNXModels.node("ConstantOfShape", ["n"], ["y"])]
      graph.output = [ONNXModels.info("y", [])]
    }
    guard case .tooLarge(_, ONNXImporter.elementLimit) = try problem(filled) else {
      Issue.record("2^40 constants are computed")
      return
    }
    // Many empty messages take far more memory than bytes.
    let fields = Data([0x3a, 0x82, 0x89, 0x7a]) + Data(repeating: 0x0a, count: 2_000_000)
    guard case .tooLarge = try problem(fields + Data(count: 2)) else { return }
  }

  @Test func dataOutsideTheFileStayInItsFolder() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-onnx-\(UInt64.random(in: 0 ... .max))")
    let inner = folder.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(count: 64).write(to: folder.appendingPathComponent("secret"))
    try Data(count: 64).write(to: inner.appendingPathComponent("data"))
    try FileManager.default.createSymbolicLink(
      at: inner.appendingPathComponent("link"),
      withDestinationURL: folder.appendingPathComponent("secret"))
    func model(_ entries: [(String, String)]) throws -> Data {
      var tensor = ONNXModels.tensor("w", [2], [])
      tensor.dataLocation = .external
      tensor.externalData = entries.map(Onnx_StringStringEntryProto.init)
      return try ONNXModels.model { graph in
        graph.input = [ONNXModels.info("x", [1, 2])]
        graph.output = [ONNXModels.info("y", [1, 2])]
        graph.node = [ONNXModels.node("Add", ["x", "w"], ["y"])]
        graph.initializer = [tensor]
      }
    }
    let taken = try model([("location", "data"), ("offset", "56"), ("length", "8")])
    #expect(try PortableModel(decodingONNX: taken, folder: inner).weights["w"]?.floats == [0, 0])
    for entries in [
      [("location", "../secret")], [("location", folder.path + "/secret")],
      [("location", "link")], [("location", "")], [("location", "none")], [("location", ".")],
      [("location", "data"), ("offset", "57")], [("location", "data"), ("offset", "-8")],
      [("location", "data"), ("offset", "9223372036854775807")],
      [("location", "data"), ("location", "data")],
    ] {
      guard case .externalData("w", _) = try problem(model(entries), folder: inner) else {
        Issue.record("\(entries) are taken")
        return
      }
    }
    #expect(
      try problem(model([("location", "data"), ("length", "9")]), folder: inner)
        == .dataLength(of: "w", stated: 9, needed: 8))
    guard case .externalData = try problem(taken) else {
      Issue.record("data outside of bytes without a folder")
      return
    }
  }

  @Test func openExtentsAreNamed() throws {
    let data = try ONNXModels.model { graph in
      graph.input = [ONNXModels.info("x", [nil, 3, nil, 8])]
      graph.output = [ONNXModels.info("y", [])]
      graph.node = [ONNXModels.node("Relu", ["x"], ["y"])]
    }
    #expect(try problem(data) == .unknownExtent(input: "x", axis: 2))
    var options = ONNXImportOptions()
    options.inputShapes["x"] = [1, 3, 8, 8]
    #expect(
      try PortableModel(decodingONNX: data, options: options).graph.inputs[0].shape == [1, 3, 8, 8])
    options.inputShapes["z"] = [1]
    let error = try #require(throws: ONNXError.self) {
      _ = try PortableModel(decodingONNX: data, options: options)
    }
    #expect("\(error)".contains("there is no input z"))
  }

  @Test func damagedFilesNeverTrap() throws {
    let folder = try #require(Bundle.module.resourceURL).appendingPathComponent("Golden/onnx")
    let originals = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "onnx" }.sorted { $0.path < $1.path }
      .map { Array(try Data(contentsOf: $0)) }
    let small = originals.filter { $0.count < 20_000 }
    #expect(!small.isEmpty)
    var refused = 0
    for round in 0..<Fuzz.rounds {
      let bytes = Fuzz.file(from: small, round: round, named: "onnx")
      do {
        _ = try PortableModel(decodingONNX: Data(bytes))
      } catch {
        refused += 1
      }
    }
    #expect(refused > Fuzz.rounds / 4)
  }
}
