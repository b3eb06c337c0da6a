import FoveaCommands
import FoveaFormats
import FoveaGraph
import FoveaTensors
import FoveaZoo
import Foundation
import Testing

/// A folder that goes when the test is done.
private final class TemporaryFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("fovea-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appendingPathComponent(name).path }
}

@Suite struct NetworkFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// LeNet-5 and random weights of a seed.
  static func lenet(seed: UInt64) throws -> PortableModel {
    let model = try ZooModel.named("lenet5").build()
    return PortableModel(graph: model.inference, weights: model.initialWeights(seed: seed))
  }

  private func write(_ weights: Weights, _ name: String) throws -> String {
    try AtomicFile.write(
      Safetensors(weights: weights).encoded(), to: folder.url.appendingPathComponent(name))
    return folder.path(name)
  }

  private func writeArray(_ shape: Shape, _ name: String) throws -> String {
    let stream = RandomStream(seed: 3, named: name)
    let tensor = Tensor(shape, stream.normals(shape.elementCount, deviation: 1))
    try NumPyFile(tensor).write(to: folder.url.appendingPathComponent(name))
    return folder.path(name)
  }

  @Test func `a named network with a file's weights, its model file and its export answer alike`()
    throws
  {
    let weights = try write(Self.lenet(seed: 5).weights, "weights.safetensors")
    let input = try writeArray([3, 1, 28, 28], "x.npy")
    func answer(_ source: NetworkSource) throws -> Tensor {
      let report = try RunCommand(
        source: source, inputs: [input], output: folder.path("out")
      ).run()
      #expect(report.outputs.map(\.shape) == [[3, 10]])
      return try NumPyFile(contentsOf: URL(fileURLWithPath: report.outputs[0].file)).tensor
    }
    let expected = try answer(NetworkSource("lenet5", weights: weights))
    var imported = ImportCommand(
      source: NetworkSource("lenet5", weights: weights), output: folder.path("net.fovea"))
    imported.labels = "0,1,2,3,4,5,6,7,8,9"
    (imported.mean, imported.deviation) = ([0.1], [0.3])
    let report = try imported.run()
    #expect(report.evidence.map(\.largestDifference) == [0] && report.weights?.isComplete == true)
    #expect(report.evidence[0].topOneAgreement == 1 && report.evidence[0].count == 4)
    let model = try PortableModel(contentsOf: URL(fileURLWithPath: report.output))
    #expect(model.information.labels.count == 10 && model.information.evidence == report.evidence)
    #expect(try answer(NetworkSource(report.output)) == expected)

    let exported = try ExportCommand(
      source: NetworkSource(report.output), output: folder.path("again.safetensors")
    ).run()
    #expect(try answer(NetworkSource("lenet5", weights: exported.output)) == expected)
    let converted = try ConvertCommand(
      input: exported.output, output: folder.path("third.safetensors")
    ).run()
    #expect(try answer(NetworkSource("lenet5", weights: converted.output)) == expected)

    // A graph's file with weights from elsewhere.
    try JSONEncoder().encode(model.graph).write(to: URL(fileURLWithPath: folder.path("net.json")))
    #expect(try answer(NetworkSource(folder.path("net.json"), weights: weights)) == expected)
    // Random weights are those of the seed.
    var random = NetworkSource("lenet5")
    random.seed = 5
    #expect(try answer(random) == expected)
    random.seed = 6
    #expect(try answer(random) != expected)
  }

  @Test func `weights of other classes and channels are taken on request alone`() throws {
    let file = try write(Self.lenet(seed: 1).weights, "weights.safetensors")
    let input = try writeArray([1, 1, 28, 28], "x.npy")
    var source = NetworkSource("lenet5", weights: file)
    source.classes = 3
    func run() throws -> RunCommand.Report {
      try RunCommand(source: source, inputs: [input], output: folder.path("out")).run()
    }
    #expect(throws: WeightMismatch.self) { try run() }
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    source.options.dropsHead = true
    #expect(try run().outputs.map(\.shape) == [[1, 3]])
    #expect(try run().weights?.initialized.count == 2)
  }

  @Test func `ONNX files are written in the opset that is asked for`() throws {
    var builder = GraphBuilder()
    let input = try builder.input("input", [1, 4])
    let scale = try builder.variable("scale", [4], role: .parameter)
    let scaled = try builder.apply(Binary(.multiply), input, scale, path: "scaled")
    let gated = try builder.apply(GELU(approximate: .none), scaled, path: "gate")
    try builder.output("output", gated)
    try JSONEncoder().encode(builder.graph)
      .write(to: URL(fileURLWithPath: folder.path("gate.json")))
    let weights = try write(
      Weights(["scale": Tensor([4], [1, 2, 3, 4] as [Float])]), "scale.safetensors")
    func has(_ operatorName: String, in file: String) throws -> Bool {
      try Data(contentsOf: URL(fileURLWithPath: file)).range(of: Data(operatorName.utf8)) != nil
    }
    // The operator of GELU came with opset 20.
    for (opset, own, other) in [(13, "Erf", "Gelu"), (21, "Gelu", "Erf")] {
      let exported = try ExportCommand(
        source: NetworkSource(folder.path("gate.json"), weights: weights),
        output: folder.path("gate.onnx"), opset: opset
      ).run()
      #expect(try has(own, in: exported.output))
      #expect(try !has(other, in: exported.output))
      let converted = try ConvertCommand(
        input: exported.output, output: folder.path("other.onnx"), opset: 34 - opset
      ).run()
      #expect(try has(other, in: converted.output))
      #expect(try !has(own, in: converted.output))
    }
  }

  @Test func `a file that answers otherwise is refused with the first layer that differs`() throws {
    let source = try Self.lenet(seed: 1)
    let check = ExportCheck(comparison: "copy", tolerance: 1e-6)
    let sample = ExportCheck.randomSample(for: source.graph, batch: 2)
    let same = try check.evidence(source: source, exported: source, samples: [sample])
    #expect(same[0].largestDifference == 0 && same[0].largestOutput > 0)

    let convolutions = source.graph.nodes.filter { $0.operation is FoveaGraph.Conv2d }.map(\.path)
    let path = try #require(convolutions.last)
    var changed = source
    let weight = try #require(changed.weights[path + ".weight"])
    changed.weights[path + ".weight"] = Tensor(weight.shape, weight.floats.map { $0 * 1.01 })
    let error = #expect(throws: ExportMismatch.self) {
      try check.evidence(source: source, exported: changed, samples: [sample])
    }
    #expect(error?.layer?.path == path)
    #expect(error?.description.contains("first layer that differs is \(path)") == true)
    let wide = ExportCheck(comparison: "copy", tolerance: 0.5)
    let evidence = try wide.evidence(source: source, exported: changed, samples: [sample])
    #expect(evidence[0].largestDifference > 0)

    changed.weights[path + ".weight"] = Tensor(weight.shape, weight.floats.map { _ in Float.nan })
    #expect(throws: ExportMismatch.self) {
      try wide.evidence(source: source, exported: changed, samples: [sample])
    }
  }

  @Test func `requests that cannot be are refused before anything is written`() throws {
    let weights = try write(Self.lenet(seed: 1).weights, "weights.safetensors")
    let input = try writeArray([1, 1, 28, 28], "x.npy")
    let bytes = folder.path("bytes.npy")
    try NumPyFile(Tensor(zeros: [1, 1, 28, 28], of: .uint8))
      .write(to: URL(fileURLWithPath: bytes))
    func run(_ source: NetworkSource, _ inputs: [String]) throws {
      _ = try RunCommand(source: source, inputs: inputs, output: folder.path("out")).run()
    }
    let lenet = NetworkSource("lenet5", weights: weights)
    try run(lenet, [bytes])
    try FileManager.default.removeItem(atPath: folder.path("out"))
    #expect(throws: CommandError.self) { try run(lenet, []) }
    #expect(throws: CommandError.self) { try run(lenet, [input, input]) }
    #expect(throws: CommandError.self) { try run(lenet, ["nowhere.npy"]) }
    #expect(throws: NumPyError.self) { try run(lenet, [weights]) }
    #expect(throws: CommandError.self) { try run(NetworkSource("resnet19"), [input]) }
    #expect(throws: CommandError.self) {
      try run(NetworkSource("lenet5", weights: "no.pth"), [input])
    }
    #expect(throws: ModelFileError.self) { try run(NetworkSource(weights), [input]) }
    #expect(throws: GraphError.self) {
      try run(lenet, [try writeArray([1, 3, 2, 2], "small.npy")])
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("out")))
    #expect(throws: CommandError.self) {
      try ExportCommand(source: lenet, output: folder.path("net.txt")).run()
    }
    #expect(throws: CommandError.self) {
      try ConvertCommand(input: weights, output: folder.path("net.fovea")).run()
    }
    for (file, opset) in [("net.onnx", 12), ("net.onnx", 22), ("net.fovea", 18)] {
      #expect(throws: CommandError.self) {
        try ExportCommand(source: lenet, output: folder.path(file), opset: opset).run()
      }
      #expect(throws: CommandError.self) {
        try ConvertCommand(input: weights, output: folder.path(file), opset: opset).run()
      }
      #expect(!FileManager.default.fileExists(atPath: folder.path(file)))
    }
    var labelled = ImportCommand(source: lenet, output: folder.path("net.fovea"))
    labelled.labels = "a,b"
    #expect(throws: CommandError.self) { try labelled.run() }
    #expect(!FileManager.default.fileExists(atPath: folder.path("net.fovea")))
  }
}
