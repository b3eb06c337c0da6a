import Foundation
public import FoveaRuntime
import FoveaTraining
import FoveaZoo

/// A schedule by name; the learning rate comes from `--max-lr`.
public enum ScheduleName: String, Hashable, Codable, Sendable, CaseIterable {
  /// 1cycle with fastai's settings.
  case oneCycle = "one-cycle"
  /// 1cycle with PyTorch's settings.
  case pytorchOneCycle = "pytorch-one-cycle"
  /// Half a cosine from the learning rate to zero.
  case cosine
  /// A tenth of the learning rate after each third of the epochs.
  case step
  /// The same learning rate throughout.
  case constant

  /// Whether it settles the momentum too.
  var setsMomentum: Bool { self == .oneCycle || self == .pytorchOneCycle }
}

/// An optimiser by name.
public enum OptimizerName: String, Hashable, Codable, Sendable, CaseIterable {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Adam.
  case adam
  /// Adam with weight decay of its own.
  case adamW = "adamw"
}

/// All that settles a training, nothing left open: what `config.json` in a run folder holds.
public struct TrainConfiguration: Hashable, Codable, Sendable {
  /// What is learned.
  public internal(set) var dataset: DatasetName
  /// The network's name.
  public internal(set) var model: String
  /// Epochs in all.
  public internal(set) var epochs: Int
  /// Images of a batch.
  public internal(set) var batchSize: Int
  /// The highest learning rate.
  public internal(set) var maxLearningRate: Double
  /// How the learning rate changes.
  public internal(set) var schedule: ScheduleName
  /// How weights follow gradients.
  public internal(set) var optimizer: OptimizerName
  /// SGD's momentum or Adam's β₁; `nil` where the schedule sets it.
  public internal(set) var momentum: Double?
  /// How much weights shrink; biases and normalisation do not.
  public internal(set) var weightDecay: Double
  /// The share of the target that is spread over all classes.
  public internal(set) var labelSmoothing: Double
  /// What everything random comes from.
  public internal(set) var seed: UInt64
  /// Whether a last batch of fewer images is left out.
  public internal(set) var dropLast: Bool
  /// How exact arithmetic has to be, and in how many bits activations wait for the backward pass.
  public internal(set) var precision: Precision
  /// Whether the backward pass computes cheap activations anew, for less memory.
  public internal(set) var recomputes: Bool
  /// Threads; they change no result.
  public internal(set) var threads: Int
  /// Where the dataset's files are, if that was said.
  public internal(set) var data: String?

