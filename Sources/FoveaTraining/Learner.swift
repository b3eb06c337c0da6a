public import FoveaData
import FoveaGraph
public import FoveaLayers
public import FoveaRuntime
public import FoveaTensors
public import Foundation

/// How a training is set up, apart from the model and the data.
public struct LearnerSettings: Hashable, Codable, Sendable {
  /// What is made small.
  public var loss: Loss
  /// How weights follow gradients.
  public var optimizer: Optimizer
  /// What is measured on the validation set.
  public var metrics: [Metric]
  /// What everything random comes from: initial weights and dropout.
  public var seed: UInt64
  /// How exact arithmetic has to be, and in how many bits activations wait for the backward pass.
  public var precision: Precision
  /// Whether the backward pass computes cheap activations anew, which then take no memory in between.
  ///
  /// It changes no result, save with a precision of 16 bits, where what is made anew is not rounded.
  public var recomputes: Bool

  /// Gathers settings.
  public init(
    loss: Loss = .crossEntropy, optimizer: Optimizer = .sgd(), metrics: [Metric] = [.accuracy],
    seed: UInt64 = 0, precision: Precision = .float32, recomputes: Bool = false
  ) {
    self.loss = loss
    self.optimizer = optimizer
    self.metrics = metrics
    self.seed = seed
    self.precision = precision
    self.recomputes = recomputes
  }

  /// Whether gradients are those of a scaled loss.
  var scalesLoss: Bool { precision == .float16 }

  /// Reads settings; earlier ones say nothing of precision and memory.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    loss = try values.decode(Loss.self, forKey: .loss)
    optimizer = try values.decode(Optimizer.self, forKey: .optimizer)
    metrics = try values.decode([Metric].self, forKey: .metrics)
    seed = try values.decode(UInt64.self, forKey: .seed)
    precision = try values.decodeIfPresent(Precision.self, forKey: .precision) ?? .float32
    recomputes = try values.decodeIfPresent(Bool.self, forKey: .recomputes) ?? false
  }
}

/// Trains a model on data and evaluates it.
///
/// Not for several threads at once.
///
/// The same seed, data and settings give the same weights, bit for bit, for any number of threads and
/// loader workers, and however often the training is stopped and resumed.
public final class Learner {
  /// What is trained.
  public let model: Model
  /// How.
  public let settings: LearnerSettings
  /// How far the training has come; `nil` before the first.
  public private(set) var progress: TrainingProgress?

  private let training: DataLoader
  private let validation: DataLoader?
  private let graphs: TrainingStep
  private let variables: VariableStore
  private let pool: ThreadPool
  private let tuner: AlgorithmTuner?
  private let quantization: Quantization?
  private var stepPrograms: [Int: Program] = [:]
  private var evaluationPrograms: [Int: Program] = [:]

  /// Prepares a training.
  ///
  /// - Parameters:
  ///   - weights: What to start from; the model's own initial weights where left out.
  ///   - threads: The number of threads; one for each core where left out. It changes no result.
  ///   - tuner: Where choices between algorithms are timed and remembered; checkpoints keep them.
  ///   - quantization: Which convolutions run on 8-bit numbers where the model is evaluated.
  /// - Throws: `GraphError`, `RuntimeError` or `TrainingError` where model, data and settings do not
  ///   fit together.
  public init(
    _ model: Model, training: DataLoader, validation: DataLoader? = nil,
    settings: LearnerSettings = LearnerSettings(), weights: Weights? = nil, threads: Int? = nil,
    tuner: AlgorithmTuner? = nil, quantization: Quantization? = nil
  ) throws {
    self.model = model
    self.quantization = quantization
    self.settings = settings
    self.training = training
    self.validation = validation
    for loader in [training, validation].compactMap({ $0 }) {
      try TrainingError.check(loader.dataset, fits: model)
    }
    graphs = try TrainingStep(
      model, loss: settings.loss, optimizer: settings.optimizer, scalesLoss: settings.scalesLoss)
    variables = try VariableStore(weights ?? model.initialWeights(seed: settings.seed))
    try variables.addOptimizerState(of: graphs.step)
    pool = try ThreadPool(threads: threads)
    self.tuner = tuner
  }

