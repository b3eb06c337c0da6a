import FoveaDrawing
import FoveaTraining

/// Draws learning rate and momentum of a training before it is begun.
public struct DrawScheduleCommand: Hashable, Codable, Sendable {
  /// The training.
  public var training: TrainCommand
  /// How many images an epoch has; counted in the dataset where left out.
  public var images: Int?
  /// The SVG or PNG file.
  public var output: String

  /// What was drawn.
  public struct Report: Hashable, Codable, Sendable {
    /// The file.
    public let picture: PictureReport
    /// Steps of an epoch.
    public let stepsPerEpoch: Int
    /// Updates of the whole training.
    public let updates: Int
    /// The learning rate of the first update.
    public let firstLearningRate: Float
    /// The highest learning rate.
    public let highestLearningRate: Float
    /// The learning rate of the last update.
    public let lastLearningRate: Float
  }

  /// Makes the request.
  public init(_ training: TrainCommand, images: Int? = nil, output: String) {
    self.training = training
    self.images = images
    self.output = output
  }

  /// The most updates whose highest learning rate is looked for.
  private static let mostUpdates = 100_000_000

  /// Draws.
  ///
  /// - Parameter preparation: Told what happens before, also from other threads.
  /// - Throws: `CommandError` for a wrong request, else what data and files throw.
  public nonisolated(nonsending) func run(
    preparation: @escaping @Sendable (TrainPreparation) -> Void = { _ in }
  ) async throws -> Report {
    let file = try PictureFile(requested: output)
    var training = training
    if let images {
      guard 1...1_000_000_000 ~= images else {
        throw CommandError.option("--images", value: "\(images)", allowed: "1 to 1000000000")
      }
      // Only its number of images says anything here.
      training.dataset = training.dataset ?? DatasetName.mnistMini.rawValue
    } else if training.dataset == nil {
      throw CommandError.missing(
        "the length of an epoch", remedy: "name a dataset, or its number of images with --images")
    }
    let configuration = try TrainConfiguration(training)
    let steps: Int
    if let images {
      let size = configuration.batchSize
      steps = configuration.dropLast ? images / size : (images + size - 1) / size
    } else {
      steps = try await configuration.loaders(
        normalization: nil, workers: training.workers
      ) {
        preparation(.downloading($0))
      }.training.batchCount
    }
    let (perEpoch, schedule) = (
      configuration.updates(ofSteps: steps), configuration.schedule(stepsPerEpoch: steps)
    )
    let updates = configuration.epochs * perEpoch
    guard updates > 0 else {
      throw CommandError.option(
        "--batch-size", value: "\(configuration.batchSize)",
        allowed: "at most the number of images with --drop-last")
    }
    guard updates <= Self.mostUpdates else {
      throw CommandError.option(
        "--epochs", value: "\(configuration.epochs)",
        allowed: "so few that the training has at most \(Self.mostUpdates) updates")
    }
    let momentum = configuration.momentum ?? configuration.optimizer.momentum
    let chart = TrainingCharts.schedule(
      title: "\(configuration.schedule.rawValue), \(counted(configuration.epochs, "epoch")) of "
        + counted(perEpoch, steps == perEpoch ? "step" : "update"),
      schedule: schedule, updates: updates, areSteps: steps == perEpoch, momentum: momentum)
    let rates = (0..<updates).lazy.map {
      schedule.settings(step: $0, of: updates, momentum: momentum).learningRate
    }
    return Report(
      picture: try file.write(chart), stepsPerEpoch: steps, updates: updates,
      firstLearningRate: rates.first ?? 0, highestLearningRate: rates.max() ?? 0,
      lastLearningRate: rates.last ?? 0)
  }
}