  /// Fills in what a request leaves open.
  ///
  /// - Throws: `CommandError` for a value out of range, or a name that nothing has.
  public init(_ command: TrainCommand) throws(CommandError) {
    guard let name = command.dataset else {
      throw .missing(
        "the dataset",
        remedy: "name one of \(DatasetName.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    dataset = try .requested(name)
    model = command.model ?? "simple-cnn"
    epochs = command.epochs ?? 5
    batchSize = command.batchSize ?? 64
    schedule = command.schedule ?? .oneCycle
    optimizer = command.optimizer ?? .adamW
    maxLearningRate = command.maxLearningRate ?? (optimizer == .sgd ? 0.06 : 0.01)
    if schedule.setsMomentum, command.momentum != nil {
      throw .conflict(
        "--momentum",
        reason: "the schedule \(schedule.rawValue) sets the momentum itself; "
          + "choose another with --schedule, or leave --momentum out")
    }
    momentum = schedule.setsMomentum ? nil : command.momentum ?? 0.9
    weightDecay = command.weightDecay ?? (optimizer == .adamW ? 0.01 : 0)
    labelSmoothing = command.labelSmoothing ?? 0
    seed = command.seed ?? 0
    dropLast = command.dropLast ?? false
    precision = command.precision ?? .float32
    recomputes = command.recomputes ?? false
    threads = command.threads ?? ProcessInfo.processInfo.activeProcessorCount
    data = command.data
    try check()
  }

  /// Throws for a value out of range.
  func check() throws(CommandError) {
    func require<Value: CustomStringConvertible>(
      _ isAllowed: Bool, _ option: String, _ value: Value, _ allowed: String
    ) throws(CommandError) {
      guard isAllowed else {
        throw .option(option, value: value.description, allowed: allowed)
      }
    }
    _ = try ZooModel.requested(model)
    try require(1...1_000_000 ~= epochs, "--epochs", epochs, "1 to 1000000")
    try require(1...1_000_000 ~= batchSize, "--batch-size", batchSize, "1 to 1000000")
    try require(
      maxLearningRate > 0 && maxLearningRate.isFinite, "--max-lr", maxLearningRate,
      "a number above 0")
    if let momentum {
      try require(0..<1 ~= momentum, "--momentum", momentum, "0 or more and less than 1")
    }
    try require(
      weightDecay >= 0 && weightDecay.isFinite, "--weight-decay", weightDecay, "0 or more")
    try require(
      0..<1 ~= labelSmoothing, "--label-smoothing", labelSmoothing, "0 or more and less than 1")
    try require(1...1024 ~= threads, "--threads", threads, "1 to 1024")
  }

  /// What goes on as this configuration has it, with what a request for that may change.
  ///
  /// - Parameter run: The run's folder, for errors.
  /// - Throws: `CommandError.contradiction` for an option that says otherwise.
  func resumed(by command: TrainCommand, run: String) throws(CommandError) -> TrainConfiguration {
    func agree<Value: Equatable>(_ option: String, _ given: Value?, _ stored: Value?)
      throws(CommandError)
    {
      guard let given, given != stored else { return }
      throw .contradiction(
        option, given: "\(given)", stored: stored.map { "\($0)" } ?? "none", run: run)
    }
    try agree("the dataset", command.dataset, dataset.rawValue)
    try agree("--model", command.model, model)
    try agree("--batch-size", command.batchSize, batchSize)
    try agree("--max-lr", command.maxLearningRate, maxLearningRate)
    try agree("--schedule", command.schedule?.rawValue, schedule.rawValue)
    try agree("--optimizer", command.optimizer?.rawValue, optimizer.rawValue)
    try agree("--momentum", command.momentum, momentum)
    try agree("--weight-decay", command.weightDecay, weightDecay)
    try agree("--label-smoothing", command.labelSmoothing, labelSmoothing)
    try agree("--seed", command.seed, seed)
    try agree("--drop-last", command.dropLast, dropLast)
    try agree("--precision", command.precision?.rawValue, precision.rawValue)
    try agree("--recompute", command.recomputes, recomputes)
    if let epochs = command.epochs, epochs < self.epochs {
      throw .contradiction(
        "--epochs", given: "\(epochs)", stored: "\(self.epochs) and may get more", run: run)
    }
    var result = self
    result.epochs = command.epochs ?? epochs
    result.threads = command.threads ?? threads
    result.data = command.data ?? data
    try result.check()
    return result
  }

  /// The loop's settings.
  var learnerSettings: LearnerSettings {
    let decay = weightDecay
    // Where the schedule sets the momentum, no step reads the optimiser's own.
    let momentum = momentum ?? 0.9
    let optimizer: Optimizer =
      switch optimizer {
      case .sgd: .sgd(momentum: momentum, weightDecay: decay)
      case .adam: .adam(beta1: momentum, weightDecay: decay)
      case .adamW: .adamW(beta1: momentum, weightDecay: decay)
      }
    return LearnerSettings(
      loss: .crossEntropy(labelSmoothing: Float(labelSmoothing)), optimizer: optimizer,
      metrics: [.accuracy], seed: seed, precision: precision,
      recomputes: recomputes)
  }

  /// The schedule for epochs of a certain length.
  func schedule(stepsPerEpoch: Int) -> Schedule {
    switch schedule {
    case .oneCycle: .fastaiOneCycle(maxLearningRate: maxLearningRate)
    case .pytorchOneCycle: .pytorchOneCycle(maxLearningRate: maxLearningRate)
    case .cosine: .cosine(learningRate: maxLearningRate)
    case .step:
      .step(
        learningRate: maxLearningRate, every: (epochs + 2) / 3 * stepsPerEpoch, factor: 0.1)
    case .constant: .constant(learningRate: maxLearningRate)
    }
  }
}
