import FoveaAnalysis
import FoveaData
import Foundation
import FoveaFormats
import FoveaLayers
public import FoveaRuntime
import FoveaTensors
public import FoveaTraining
import FoveaZoo

/// Trains a network on a dataset, and leaves a run folder.
///
/// What is left out has a default in a new run, and is the run's own when one goes on.
public struct TrainCommand: Hashable, Codable, Sendable {
  /// The dataset's name, or the path of a folder or table of images.
  public var dataset: String?
  /// The network's name.
  public var model: String?
  /// Epochs in all, also of a run that goes on.
  public var epochs: Int?
  /// Images of a batch.
  public var batchSize: Int?
  /// The highest learning rate.
  public var maxLearningRate: Double?
  /// How the learning rate changes.
  public var schedule: ScheduleName?
  /// How weights follow gradients.
  public var optimizer: OptimizerName?
  /// SGD's momentum or Adam's β₁, for schedules that do not set it.
  public var momentum: Double?
  /// How much weights shrink.
  public var weightDecay: Double?
  /// The share of the target that is spread over all classes.
  public var labelSmoothing: Double?
  /// What everything random comes from.
  public var seed: UInt64?
  /// Whether a last batch of fewer images is left out.
  public var dropLast: Bool?
  /// How exact arithmetic has to be, and in how many bits activations wait for the backward pass.
  public var precision: Precision?
  /// Whether the backward pass computes cheap activations anew, for less memory.
  public var recomputes: Bool?
  /// What a training may do besides the common.
  public var recipe = TrainingRecipe()
  /// How images are taken.
  public var images = ImageRecipe()
  /// What the training starts from.
  public var transfer = TransferRecipe()
  /// Epochs without a better one after which the training ends.
  public var earlyStop: Int?
  /// What makes an epoch the best.
  public var bestBy: BestMeasure?
  /// Minutes after which this run stops, to be gone on with.
  public var maxMinutes: Double?
  /// Threads; they change no result.
  public var threads: Int?
  /// Batches that are made ahead, 0 to 64; they change no result.
  public var workers: Int?
  /// Where the dataset's files are.
  public var data: String?
  /// The run's folder; a new one under `runs/train` where left out.
  public var output: String?
  /// Whether layers are looked at, and what is wrong with the training is named.
  public var isWatched = false
  /// After how many steps layers are looked at again, where they are.
  public var statsInterval: Int?
  /// Patterns of the paths of the layers that are looked at; convolutions and fully connected layers where left out.
  public var statsLayers: [String]?
  /// Whether the run in `output` goes on.
  public var isResumed: Bool
  /// The folder whose runs database gets to know of the run; none where left out.
  public var project: String?
  /// Which algorithms convolutions run by, of another run; those that are fast here where left out.
  var algorithms: [String: String]?
  /// The data of another run, which this one must have too.
  var expectedData: ExpectedData?

  /// Asks for a training; fields say more.
  public init(dataset: String? = nil, output: String? = nil, isResumed: Bool = false) {
    self.dataset = dataset
    self.output = output
    self.isResumed = isResumed
  }

  /// Trains.
  ///
  /// - Parameters:
  ///   - observers: Told what happens in the loop; they may stop it.
  ///   - preparation: Told what happens before it, also from other threads.
  /// - Returns: What came out, also where the training was stopped.
  /// - Throws: `CommandError` for a wrong request, else what data, models and files throw.
  public nonisolated(nonsending) func run(
    observers: [any TrainingObserver] = [],
    preparation: @escaping @Sendable (TrainPreparation) -> Void = { _ in }
  ) async throws -> TrainReport {
    var record: RunRecord?
    do {
      let report = try await train(
        observers: observers, preparation: preparation, record: &record)
      try record?.end(report.wasStopped ? .stopped : .completed)
      return report
    } catch {
      // Where the disk is full this cannot be written either, and the run counts as interrupted.
      try? record?.end(.failed, reason: "\(error)")
      throw error
    }
  }

