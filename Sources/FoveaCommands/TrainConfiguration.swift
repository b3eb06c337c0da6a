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
  /// Less after each of some epochs.
  case multiStep = "multi-step"
  /// Less after every epoch.
  case exponential
  /// Half a cosine, again and again, each time longer.
  case cosineRestarts = "cosine-restarts"
  /// A power of the share of steps that are left.
  case polynomial
  /// Three quarters without a change, then half a cosine.
  case flatCosine = "flat-cosine"
  /// Less when the validation loss stops falling.
  case plateau

  /// Whether it settles the momentum too.
  var setsMomentum: Bool { self == .oneCycle || self == .pytorchOneCycle }
}

/// What makes an epoch the best, by name.
public enum BestMeasure: String, Hashable, Codable, Sendable, CaseIterable {
  /// The least validation loss.
  case loss
  /// The highest validation accuracy.
  case accuracy

  var measure: Plateau.Measure {
    switch self {
    case .loss: .validationLoss
    case .accuracy: .metric(Metric.accuracy.name)
    }
  }
}

/// An optimiser by name.
public enum OptimizerName: String, Hashable, Codable, Sendable, CaseIterable {
  /// Stochastic gradient descent with momentum.
  case sgd
  /// Adam.
  case adam
  /// Adam with weight decay of its own.
  case adamW = "adamw"
  /// Gradients over the root of their mean square.
  case rmsProp = "rmsprop"
  /// The sign of a momentum.
  case lion
  /// Adam with steps as long as a layer's weights.
  case lamb
  /// SGD with steps as long as a layer's weights.
  case lars
  /// Orthogonal momentum for matrices and filters, AdamW for the rest.
  case muon

  /// The momentum or β₁ of each where nothing is said.
  var momentum: Double {
    switch self {
    case .rmsProp: 0
    case .muon: 0.95
    default: 0.9
    }
  }

  /// The learning rate of each where nothing is said.
  var learningRate: Double {
    switch self {
    case .sgd: 0.06
    case .lars: 1
    case .lion, .rmsProp: 0.001
    case .adam, .adamW, .lamb, .muon: 0.01
    }
  }

  /// The weight decay of each where nothing is said.
  var weightDecay: Double {
    switch self {
    case .adamW, .lamb: 0.01
    case .lion, .muon: 0.1
    case .lars: 1e-4
    case .sgd, .adam, .rmsProp: 0
    }
  }

  func optimizer(momentum: Double, weightDecay: Double, nesterov: Bool) -> Optimizer {
    switch self {
    case .sgd: .sgd(momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
    case .adam: .adam(beta1: momentum, weightDecay: weightDecay)
    case .adamW: .adamW(beta1: momentum, weightDecay: weightDecay)
    case .rmsProp: .rmsProp(momentum: momentum, weightDecay: weightDecay)
    case .lion: .lion(beta1: momentum, weightDecay: weightDecay)
    case .lamb: .lamb(beta1: momentum, weightDecay: weightDecay)
    case .lars: .lars(momentum: momentum, nesterov: nesterov, weightDecay: weightDecay)
    case .muon: .muon(momentum: momentum, weightDecay: weightDecay)
    }
  }
}

/// All that settles a training, nothing left open: what `config.json` in a run folder holds.
public struct TrainConfiguration: Hashable, Codable, Sendable {
  /// What is learned: a dataset's name, or the path of a folder or table of images.
  public internal(set) var dataset: String
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
  /// How much weights shrink; biases and normalisation do not unless the recipe says so.
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
  /// What else was asked for; `nil` for nothing, as in runs of earlier versions.
  public internal(set) var recipe: TrainingRecipe?
  /// How images are taken; `nil` for as they are.
  public internal(set) var images: ImageRecipe?
  /// Epochs without a better one after which it ends; `nil` for none.
  public internal(set) var earlyStop: Int?
  /// What makes an epoch the best; the validation loss where `nil`.
  public internal(set) var bestBy: BestMeasure?
  /// What it starts from; `nil` for random weights.
  public internal(set) var transfer: TransferRecipe?

