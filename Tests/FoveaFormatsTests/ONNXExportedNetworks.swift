import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Foundation
import Testing

@testable import FoveaFormats

/// Writes networks of the zoo as ONNX, with an input and what the engine answers, where `FOVEA_ONNX_EXPORTS` names a
/// folder; `Scripts/check-onnx.sh` runs them in ONNX Runtime.
@Suite struct ONNXExportedNetworks {
  static let folder = ProcessInfo.processInfo.environment["FOVEA_ONNX_EXPORTS"]

  @Test(.enabled(if: folder != nil)) func networksAreWritten() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let filter = ProcessInfo.processInfo.environment["FOVEA_ONNX_FILTER"] ?? ""
    for network in ZooModel.all where filter.isEmpty || network.name.contains(filter) {
      // Weights of more than 100 MB would take long and show nothing else.
      guard network.parameterCount < 25_000_000 else { continue }
      try write(network, to: folder, opset: 18, folds: false)
    }
    for name in ["resnet18", "mobilenet-v2", "efficientnet-b0"] where name.contains(filter) {
      try write(ZooModel.named(name), to: folder, opset: 13, folds: true)
      try write(ZooModel.named(name), to: folder, opset: 21, folds: false)
    }
  }

  /// Each operation in the lowest and the highest opset.
  @Test(.enabled(if: folder != nil)) func operationsAreWritten() throws {
    let folder = URL(fileURLWithPath: try #require(Self.folder))
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let cases = ONNXRoundTripTests.cases + ONNXRoundTripTests.selectionCases
    for (index, example) in cases.enumerated() {
      let model = try Model(input: example.input, function: example.layers)
      let weights = model.initialWeights(seed: 3)
      let image = randomTensor(Shape([2] + example.input.dimensions), seed: 1)
      for opset in [example.opsets.lowerBound, example.opsets.upperBound] {
        let name = "operation\(index)-\(example.testDescription)-opset\(opset)"
        try write(
          PortableModel(graph: model.inference, weights: weights), to: folder, name: name,
          opset: opset, image: image)
      }
    }
  }

  private func write(
    _ network: ZooModel, to folder: URL, opset: Int, folds: Bool
  ) throws {
    let model = try network.build()
    var weights = model.initialWeights(seed: 7)
    for (seed, name) in weights.names.enumerated() where name.hasSuffix("running_mean") {
      guard let shape = weights[name]?.shape else { continue }
      let values = randomTensor(shape, seed: UInt64(seed)).floats
      weights[name] = Tensor(shape, values.map { $0 / 10 })
    }
    var portable = PortableModel(graph: model.inference, weights: weights)
    portable.information.name = network.name
    try write(
      portable, to: folder, name: "\(network.name)-opset\(opset)\(folds ? "-folded" : "")",
      opset: opset, folds: folds,
      image: randomTensor(Shape([2] + model.inputShape.dimensions), seed: 1))
  }

  private func write(
    _ model: PortableModel, to folder: URL, name: String, opset: Int, folds: Bool = false,
    image: Tensor
  ) throws {
    var options = ONNXExportOptions()
    options.opset = opset
    options.foldsBatchNorm = folds
    let file = try ONNXFile(model, options: options)
    let answer = try outputs(model.graph, model.weights, ["input": image])["output"]
    try file.write(to: folder.appendingPathComponent(name + ".onnx"))
    let tensors = Weights(["input": image, "output": try #require(answer)])
    try AtomicFile.write(
      try Safetensors(weights: tensors).encoded(),
      to: folder.appendingPathComponent(name + ".safetensors"))
  }
}