  /// Goes on where a checkpoint was written.
  ///
  /// - Throws: As the other initialiser; `TrainingError.otherData` where the epochs of `training` do
  ///   not have as many steps as the checkpoint's.
  public convenience init(
    resuming checkpoint: Checkpoint, training: DataLoader, validation: DataLoader? = nil,
    threads: Int? = nil, tuner: AlgorithmTuner? = nil
  ) throws {
    // Without those choices the rest of the training would be of other bits.
    let tuner = tuner ?? (checkpoint.algorithms.isEmpty ? nil : AlgorithmTuner())
    tuner?.adopt(checkpoint.algorithms)
    try self.init(
      checkpoint.model, training: training, validation: validation,
      settings: checkpoint.settings, weights: checkpoint.weights, threads: threads, tuner: tuner)
    if let progress = checkpoint.progress {
      guard progress.stepsPerEpoch == training.batchCount else {
        throw TrainingError.otherData(
          expectedSteps: progress.stepsPerEpoch, actualSteps: training.batchCount)
      }
    }
    progress = checkpoint.progress
  }

  /// Copies of the weights and buffers, as the training has left them.
  public var weights: Weights {
    let all = variables.snapshot()
    var result = Weights()
    for parameter in model.parameters { result[parameter.name] = all[parameter.name] }
    return result
  }

  /// All that another process needs to go on.
  public var checkpoint: Checkpoint {
    Checkpoint(
      model: model, settings: settings, input: training.dataset.description,
      weights: variables.snapshot(), progress: progress, algorithms: tuner?.choices ?? [:])
  }

  /// Trains for some epochs.
  ///
  /// - Parameters:
  ///   - checkpointFile: Written after each epoch, and when the training is stopped.
  ///   - observers: Told what happens, in the order of the list; any of them may stop the training.
  /// - Returns: What came out, also where the training was stopped.
  /// - Throws: What data, programs and checkpoints throw.
  @discardableResult
  public nonisolated(nonsending) func fit(
    epochs: Int, schedule: Schedule, observers: [any TrainingObserver] = [],
    checkpointFile: URL? = nil
  ) async throws -> TrainingReport {
    guard epochs > 0, training.batchCount > 0 else {
      throw TrainingError.nothingToDo(epochs: epochs, steps: training.batchCount)
    }
    progress = TrainingProgress(
      epochs: epochs, schedule: schedule, stepsPerEpoch: training.batchCount, after: progress)
    return try await resume(observers: observers, checkpointFile: checkpointFile)
  }

  /// Trains with 1cycle and fastai's settings of it.
  @discardableResult
  public nonisolated(nonsending) func fitOneCycle(
    epochs: Int, maxLearningRate: Double, observers: [any TrainingObserver] = [],
    checkpointFile: URL? = nil
  ) async throws -> TrainingReport {
    try await fit(
      epochs: epochs, schedule: .fastaiOneCycle(maxLearningRate: maxLearningRate),
      observers: observers, checkpointFile: checkpointFile)
  }

  /// Goes on with the training that `progress` tells of, to its last epoch.
  ///
  /// - Parameter epochs: Another number of epochs than was asked for at first. A schedule that
  ///   depends on the number of steps then goes on as the new number has it.
  @discardableResult
  public nonisolated(nonsending) func resume(
    epochs: Int? = nil, observers: [any TrainingObserver] = [], checkpointFile: URL? = nil
  ) async throws -> TrainingReport {
    guard var progress else { throw TrainingError.nothingToDo(epochs: 0, steps: 0) }
    if let epochs { progress.epochs = epochs }
    if settings.scalesLoss, progress.lossScale == nil { progress.lossScale = LossScale() }
    self.progress = progress
    let clock = ContinuousClock()
    let start = clock.now
    var isStopped = false
    func tell(_ event: TrainingEvent) {
      for observer in observers where observer.receive(event) == .stop { isStopped = true }
    }
    func report() -> TrainingReport {
      TrainingReport(
        epochs: progress.finishedEpochs, steps: progress.step,
        seconds: (clock.now - start) / .seconds(1),
        wasStopped: progress.epoch < progress.epochs)
    }

    tell(
      .began(
        TrainingOutline(
          epochs: progress.epochs, stepsPerEpoch: progress.stepsPerEpoch,
          firstStep: progress.step)))
    while progress.epoch < progress.epochs, !isStopped {
      let epoch = progress.epoch
      let epochStart = clock.now
      tell(.epochBegan(epoch: epoch))
      if !isStopped {
        let batches = training.batches(epoch: progress.shuffleEpoch, from: progress.stepInEpoch)
        for try await batch in batches {
          let (record, skipped) = try takeStep(batch, &progress)
          self.progress = progress
          if let skipped { tell(.updateSkipped(skipped)) }
          tell(.stepEnded(record))
          if Task.isCancelled { isStopped = true }
          if isStopped { break }
        }
      }
      if !isStopped {
        tell(.validationBegan(epoch: epoch))
        let evaluation =
          if let validation { try await evaluate(validation) as Evaluation? } else {
            nil as Evaluation?
          }
        let record = EpochRecord(
          epoch: epoch, trainingLoss: progress.trainingLoss, validationLoss: evaluation?.loss,
          metrics: evaluation?.metrics ?? [:], seconds: (clock.now - epochStart) / .seconds(1))
        progress.finishEpoch(record)
        self.progress = progress
        tell(.epochEnded(record))
      }
      if let checkpointFile { try checkpoint.write(to: checkpointFile) }
    }
    let result = report()
    tell(.ended(result))
    return result
  }