  /// The epochs of a training where nothing is said.
  static let defaultEpochs = 5
  /// The images of a batch where nothing is said.
  public static let defaultBatchSize = 64

  /// Fills in what a request leaves open.
  ///
  /// - Throws: `CommandError` for a value out of range, or a name that nothing has.
  public init(_ request: TrainCommand) throws(CommandError) {
    let command = request.recipe.preset?.completed(request) ?? request
    guard let name = command.dataset else {
      throw .missing(
        "the dataset",
        remedy: "name one of \(DatasetName.list), "
          + "or a folder of images")
    }
    try DatasetRequest(name).check()
    dataset = name
    let source = command.transfer.source
    let ofSource = command.model == nil ? source.flatMap(TransferSource.modelName) : nil
    if let source, command.model == nil, ofSource == nil {
      guard FileManager.default.fileExists(atPath: source) else {
        throw .missing(source, remedy: "check the path after --from")
      }
      throw .missing("--model", remedy: "name the network whose weights \(source) has")
    }
    model = command.model ?? ofSource ?? "simple-cnn"
    epochs = command.epochs ?? Self.defaultEpochs
    batchSize = command.batchSize ?? Self.defaultBatchSize
    schedule = command.schedule ?? .oneCycle
    optimizer = command.optimizer ?? .adamW
    maxLearningRate = command.maxLearningRate ?? optimizer.learningRate
    if schedule.setsMomentum, command.momentum != nil {
      throw .conflict(
        "--momentum",
        reason: "the schedule \(schedule.rawValue) sets the momentum itself; "
          + "choose another with --schedule, or leave --momentum out")
    }
    momentum = schedule.setsMomentum ? nil : command.momentum ?? optimizer.momentum
    weightDecay = command.weightDecay ?? optimizer.weightDecay
    labelSmoothing = command.labelSmoothing ?? 0
    seed = command.seed ?? 0
    dropLast = command.dropLast ?? false
    precision = command.precision ?? .float32
    recomputes = command.recomputes ?? false
    threads = command.threads ?? ProcessInfo.processInfo.activeProcessorCount
    data = command.data
    earlyStop = command.earlyStop
    bestBy = command.bestBy
    recipe = command.recipe == TrainingRecipe() ? nil : command.recipe
    images = command.images == ImageRecipe() ? nil : command.images
    transfer = command.transfer == TransferRecipe() ? nil : command.transfer
    try check()
    try self.request.check()
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
    if let earlyStop {
      try require(1...1_000_000 ~= earlyStop, "--early-stop", earlyStop, "1 to 1000000")
    }
    try require(1...1024 ~= threads, "--threads", threads, "1 to 1024")
    try (recipe ?? TrainingRecipe()).check(
      schedule: schedule, labelSmoothing: labelSmoothing, epochs: epochs)
    if recipe?.threePhase == true, transfer?.frozenEpochs != nil, schedule == .oneCycle {
      throw .conflict(
        "--three-phase",
        reason: "--freeze-body has a cycle of two phases for each of its parts; "
          + "leave one of them out")
    }
    try (transfer ?? TransferRecipe()).check(epochs: epochs, recipe: recipe ?? TrainingRecipe())
    try recipe?.checkTricks(optimizer: optimizer, transfer: transfer)
    let images = images ?? ImageRecipe()
    try images.check()
    if recipe?.teacher != nil, images.isMixed || labelSmoothing > 0 {
      throw .conflict(
        "--teacher",
        reason: "distillation takes plain classes; leave out --mixup, --cutmix and "
          + "--label-smoothing, or the teacher")
    }
    let loss = recipe?.loss ?? .crossEntropy
    if images.isMixed, loss != .crossEntropy {
      throw .conflict(
        "--loss",
        reason: "mixed images have a share of two classes, which only cross-entropy takes; "
          + "leave --loss out, or --mixup and --cutmix")
    }
  }