  private nonisolated(nonsending) func train(
    observers: [any TrainingObserver],
    preparation: @escaping @Sendable (TrainPreparation) -> Void, record: inout RunRecord?
  ) async throws -> TrainReport {
    if let maxMinutes, !(maxMinutes > 0 && maxMinutes <= 1e6) {
      throw CommandError.option(
        "--max-minutes", value: "\(maxMinutes)", allowed: Self.allowedMinutes)
    }
    if let statsInterval, !(1...1_000_000 ~= statsInterval) {
      throw CommandError.option(
        "--stats-interval", value: "\(statsInterval)", allowed: "1 to 1000000")
    }
    if let statsLayers, statsLayers.isEmpty || statsLayers.contains("") {
      throw CommandError.option(
        "--stats-layers", value: statsLayers.joined(separator: ","),
        allowed: "patterns of layers' paths with commas between, such as 'layer4.*,head'")
    }
    let earlier = try isResumed ? earlierRun() : nil
    let configuration = try earlier?.configuration ?? TrainConfiguration(self)
    preparation(.configured(configuration))

    // What goes on reads nothing that it started from.
    let source = try earlier?.checkpoint == nil ? configuration.transferSource() : nil
    let normalization =
      if let checkpoint = earlier?.checkpoint, configuration.transfer != nil {
        checkpoint.input.normalization as Normalization?
      } else { try source?.normalization(configuration.transfer?.normalization) }
    let (training, test) = try await configuration.loaders(
      normalization: normalization, workers: workers
    ) {
      preparation(.downloading($0))
    }

    let data = try DataFingerprint(training: training.dataset, validation: test.dataset)
    try expectedData?.check(data)

    let learner: Learner
    var start: StartReport?
    if let checkpoint = earlier?.checkpoint {
      learner = try Learner(
        resuming: checkpoint, training: training, validation: test, threads: configuration.threads,
        tuner: .chosen(), teacher: configuration.teacher(for: training.dataset.description))
    } else {
      (learner, start) = try await configuration.newLearner(
        from: source, training: training, validation: test, algorithms: algorithms)
    }

    let stats = try layerStats(of: learner.model)
    let title = configuration.title
    let folder =
      try earlier?.folder
      ?? RunFolder.create(
        at: output, name: "\(configuration.model)-\(configuration.datasetTitle)")
    let lock = try RunLock(folder)
    let firstStep = learner.progress?.step ?? 0
    // A request that is refused changes nothing.
    let manifest = try folder.manifest(goingOnAt: firstStep, with: data)
    try folder.write(configuration, to: folder.configuration)
    record = try RunRecord(
      folder, lock: lock, earlier: manifest, configuration: configuration, data: data,
      firstStep: firstStep, project: project.map { URL(fileURLWithPath: $0) })
    try folder.describe(training: training, validation: test)
    if let transfer = start?.transfer { try folder.write(transfer, to: folder.transfer) }
    // A result belongs to a finished training.
    try? FileManager.default.removeItem(at: folder.result)
    let steps = training.batchCount
    let schedule = learner.progress?.schedule ?? configuration.schedule(stepsPerEpoch: steps)
    let chart = TrainingCharts.schedule(
      title: title, schedule: schedule,
      updates: configuration.epochs * configuration.updates(ofSteps: steps),
      areSteps: configuration.updates(ofSteps: steps) == steps,
      momentum: learner.settings.optimizer.momentum)
    try AtomicFile.write(Data(chart.svg().utf8), to: folder.scheduleChart)
    let writer = try RunWriter(
      folder, title: title, loss: learner.settings.loss, stepsPerEpoch: steps,
      progress: learner.progress)
    let logs = try (configuration.recipe?.logs ?? []).map {
      try $0.logger(in: folder, stepsPerEpoch: steps, progress: learner.progress)
    }
    let watch = try stats.map {
      try TrainingWatch($0, images: training.dataset, folder: folder, progress: learner.progress)
    }
    let loggers: [any TrainingLogger] = [writer] + logs + (watch.map { [$0.logger] } ?? [])
    let pictures = try logs.lazy.compactMap { $0 as? TensorBoardLogger }.first.flatMap {
      try watch?.histograms(in: $0, of: training)
    }
    preparation(
      .prepared(
        PreparedTraining(
          summary: try ModelSummary(of: learner.model.inference),
          imageShape: training.dataset.description.imageShape,
          trainingImages: training.dataset.count, validationImages: test.dataset.count,
          run: folder.url.path, isResumed: isResumed, step: firstStep,
          finishedEpochs: (learner.progress?.finishedEpochs ?? []).map(EpochReport.init),
          transfer: start?.transfer, zeroNorms: start?.zeroNorms, unitVariance: start?.unitVariance)
      ))

    let measure = (configuration.bestBy ?? .loss).measure
    learner.bestCheckpoint = BestCheckpoint(folder.best, by: measure)
    let stopping = configuration.earlyStop.map {
      EarlyStopping(measure, patience: $0, after: learner.progress?.finishedEpochs ?? [])
    }
    let limit = maxMinutes.map { TimeLimit(.seconds($0 * 60)) }
    let own: [(any TrainingObserver)?] = [DamagedImages(), stopping, limit, pictures]
    let all = loggers + own.compactMap(\.self) + (watch?.observers ?? []) + observers
    let report: TrainingReport
    do {
      report =
        if learner.progress == nil {
          try await learner.fit(
            epochs: configuration.epochs, schedule: schedule, observers: all,
            checkpointFile: folder.checkpoint)
        } else {
          try await learner.resume(
            epochs: configuration.epochs, observers: all, checkpointFile: folder.checkpoint)
        }
    } catch {
      // What was seen of a training that fails is worth most; its own error counts.
      try? watch?.write(title: title, failure: error)
      throw error
    }
    try watch?.write(title: title)
    if let failure = loggers.lazy.compactMap(\.failure).first { throw failure }
    var averagedAccuracy: Double?
    let isEarly = report.wasStopped && stopping?.hasStopped == true
    if learner.settings.averaging != nil, !report.wasStopped || isEarly {
      if case .stochastic = learner.settings.averaging {
        try await learner.recalibrateBatchNorm(averaged: true)
        try learner.checkpoint.write(to: folder.checkpoint)
      }
      let evaluation = try await learner.evaluate(test, averaged: true)
      averagedAccuracy = evaluation.metrics[Metric.accuracy.name]
    }
    let result = TrainReport(
      report, folder: folder, averagedAccuracy: averagedAccuracy,
      findings: watch?.findings,
      clippedShare: configuration.recipe?.clipNorm.flatMap(writer.steps.clippedShare(maximum:)),
      bestEpoch: measure.best(of: report.epochs).map { $0.epoch + 1 }, isEarly: isEarly)
    if !result.wasStopped { try folder.write(result, to: folder.result) }
    return result
  }