  private func takeStep(
    _ batch: Batch, _ progress: inout TrainingProgress
  ) throws -> (record: StepRecord, skipped: SkippedUpdate?) {
    let clock = ContinuousClock()
    let start = clock.now
    let count = batch.images.shape[0]
    let program =
      try stepPrograms[count]
      ?? plan(graphs.step, backwardStart: graphs.backwardStart, batch: batch)
    stepPrograms[count] = program
    let settings = progress.schedule.settings(
      step: progress.step, of: progress.totalSteps, momentum: self.settings.optimizer.momentum)
    let updates = progress.steps - (progress.lossScale?.skippedUpdates ?? 0)
    var inputs = [
      Model.inputName: batch.images, TrainingStep.targetName: batch.labels,
      Optimizer.settingsName: self.settings.optimizer.settings(settings, step: updates),
    ]
    inputs[TrainingStep.lossScaleName] = progress.lossScale.map { Tensor($0.scale) }
    try program.run(inputs, step: UInt64(progress.steps))
    let skipped = try progress.lossScale.flatMap { old throws -> SkippedUpdate? in
      let isFinite = try program.withOutput(TrainingStep.finiteName) { $0[0] != 0 }
      progress.lossScale?.update(isFinite: isFinite)
      return isFinite
        ? nil
        : SkippedUpdate(
          epoch: progress.epoch, step: progress.step, lossScale: old.scale,
          nextLossScale: progress.lossScale?.scale ?? old.scale)
    }
    let loss = try program.withOutput(TrainingStep.lossName) { $0[0] }
    let record = StepRecord(
      epoch: progress.epoch, step: progress.step, loss: loss,
      learningRate: settings.learningRate, momentum: settings.momentum, images: count,
      seconds: (clock.now - start) / .seconds(1))
    progress.finishStep(loss: loss, images: count)
    return (record, skipped)
  }

  private func plan(
    _ graph: Graph, backwardStart: Int?, batch: Batch, quantization: Quantization? = nil
  ) throws -> Program {
    try Program(
      graph,
      inputs: [
        Model.inputName: batch.images.shape, TrainingStep.targetName: batch.labels.shape,
      ], variables: variables, pool: pool, seed: settings.seed,
      options: PlanOptions(
        precision: settings.precision, backwardStart: backwardStart,
        recomputes: settings.recomputes, quantization: quantization),
      tuner: tuner)
  }

  /// Measures loss and metrics on data, without changing anything.
  public nonisolated(nonsending) func evaluate(_ data: DataLoader) async throws -> Evaluation {
    var lossSum = 0.0
    var right = [Int](repeating: 0, count: settings.metrics.count)
    var images = 0
    for try await batch in data.batches(epoch: 0) {
      let count = batch.images.shape[0]
      let program =
        try evaluationPrograms[count]
        ?? plan(
          graphs.evaluation, backwardStart: nil, batch: batch, quantization: quantization)
      evaluationPrograms[count] = program
      try program.run([Model.inputName: batch.images, TrainingStep.targetName: batch.labels])
      lossSum += Double(try program.withOutput(TrainingStep.lossName) { $0[0] }) * Double(count)
      images += count
      try program.withOutput(Model.outputName) { logits in
        batch.labels.withUnsafeElements(of: Int32.self) { labels in
          for (index, metric) in settings.metrics.enumerated() {
            right[index] += metric.countRight(
              logits: logits, classes: logits.count / count, labels: labels)
          }
        }
      }
    }
    guard images > 0 else { throw TrainingError.nothingToDo(epochs: 1, steps: 0) }
    let metrics = zip(settings.metrics, right).map { ($0.name, Double($1) / Double(images)) }
    return Evaluation(
      loss: lossSum / Double(images), metrics: Dictionary(metrics) { first, _ in first },
      images: images)
  }
}

/// How good a model is on a dataset.
public struct Evaluation: Hashable, Codable, Sendable {
  /// The mean loss.
  public let loss: Double
  /// The metrics, by name.
  public let metrics: [String: Double]
  /// How many images were looked at.
  public let images: Int
}
