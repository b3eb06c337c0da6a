public import FoveaData
import Foundation
import FoveaTraining

/// Measures the running statistics of a trained network's batch normalisations anew.
public struct RecalibrateCommand: Hashable, Codable, Sendable {
  /// A checkpoint's file, or a run's folder.
  public var checkpoint: String
  /// A dataset's name, or the path of a folder or table of images.
  public var dataset: String
  /// How many batches are looked at, at most.
  public var batches = 200
  /// Images of a batch.
  public var batchSize = 64
  /// Whether the statistics are for the average of the weights, which the training must have kept.
  public var isAveraged = false
  /// The file to write; `recalibrated.safetensors` beside the checkpoint where left out.
  public var output: String?
  /// Threads; they change no result.
  public var threads: Int?
  /// Where the dataset's files are.
  public var data: String?
  /// What happens to images that cannot be read.
  public var damagedImages = DamagedImagePolicy.fail
  /// How files tell their classes; as in the network's run where left out.
  public var classRules = ClassRules()

  /// What was done.
  public struct Report: Hashable, Codable, Sendable {
    /// How many layers have new statistics.
    public let layers: Int
    /// How many batches were looked at.
    public let batches: Int
    /// The file that was written.
    public let checkpoint: String
  }

  /// Asks for new statistics; fields say more.
  public init(checkpoint: String, dataset: String) {
    self.checkpoint = checkpoint
    self.dataset = dataset
  }

  /// Measures on images for training, as the network answers to them, and writes a checkpoint.
  ///
  /// - Parameter progress: Told of downloads.
  /// - Throws: `CommandError` for a wrong request, else what data and checkpoints throw.
  public nonisolated(nonsending) func run(
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> Report {
    for (option, value) in [("--batches", batches), ("--batch-size", batchSize)]
    where !(1...1_000_000 ~= value) {
      throw CommandError.option(option, value: "\(value)", allowed: "1 to 1000000")
    }
    var request = DatasetRequest(dataset, data: data)
    request.read(by: classRules)
    try request.check()
    let file = try Checkpoint.file(requested: checkpoint, isBest: false)
    let old = try Checkpoint(contentsOf: file)
    guard old.settings.averaging != nil || !isAveraged else {
      throw CommandError.conflict(
        "--averaged",
        reason: "the training kept no average of its weights; train with --ema or --swa")
    }
    request.follow(RunFolder(file.deletingLastPathComponent()), rules: classRules)
    let images = try await request.images(.training, for: old.input, progress: progress).images
    let loader = DataLoader(
      images, batchSize: batchSize, shuffleSeed: old.settings.seed, damagedImages: damagedImages)
    var settings = old.settings
    // A teacher is not part of the checkpoint, and no loss is measured.
    if case .distillation = settings.loss { settings.loss = .crossEntropy }
    let learner = try Learner(
      old.model, training: loader, settings: settings, weights: old.weights, threads: threads)
    let statistics = try await learner.recalibrateBatchNorm(batches: batches, averaged: isAveraged)
    guard !statistics.tensors.isEmpty else {
      throw CommandError.conflict(
        "recalibrate-bn", reason: "the network has no batch normalisation to measure")
    }
    let target =
      output.map { URL(fileURLWithPath: $0) }
      ?? file.deletingLastPathComponent().appendingPathComponent("recalibrated.safetensors")
    try Checkpoint(
      model: old.model, settings: old.settings, input: old.input,
      weights: learner.checkpoint.weights, progress: old.progress, algorithms: old.algorithms,
      quantization: old.quantization
    ).write(to: target)
    return Report(
      layers: statistics.tensors.count / 2, batches: min(batches, loader.batchCount),
      checkpoint: target.path)
  }
}
