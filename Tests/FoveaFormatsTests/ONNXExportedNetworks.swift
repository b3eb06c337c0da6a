import FoveaGraph
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
    var options = ONNXExportOptions()
    options.opset = opset
    options.foldsBatchNorm = folds
    var portable = PortableModel(graph: model.inference, weights: weights)
    portable.information.name = network.name
    let file = try ONNXFile(portable, options: options)
    let image = randomTensor(Shape([2] + model.inputShape.dimensions), seed: 1)
    let answer = try outputs(model.inference, weights, ["input": image])["output"]
    let name = "\(network.name)-opset\(opset)\(folds ? "-folded" : "")"
    try file.write(to: folder.appendingPathComponent(name + ".onnx"))
    let tensors = Weights(["input": image, "output": try #require(answer)])
    try AtomicFile.write(
      try Safetensors(weights: tensors).encoded(),
      to: folder.appendingPathComponent(name + ".safetensors"))
  }
}