  /// What goes on as this configuration has it, with what a request for that may change.
  ///
  /// - Parameter run: The run's folder, for errors.
  /// - Throws: `CommandError.contradiction` for an option that says otherwise.
  func resumed(by command: TrainCommand, run: String) throws(CommandError) -> TrainConfiguration {
    let agreement = RunAgreement(run: run)
    try agreement.check("the dataset", command.dataset, dataset)
    try agreement.check("--model", command.model, model)
    try agreement.check("--batch-size", command.batchSize, batchSize)
    try agreement.check("--max-lr", command.maxLearningRate, maxLearningRate)
    try agreement.check("--schedule", command.schedule?.rawValue, schedule.rawValue)
    try agreement.check("--optimizer", command.optimizer?.rawValue, optimizer.rawValue)
    try agreement.check("--momentum", command.momentum, momentum)
    try agreement.check("--weight-decay", command.weightDecay, weightDecay)
    try agreement.check("--label-smoothing", command.labelSmoothing, labelSmoothing)
    try agreement.check("--seed", command.seed, seed)
    try agreement.check("--drop-last", command.dropLast, dropLast)
    try agreement.check("--precision", command.precision?.rawValue, precision.rawValue)
    try agreement.check("--recompute", command.recomputes, recomputes)
    try agreement.check("--best-by", command.bestBy?.rawValue, (bestBy ?? .loss).rawValue)
    try command.recipe.agree(with: recipe ?? TrainingRecipe(), run: run)
    try command.images.agree(with: images ?? ImageRecipe(), run: run)
    try command.transfer.agree(with: transfer ?? TransferRecipe(), run: run)
    if let epochs = command.epochs, epochs < self.epochs {
      throw .contradiction(
        "--epochs", given: "\(epochs)", stored: "\(self.epochs) and may get more", run: run)
    }
    var result = self
    result.epochs = command.epochs ?? epochs
    result.threads = command.threads ?? threads
    result.earlyStop = command.earlyStop ?? earlyStop
    result.data = command.data ?? data
    try result.check()
    return result
  }

  /// What is made small.
  var loss: Loss {
    images?.isMixed == true
      ? .softCrossEntropy(labelSmoothing: Float(labelSmoothing))
      : (recipe ?? TrainingRecipe()).loss(labelSmoothing: labelSmoothing)
  }

  /// The loop's settings.
  ///
  /// - Parameter headPaths: The paths of the layers of the network's head.
  func learnerSettings(headPaths: [String]) -> LearnerSettings {
    let recipe = recipe ?? TrainingRecipe()
    return LearnerSettings(
      loss: loss,
      // Where the schedule sets the momentum, no step reads the optimiser's own.
      optimizer: optimizer.optimizer(
        momentum: momentum ?? optimizer.momentum, weightDecay: weightDecay,
        nesterov: recipe.nesterov ?? false),
      metrics: [.accuracy], seed: seed, precision: precision, recomputes: recomputes,
      updates: recipe.updateOptions(transfer: transfer, headPaths: headPaths),
      accumulatedBatches: recipe.accumulatedBatches ?? 1,
      averaging: recipe.averaging)
  }

  /// Updates of an epoch of a certain number of batches.
  func updates(ofSteps steps: Int) -> Int {
    let batches = recipe?.accumulatedBatches ?? 1
    return (steps + batches - 1) / batches
  }

  /// The schedule for epochs of a certain length.
  func schedule(stepsPerEpoch: Int) -> Schedule {
    if let frozenEpochs = transfer?.frozenEpochs, schedule == .oneCycle {
      return .fineTuning(
        maxLearningRate: scaledLearningRate,
        frozenUpdates: frozenEpochs * updates(ofSteps: stepsPerEpoch))
    }
    return (recipe ?? TrainingRecipe()).schedule(
      schedule, learningRate: scaledLearningRate, epochs: epochs,
      updatesPerEpoch: updates(ofSteps: stepsPerEpoch))
  }
}
