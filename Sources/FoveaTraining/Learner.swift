public import FoveaData
import FoveaGraph
public import FoveaLayers
public import FoveaRuntime
public import FoveaTensors
public import Foundation

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
  public internal(set) var settings: LearnerSettings
  /// How far the training has come; `nil` before the first.
  public private(set) var progress: TrainingProgress?

  /// Where the checkpoint of the best epoch so far is kept; `nil` for nowhere.
  public var bestCheckpoint: BestCheckpoint?

  let training: DataLoader
  private let validation: DataLoader?
  private(set) var graphs: TrainingStep
  /// What `graphs` do besides following the optimiser.
  private(set) var graphOptions: UpdateOptions
  let variables: VariableStore
  let pool: ThreadPool
  let tuner: AlgorithmTuner?
  let quantization: Quantization?
  let outputShape: Shape
  let teacher: TeacherNetwork?
  let average: AveragedWeights?
  /// Running statistics that were measured for the average of the weights as it is.
  var averagedStatistics = Weights()
  var stepPrograms: [Int: Program] = [:]
  var evaluationPrograms: [Int: Program] = [:]
  var updateProgram: Program?

  /// Prepares a training.
  ///
  /// - Parameters:
  ///   - weights: What to start from; the model's own initial weights where left out.
  ///   - threads: The number of threads; one for each core where left out. It changes no result.
  ///   - tuner: Where choices between algorithms are timed and remembered; checkpoints keep them.
  ///   - quantization: Which convolutions run on 8-bit numbers where the model is evaluated.
  ///   - teacher: Whose answers the loss `.distillation` learns from.
  /// - Throws: `GraphError`, `RuntimeError` or `TrainingError` where model, data and settings do not
  ///   fit together.
  public init(
    _ model: Model, training: DataLoader, validation: DataLoader? = nil,
    settings: LearnerSettings = LearnerSettings(), weights: Weights? = nil, threads: Int? = nil,
    tuner: AlgorithmTuner? = nil, quantization: Quantization? = nil, teacher: Teacher? = nil
  ) throws {
    self.model = model
    outputShape = try model.outputShape
    self.quantization = quantization
    self.settings = settings
    self.training = training
    self.validation = validation
    for loader in [training, validation].compactMap({ $0 }) {
      try TrainingError.check(loader.dataset, fits: model)
      try TrainingError.check(settings.metrics, on: loader, output: outputShape)
    }
    try settings.check()
    try settings.updates.check(parameters: model.trainedNames)
    graphOptions = settings.updates
    if training.mixing != nil, !settings.loss.takesProbabilities {
      throw TrainingError.option(
        "mixing", problem: "\(settings.loss.name) takes no shares of classes; use softCrossEntropy")
    }
    graphs = try TrainingStep(
      model, loss: settings.loss, optimizer: settings.optimizer, options: settings.updates,
      scalesLoss: settings.scalesLoss, accumulates: settings.accumulatedBatches > 1)
    var start = weights ?? model.initialWeights(seed: settings.seed)
    for name in model.training.runningStatistics {
      averagedStatistics[name] = start[WeightAveraging.name(of: name)]
      start[WeightAveraging.name(of: name)] = nil
    }
    variables = try VariableStore(start)
    try variables.addOptimizerState(of: graphs)
    pool = try ThreadPool(threads: threads)
    average =
      if let averaging = settings.averaging {
        try AveragedWeights(averaging, of: model, in: variables, pool: pool)
      } else { nil }
    self.tuner = tuner
    self.teacher = try TeacherNetwork(teacher, for: model, loss: settings.loss, pool: pool)
  }

  /// Goes on where a checkpoint was written.
  ///
  /// - Throws: As the other initialiser; `TrainingError.otherData` where the epochs of `training` do
  ///   not have as many steps as the checkpoint's.
  public convenience init(
    resuming checkpoint: Checkpoint, training: DataLoader, validation: DataLoader? = nil,
    threads: Int? = nil, tuner: AlgorithmTuner? = nil, teacher: Teacher? = nil
  ) throws {
    // Without those choices the rest of the training would be of other bits.
    let tuner = tuner ?? (checkpoint.algorithms.isEmpty ? nil : AlgorithmTuner())
    tuner?.adopt(checkpoint.algorithms)
    try self.init(
      checkpoint.model, training: training, validation: validation,
      settings: checkpoint.settings, weights: checkpoint.weights, threads: threads, tuner: tuner,
      teacher: teacher)
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
    var weights = variables.snapshot()
    for (name, tensor) in averagedStatistics.tensors {
      weights[WeightAveraging.name(of: name)] = tensor
    }
    return Checkpoint(
      model: model, settings: settings, input: training.dataset.description,
      weights: weights, progress: progress, algorithms: tuner?.choices ?? [:])
  }

  /// Trains for some epochs.
  ///
  /// - Parameters:
  ///   - checkpointFile: Written after each epoch, and when the training is stopped.
  ///   - observers: Told what happens, in the order of the list but each after those that it needs; any of them may
  ///     stop the training. What they find out is in the report, by their types.
  /// - Returns: What came out, also where the training was stopped.
  /// - Throws: What data, programs and checkpoints throw; `TrainingError.notFinite` for a loss that is
  ///   infinite or no number, and `TargetError` for a wrong target, both before any weight is changed.
  @discardableResult
  public nonisolated(nonsending) func fit(
    epochs: Int, schedule: Schedule, observers: [any TrainingObserver] = [],
    checkpointFile: URL? = nil
  ) async throws -> TrainingReport {
    guard epochs > 0, training.batchCount > 0 else {
      throw TrainingError.nothingToDo(epochs: epochs, steps: training.batchCount)
    }
    try schedule.check()
    try checkMeasure(of: schedule)
    try settings.updates.check(parameters: model.trainedNames)
    progress = TrainingProgress(
      epochs: epochs, schedule: schedule, stepsPerEpoch: training.batchCount,
      stepsPerUpdate: settings.accumulatedBatches, after: progress)
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
    try settings.updates.check(parameters: model.trainedNames)
    if let epochs { progress.epochs = epochs }
    if settings.scalesLoss, progress.lossScale == nil { progress.lossScale = LossScale() }
    self.progress = progress
    let observers = try observers.inOrderOfRequirements()
    for observer in observers { observer.attach(to: observers) }
    let looks = try LayerLooks(observers, of: self)
    let readers = observers.filter(\.wantsAnswers)
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
        wasStopped: progress.epoch < progress.epochs, observers: observers)
    }

    tell(.began(outline(of: progress)))
    while progress.epoch < progress.epochs, !isStopped {
      let epoch = progress.epoch
      let epochStart = clock.now
      try prepare(epoch: epoch)
      averagedStatistics = Weights()
      tell(.epochBegan(epoch: epoch))
      if !isStopped {
        var batches = training.batches(epoch: progress.shuffleEpoch, from: progress.stepInEpoch)
          .makeAsyncIterator()
        while true {
          let asked = clock.now
          guard let batch = try await batches.next() else { break }
          let waiting = clock.now - asked
          try looks.look(at: batch, in: self, progress)
          if !batch.damaged.isEmpty {
            tell(.imagesSkipped(progress.skipped(batch.damaged, for: .training)))
          }
          let isUpdate = progress.endsUpdate
          let (record, skipped) = try takeStep(batch, after: waiting, &progress)
          self.progress = progress
          if isUpdate { looks.tellUpdate(in: self) }
          if !readers.isEmpty {
            let answers = try answers(to: batch, record)
            for reader in readers { reader.receive(answers) }
          }
          if let skipped { tell(.updateSkipped(skipped)) }
          tell(.stepEnded(record))
          if Task.isCancelled { isStopped = true }
          if isStopped { break }
        }
      }
      if !isStopped {
        let normalizations = normalizations
        if !normalizations.isEmpty { tell(.normalizationsRead(normalizations)) }
        tell(.validationBegan(epoch: epoch))
        let evaluation =
          if let validation { try await evaluate(validation) as Evaluation? } else {
            nil as Evaluation?
          }
        if let damaged = evaluation?.damaged, !damaged.isEmpty {
          tell(.imagesSkipped(progress.skipped(damaged, for: .validation)))
        }
        let record = EpochRecord(
          epoch: epoch, trainingLoss: progress.trainingLoss, validationLoss: evaluation?.loss,
          metrics: evaluation?.metrics ?? [:], seconds: (clock.now - epochStart) / .seconds(1))
        progress.finishEpoch(record)
        try average?.finishEpoch(&progress)
        self.progress = progress
        // Before the checkpoint, so that a process that is killed in between does the epoch again.
        if let bestCheckpoint,
          bestCheckpoint.measure.best(of: progress.finishedEpochs)?.epoch == epoch
        {
          try checkpoint.write(to: bestCheckpoint.file)
        }
        tell(.epochEnded(record))
      }
      if let checkpointFile { try checkpoint.write(to: checkpointFile) }
    }
    let result = report()
    tell(.ended(result))
    return result
  }

  /// Makes the graphs of an epoch's steps, where other parameters are frozen in it.
  func prepare(epoch: Int) throws {
    let options = settings.updates.inEpoch(epoch)
    guard options != graphOptions else { return }
    graphOptions = options
    graphs = try TrainingStep(
      steppingModel, loss: settings.loss, optimizer: settings.optimizer, options: options,
      scalesLoss: settings.scalesLoss, accumulates: settings.accumulatedBatches > 1)
    try variables.addOptimizerState(of: graphs)
    stepPrograms = [:]
    updateProgram = nil
  }

  /// The epoch that is next: what follows a training that is over starts from its own first one.
  var nextEpoch: Int { progress.flatMap { $0.epoch < $0.epochs ? $0.epoch : nil } ?? 0 }

  /// The model as the steps of `graphs` run it.
  var steppingModel: Model { model.holdingRunningStatistics(where: graphOptions.holdsStatistics) }

  /// Throws where the schedule waits for something that no epoch measures.
  private func checkMeasure(of schedule: Schedule) throws {
    guard let plateau = schedule.plateau, plateau.measure != .trainingLoss else { return }
    guard validation != nil else {
      throw TrainingError.option(
        "the schedule",
        problem: "it waits for a measure of the validation set; give one, or wait "
          + "for the training loss")
    }
    guard case .metric(let name) = plateau.measure else { return }
    guard settings.metrics.contains(where: { $0.name == name }) else {
      throw TrainingError.option(
        "the schedule",
        problem: "it waits for the metric \(name); measure it, or choose from "
          + settings.metrics.map(\.name).joined(separator: ", "))
    }
  }
}

extension Model {
  /// The names of what is trained, unless it is frozen.
  var trainedNames: [String] {
    training.variables.filter { $0.role == .parameter }.map(\.name)
  }
}

extension VariableStore {
  /// Adds zeros for what optimisers remember and the store does not hold yet.
  fileprivate func addOptimizerState(of graphs: TrainingStep) throws(RuntimeError) {
    try addOptimizerState(of: graphs.step)
    if let update = graphs.update { try addOptimizerState(of: update) }
  }
}