  /// What looks at layers, where that was asked for; checked before a run's folder is made.
  private func layerStats(of model: Model) throws(TrainingError) -> ActivationStats? {
    guard isWatched else { return nil }
    let stats = try ActivationStats(
      layers: statsLayers, interval: statsInterval ?? ActivationStats.defaultInterval)
    try stats.observationRequest?.check(model)
    return stats
  }

  /// What `--max-minutes` may be, in words.
  static let allowedMinutes = "more than 0 and at most 1000000"

  private struct EarlierRun {
    let folder: RunFolder
    let configuration: TrainConfiguration
    let checkpoint: Checkpoint?
  }

  /// The run that goes on; without a checkpoint where it was killed in its first epoch.
  private func earlierRun() throws -> EarlierRun {
    guard let output else {
      throw CommandError.missing(
        "the run's folder", remedy: "name it with --out, such as --resume --out runs/train/NAME")
    }
    let folder = RunFolder(URL(fileURLWithPath: output))
    if RunLock.isHeld(folder) { throw CommandError.training(output) }
    let configuration = try folder.readConfiguration().resumed(by: self, run: output)
    let hasCheckpoint = FileManager.default.fileExists(atPath: folder.checkpoint.path)
    return EarlierRun(
      folder: folder, configuration: configuration,
      checkpoint: hasCheckpoint ? try Checkpoint(contentsOf: folder.checkpoint) : nil)
  }
}
