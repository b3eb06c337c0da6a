public import FoveaData
import Foundation
import FoveaTraining

/// Measures a trained network on a dataset.
public struct EvaluateCommand: Hashable, Codable, Sendable {
  /// A checkpoint's file, or a run's folder.
  public var checkpoint: String
  /// The dataset's name.
  public var dataset: String
  /// Which part of it.
  public var split: MNIST.Split
  /// Images of a batch; it changes no result but the last bits of the loss.
  public var batchSize: Int
  /// Threads; they change no result.
  public var threads: Int?
  /// Batches that are made ahead, 0 to 64; they change no result.
  public var workers: Int?
  /// Where the dataset's files are.
  public var data: String?
  /// Whether the average of the weights answers, which the training must have kept.
  public var isAveraged: Bool
  /// Whether the weights are those of a run's best epoch, not of its last.
  public var isBest = false
  /// What happens to images that cannot be read.
  public var damagedImages = DamagedImagePolicy.fail
  /// How files tell their classes; as in the network's run where left out.
  public var classRules = ClassRules()
  /// The folder for a table and pictures of where the network is right and wrong; none where left out.
  public var details: String?
  /// What those pictures are written as; SVG where left out.
  public var pictures: PictureFormat?

  /// What was measured.
  public struct Report: Hashable, Codable, Sendable {
    /// The share of images whose class was found, 0 to 1.
    public let accuracy: Double
    /// The mean loss, as in the training.
    public let loss: Double
    /// How many images there were.
    public let images: Int
    /// Which part of the dataset they are; `all` of one that is in no parts.
    public let part: String
    /// How many images could not be read and were left out.
    public let damaged: Int
    /// How long it took.
    public let seconds: Double
    /// The file with the weights.
    public let checkpoint: String
    /// The epochs that they were trained for.
    public let epochs: Int
    /// Where it is right and wrong, where that was asked for.
    public let details: EvaluationDetails?
    /// What was done to the images' colours for the network, such as `colour to grey`; `nil` for nothing.
    public let conversion: String?
  }

  /// Asks for a measurement.
  public init(
    checkpoint: String, dataset: String, split: MNIST.Split = .test, batchSize: Int = 256,
    threads: Int? = nil, data: String? = nil, isAveraged: Bool = false, details: String? = nil
  ) {
    self.checkpoint = checkpoint
    self.dataset = dataset
    self.split = split
    self.batchSize = batchSize
    self.threads = threads
    self.data = data
    self.isAveraged = isAveraged
    self.details = details
  }

  /// Measures.
  ///
  /// - Parameter progress: Told of downloads.
  /// - Throws: `CommandError` for a wrong request, else what data and checkpoints throw.
  public nonisolated(nonsending) func run(
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> Report {
    var request = DatasetRequest(dataset, data: data)
    request.read(by: classRules)
    try request.check()
    guard 1...1_000_000 ~= batchSize else {
      throw CommandError.option("--batch-size", value: "\(batchSize)", allowed: "1 to 1000000")
    }
    guard pictures == nil || details != nil else {
      throw CommandError.conflict(
        "--pictures", reason: "none are drawn; name their folder with --details")
    }
    let workers = try LoaderWorkers.checked(workers)
    let file = try Checkpoint.file(requested: checkpoint, isBest: isBest)
    let checkpoint = try Checkpoint(contentsOf: file)
    request.follow(RunFolder(file.deletingLastPathComponent()), rules: classRules)
    let (images, part) = try await request.images(
      split, for: checkpoint.input, progress: progress)
    let loader = DataLoader(
      images, batchSize: batchSize, workers: workers, damagedImages: damagedImages)
    var settings = checkpoint.settings
    settings.metrics = [.accuracy]
    guard settings.averaging != nil || !isAveraged else {
      throw CommandError.conflict(
        "--averaged",
        reason: "the training kept no average of its weights; train with --ema or --swa")
    }
    // A teacher is not part of the checkpoint; what its student is measured by needs none.
    if case .distillation = settings.loss { settings.loss = .crossEntropy }
    let learner = try Learner(
      checkpoint.model, training: loader, settings: settings, weights: checkpoint.weights,
      threads: threads, quantization: checkpoint.quantization)
    let clock = ContinuousClock()
    let start = clock.now
    let evaluation = try await learner.evaluate(loader, averaged: isAveraged)
    let seconds = (clock.now - start) / .seconds(1)
    var details: EvaluationDetails?
    if let folder = self.details {
      details = try EvaluationDetails(
        await learner.predictions(on: loader, averaged: isAveraged), of: images,
        title: "\(dataset), \(part) images", folder: URL(fileURLWithPath: folder),
        format: pictures ?? .svg)
    }
    return Report(
      accuracy: evaluation.metrics[Metric.accuracy.name] ?? 0, loss: evaluation.loss,
      images: evaluation.images, part: part, damaged: images.count - evaluation.images,
      seconds: seconds, checkpoint: file.path,
      epochs: checkpoint.progress?.epoch ?? 0, details: details,
      conversion: (images as? ImagePipeline).flatMap(Self.conversion))
  }
}

extension EvaluateCommand {
  /// What a pipeline does to the channels of its first image.
  private static func conversion(in pipeline: ImagePipeline) -> String? {
    guard let first = pipeline.indices.first,
      let stored = try? pipeline.source.image(at: first, minimumSize: nil)
    else { return nil }
    switch (stored.channels, pipeline.description.imageShape[0]) {
    case (1, 3): return "grey to colour"
    case (3, 1): return "colour to grey"
    default: return nil
    }
  }
}

extension Checkpoint {
  /// Reads a checkpoint's file, or the one in a run's folder.
  init(requested path: String) throws {
    try self.init(contentsOf: Self.file(requested: path, isBest: false))
  }

  /// A checkpoint's file, or the one of the last or the best epoch in a run's folder.
  static func file(requested path: String, isBest: Bool) throws(CommandError) -> URL {
    let url = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard isThere, isFolder.boolValue else {
      guard !isBest else {
        throw .conflict("--best", reason: "\(path) is no run's folder, which has a best epoch")
      }
      return url
    }
    let folder = RunFolder(url)
    let file = isBest ? folder.best : folder.checkpoint
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw .missing(
        file.path,
        remedy: folder.hasConfiguration
          ? "the run has finished no epoch; train on with --resume"
          : "name a checkpoint's file, or a run's folder")
    }
    return file
  }
}
