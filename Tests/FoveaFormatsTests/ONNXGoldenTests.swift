import FoveaGraph
import FoveaTensors
import Foundation
import Testing

@testable import FoveaFormats

/// Networks that PyTorch exported, with what it computed; `Tools/golden/onnx_files.py` records them.
@Suite struct ONNXGoldenTests {
  static let names = ["classifier", "classifier-static", "old", "shuffle", "upconv", "gates"]

  private static func url(_ name: String) throws -> URL {
    try #require(Bundle.module.resourceURL).appendingPathComponent("Golden/onnx/\(name)")
  }

  @Test(arguments: names) func exportsOfPyTorchAgree(_ name: String) throws {
    let network = try PortableModel(onnx: Self.url(name + ".onnx"))
    let tensors = try Safetensors(contentsOf: Self.url(name + ".safetensors")).weights
    let image = try #require(tensors["input"])
    let expected = try #require(tensors["output"])
    let actual = try outputs(network.graph, network.weights, ["input": image])
    expectSame(actual["output"], expected, relative: 1e-5, name)
    // The batch of the file is open, and the recording's is not the one that was imported.
    if !name.hasSuffix("static") {
      #expect(network.graph.inputs[0].shape[0] == 1)
      #expect(image.shape[0] == 3)
    }
  }

  @Test func tensorsKeepPyTorchsNames() throws {
    let network = try PortableModel(onnx: Self.url("classifier.onnx"))
    #expect(network.weights["head.weight"] != nil)
    #expect(network.graph.nodes.contains { $0.path == "head" && $0.operation is Linear })
  }

  @Test func theBatchIsHeldWhereTheNetworkDependsOnIt() throws {
    // A sum with a table that has a row for each image of the file's batch.
    let data = try ONNXModels.model { graph in
      graph.input = [ONNXModels.info("x", [nil, 4])]
      graph.output = [ONNXModels.info("y", [])]
      graph.initializer = [ONNXModels.integers("two", [2, 2])]
      graph.node = [
        ONNXModels.node("Shape", ["x"], ["shape"]),
        ONNXModels.node("ConstantOfShape", ["shape"], ["zeros"]),
        ONNXModels.node("Add", ["x", "zeros"], ["sum"]),
        ONNXModels.node("Relu", ["sum"], ["y"]),
      ]
    }
    var options = ONNXImportOptions()
    options.batch = 3
    let network = try PortableModel(decodingONNX: data, options: options)
    #expect(network.graph.inputs[0].shape == [3, 4])
  }

  @Test func dataGoOutsideWhereTheyAreTooLarge() throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("fovea-onnx-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let network = try PortableModel(onnx: Self.url("classifier.onnx"))
    var options = ONNXExportOptions()
    options.largestInlineByteCount = 100
    let url = folder.appendingPathComponent("large.onnx")
    try ONNXFile(network, options: options).write(to: url)
    let beside = folder.appendingPathComponent("large.onnx.data")
    #expect(try Data(contentsOf: url).count < Data(contentsOf: beside).count)
    let back = try PortableModel(onnx: url)
    #expect(back.weights.names.allSatisfy { back.weights[$0] == network.weights[$0] })
  }

  @Test func trainingHasNoCounterpart() throws {
    var builder = GraphBuilder()
    let input = try builder.input("x", [4, 3])
    let twice = try builder.apply(SumTo(), input, input, path: "sum")
    try builder.output("y", twice)
    #expect(throws: ONNXError.self) {
      _ = try ONNXFile(PortableModel(graph: builder.graph, weights: Weights()))
    }
    var options = ONNXExportOptions()
    options.opset = 5
    #expect(throws: ONNXError.self) {
      _ = try ONNXFile(
        PortableModel(graph: builder.graph, weights: Weights()), options: options)
    }
  }
}
