public import FoveaData
import Foundation
public import FoveaFormats
import FoveaLayers
import FoveaTensors
import FoveaTraining
import FoveaZoo

/// What a training took from the weights that it started from.
public struct TransferReport: Hashable, Codable, Sendable {
  /// Where they are from.
  public let source: String
  /// What was taken, reshaped and made anew.
  public let weights: WeightReport
  /// How bytes become numbers in the new training.
  public let normalization: Normalization

  /// The report as text.
  public var lines: [String] {
    func list(_ numbers: [Float]) -> String { numbers.map { "\($0)" }.joined(separator: ", ") }
    return ["Weights from \(source)"] + weights.lines + [
      "Normalisation: mean \(list(normalization.mean)), deviation \(list(normalization.deviation))"
    ]
  }
}

/// Weights that a training starts from, as their file has them.
struct TransferSource {
  /// Where they are from.
  let path: String
  private let weights: Weights
  /// What they were trained with, where the file says so.
  private let normalization: Normalization?

  /// Reads a run's folder, a checkpoint, or a file of weights.
  init(_ path: String) throws {
    self.path = path
    let url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw CommandError.missing(
        path, remedy: "name a run's folder or a file of weights with --from")
    }
    let file =
      try isFolder.boolValue ? nil as WeightFile? : WeightFile(contentsOf: url) as WeightFile?
    guard let file, file.format != .checkpoint else {
      let checkpoint = try Checkpoint(requested: path)
      var weights = Weights()
      for parameter in checkpoint.model.parameters {
        weights[parameter.name] = checkpoint.weights[parameter.name]
      }
      self.weights = weights
      normalization = checkpoint.input.normalization
      return
    }
    weights = file.weights
    let preprocessing =
      try file.format == .foveaModel
      ? PortableModel(contentsOf: url).information.preprocessing : nil
    normalization = preprocessing.map {
      Normalization(mean: $0.mean, deviation: $0.deviation, unit: $0.unit ?? 255)
    }
  }

  /// The network of the run that a folder or a checkpoint's file belongs to.
  static func modelName(of path: String) -> String? {
    let url = URL(fileURLWithPath: path)
    return [url, url.deletingLastPathComponent()].lazy
      .compactMap { try? RunFolder($0).readConfiguration().model }.first
  }

  /// The numbers that bytes become; `nil` for those of the dataset.
  func normalization(_ policy: NormalizationPolicy?) throws(CommandError) -> Normalization? {
    switch policy {
    case .dataset: return nil
    case .imagenet: return .imageNet
    case nil: return normalization ?? .imageNet
    case .checkpoint:
      guard let normalization else {
        throw .conflict(
          "--normalization checkpoint",
          reason: "\(path) does not say how its images were normalised; take imagenet or dataset")
      }
      return normalization
    }
  }

  /// The weights of a network whose body is the source's.
  ///
  /// - Parameter original: The network with its batch normalisations, whose running statistics the source may have and
  ///   `model` may not.
  func weights(
    for model: Model, original: Model, recipe: TransferRecipe, modelName: String, seed: UInt64
  ) throws -> (weights: Weights, report: WeightReport) {
    let hasStatistics = weights.names.contains { $0.hasSuffix("running_mean") }
    let slots = (hasStatistics ? original : model).inference.variables.map {
      WeightSlot($0.name, $0.shape)
    }
    var options = WeightOptions()
    options.dropsHead = true
    options.renewsHead = recipe.renewsHead ?? false
    options.adaptsInputChannels = recipe.adaptsInput ?? false
    let initial = original.initialWeights(seed: seed)
    do {
      let (taken, report) = try weights.fitted(
        to: slots, initial: initial, options: options, file: path)
      // Heads that help training alone start at random.
      var all = Weights()
      for name in model.parameters.map(\.name) { all[name] = taken[name] ?? initial[name] }
      return (all, report)
    } catch {
      throw CommandError.conflict(
        "--from \(path)",
        reason: "its weights are not those of \(modelName), and none were taken\n"
          + error.report.lines.map { "  \($0)\n" }.joined()
          + "name their network with --model; take images of their size (--image-size), or adapt the "
          + "first convolution to other channels (--adapt-input)")
    }
  }
}

extension TrainConfiguration {
  /// What the training starts from; `nil` for random weights.
  func transferSource() throws -> TransferSource? {
    try transfer?.source.map { try TransferSource($0) }
  }
}
