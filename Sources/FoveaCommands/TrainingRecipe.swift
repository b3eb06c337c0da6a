import FoveaTraining

/// A loss by name.
public enum LossName: String, Hashable, Codable, Sendable, CaseIterable {
  /// Cross-entropy with class indices.
  case crossEntropy = "cross-entropy"
  /// Binary cross-entropy of each class by itself.
  case binaryCrossEntropy = "binary-cross-entropy"
  /// Focal loss of classes that exclude each other.
  case focal

  func loss(labelSmoothing: Double) -> Loss {
    switch self {
    case .crossEntropy: .crossEntropy(labelSmoothing: Float(labelSmoothing))
    case .binaryCrossEntropy: .binaryCrossEntropy()
    case .focal: .softmaxFocal()
    }
  }
}

extension [LogName] {
  fileprivate var names: String { map(\.rawValue).joined(separator: ",") }
}

/// What a training may do besides the common; each part is left out where `nil`.
public struct TrainingRecipe: Hashable, Codable, Sendable {
  /// What is made small; cross-entropy where left out.
  public var loss: LossName?
  /// Epochs, or parts of one, on which the learning rate rises to where the schedule begins.
  public var warmUpEpochs: Double?
  /// The epochs after which `multi-step` lowers the rate.
  public var milestones: [Int]?
  /// What the rate is multiplied by: at each fall, or after each epoch with `exponential`.
  public var learningRateFactor: Double?
  /// The epochs of the first period of `cosine-restarts`.
  public var restartEpochs: Int?
  /// How much longer each next period of `cosine-restarts` is.
  public var restartMultiplier: Int?
  /// The power of `polynomial`.
  public var power: Double?
  /// Whether 1cycle falls as it rose, and only then to the end.
  public var threePhase: Bool?
  /// The epochs without a lower validation loss that `plateau` waits for.
  public var patience: Int?
  /// The largest norm of all gradients together.
  public var clipNorm: Double?
  /// The largest magnitude of an element of a gradient.
  public var clipValue: Double?
  /// Batches whose gradients make one update.
  public var accumulatedBatches: Int?
  /// The decay of an exponential average of the weights.
  public var averageDecay: Double?
  /// The epoch, from 1, whose weights are the first of a mean over epochs.
  public var averageFromEpoch: Int?
  /// Whether biases and normalisation weights shrink too.
  public var decaysBiases: Bool?
  /// The groups of the group normalisation that takes the place of batch normalisation.
  public var normalizationGroups: Int?
  /// Patterns of parameters that stay as they are.
  public var frozen: [String]?
  /// Patterns of parameters and what their learning rate is multiplied by.
  public var learningRateFactors: [String: Double]?
  /// What is written besides the run folder's tables.
  public var logs: [LogName]?
  /// The recipe that the other settings were taken from where they were left out.
  public var preset: TrainingPreset?
  /// What weights start from; the network's own initial weights where left out.
  public var initialization: InitializationName?
  /// Whether the last batch normalisation of each residual branch starts with the weight 0.
  public var zeroGamma: Bool?
  /// The images of an update that the learning rate is for; other numbers scale it in proportion.
  public var learningRateBatch: Int?
  /// Whether SGD and LARS look ahead along their momentum.
  public var nesterov: Bool?
  /// A run's folder or checkpoint whose answers are learned from beside the classes.
  public var teacher: String?
  /// How much a teacher's answers are softened; 4 where left out.
  public var temperature: Double?
  /// The share of the teacher in the loss; 0.9 where left out.
  public var teacherShare: Double?

  /// Leaves everything out.
  public init() {}

  /// The factor of the rate at each fall where nothing is said.
  static let defaultLearningRateFactor = 0.1
  /// The factor of the rate after each epoch with `exponential` where nothing is said.
  static let defaultExponentialFactor = 0.9
  /// The epochs of the first period of `cosine-restarts` where nothing is said.
  static let defaultRestartEpochs = 1
  /// How much longer each next period is where nothing is said.
  static let defaultRestartMultiplier = 2
  /// The power of `polynomial` where nothing is said.
  static let defaultPower = 1.0
  /// The epochs that `plateau` waits for where nothing is said.
  static let defaultPatience = 3
  /// How much a teacher's answers are softened where nothing is said.
  static let defaultTemperature = 4.0
  /// The share of the teacher in the loss where nothing is said.
  static let defaultTeacherShare = 0.9

  /// Throws for a value out of range, and for one that the schedule or another option has no place for.
  func check(
    schedule: ScheduleName, labelSmoothing: Double, epochs: Int
  ) throws(CommandError) {
    func require(_ isAllowed: Bool, _ option: String, _ value: Any, _ allowed: String)
      throws(CommandError)
    {
      guard isAllowed else { throw .option(option, value: "\(value)", allowed: allowed) }
    }
    func belong(_ isGiven: Bool, _ option: String, to schedules: [ScheduleName])
      throws(CommandError)
    {
      guard isGiven, !schedules.contains(schedule) else { return }
      let names = schedules.map { "--schedule \($0.rawValue)" }.joined(separator: " or ")
      throw .conflict(
        option,
        reason: "the schedule \(schedule.rawValue) does not read it; leave it out, or take \(names)"
      )
    }
    try belong(milestones != nil, "--milestones", to: [.multiStep])
    try belong(
      learningRateFactor != nil, "--lr-factor", to: [.step, .multiStep, .exponential, .plateau])
    try belong(restartEpochs != nil, "--restart-epochs", to: [.cosineRestarts])
    try belong(restartMultiplier != nil, "--restart-multiplier", to: [.cosineRestarts])
    try belong(power != nil, "--power", to: [.polynomial])
    try belong(threePhase == true, "--three-phase", to: [.oneCycle, .pytorchOneCycle])
    try belong(patience != nil, "--patience", to: [.plateau])
    if schedule == .multiStep, (milestones ?? []).isEmpty {
      throw .missing(
        "when the schedule multi-step lowers the rate",
        remedy: "name epochs with --milestones, such as --milestones 3,5")
    }
    for milestone in milestones ?? [] {
      try require(
        1...1_000_000 ~= milestone && Double(milestone) >= warmUpEpochs ?? 0, "--milestones",
        milestone, "epochs from 1 on, after the warm-up")
    }
    if let warmUpEpochs {
      try require(
        warmUpEpochs > 0 && warmUpEpochs < Double(epochs), "--warm-up", warmUpEpochs,
        "more than 0 epochs and less than all \(epochs)")
    }
    if let learningRateFactor {
      try require(
        learningRateFactor > 0 && learningRateFactor < 1, "--lr-factor", learningRateFactor,
        "between 0 and 1")
    }
    if let restartEpochs {
      try require(1...1_000_000 ~= restartEpochs, "--restart-epochs", restartEpochs, "1 or more")
    }
    if let restartMultiplier {
      try require(
        1...100 ~= restartMultiplier, "--restart-multiplier", restartMultiplier, "1 to 100")
    }
    if let power { try require(power > 0 && power.isFinite, "--power", power, "a number above 0") }
    if let patience { try require(0...1_000_000 ~= patience, "--patience", patience, "0 or more") }
    for (option, maximum) in [("--clip-norm", clipNorm), ("--clip-value", clipValue)] {
      guard let maximum else { continue }
      try require(maximum > 0 && maximum.isFinite, option, maximum, "a number above 0")
    }
    if clipNorm != nil, clipValue != nil {
      throw .conflict(
        "--clip-value", reason: "--clip-norm keeps gradients small already; choose one of them")
    }
    if let accumulatedBatches {
      try require(
        1...1_000_000 ~= accumulatedBatches, "--accumulate", accumulatedBatches, "1 to 1000000")
    }
    if let normalizationGroups {
      try require(
        1...1_000_000 ~= normalizationGroups, "--norm", "group:\(normalizationGroups)",
        "group:1 to group:1000000")
    }
    if let averageDecay {
      try require(0..<1 ~= averageDecay, "--ema", averageDecay, "0 or more and less than 1")
    }
    if let averageFromEpoch {
      try require(1...epochs ~= averageFromEpoch, "--swa", averageFromEpoch, "1 to \(epochs)")
      if averageDecay != nil {
        throw .conflict("--swa", reason: "--ema keeps an average already; choose one of them")
      }
    }
    for (pattern, factor) in learningRateFactors ?? [:] {
      try require(
        factor >= 0 && factor.isFinite, "--lr-for", "\(pattern)=\(factor)",
        "a pattern of names, =, and a number of 0 or more")
    }
    if let loss, loss != .crossEntropy, labelSmoothing > 0 {
      throw .conflict(
        "--label-smoothing",
        reason: "the loss \(loss.rawValue) has none; leave it out, or take cross-entropy")
    }
  }

  /// Throws for what contradicts a run that goes on.
  func agree(with stored: TrainingRecipe, run: String) throws(CommandError) {
    let agreement = RunAgreement(run: run)
    try agreement.check("--loss", loss?.rawValue, stored.loss?.rawValue)
    try agreement.check("--warm-up", warmUpEpochs, stored.warmUpEpochs)
    try agreement.check("--milestones", milestones, stored.milestones)
    try agreement.check("--lr-factor", learningRateFactor, stored.learningRateFactor)
    try agreement.check("--restart-epochs", restartEpochs, stored.restartEpochs)
    try agreement.check("--restart-multiplier", restartMultiplier, stored.restartMultiplier)
    try agreement.check("--power", power, stored.power)
    try agreement.check("--three-phase", threePhase, stored.threePhase)
    try agreement.check("--patience", patience, stored.patience)
    try agreement.check("--clip-norm", clipNorm, stored.clipNorm)
    try agreement.check("--clip-value", clipValue, stored.clipValue)
    try agreement.check("--accumulate", accumulatedBatches, stored.accumulatedBatches)
    try agreement.check("--ema", averageDecay, stored.averageDecay)
    try agreement.check("--swa", averageFromEpoch, stored.averageFromEpoch)
    try agreement.check(
      "--norm", normalizationGroups.map { "group:\($0)" },
      stored.normalizationGroups.map { "group:\($0)" })
    try agreement.check("--decay-biases", decaysBiases, stored.decaysBiases)
    try agreement.check("--freeze", frozen, stored.frozen)
    try agreement.check("--lr-for", learningRateFactors, stored.learningRateFactors)
    try agreement.check("--log", logs?.names, stored.logs?.names)
    try agreement.check("--recipe", preset?.rawValue, stored.preset?.rawValue)
    try agreement.check("--init", initialization?.rawValue, stored.initialization?.rawValue)
    try agreement.check("--zero-gamma", zeroGamma, stored.zeroGamma)
    try agreement.check("--lr-batch", learningRateBatch, stored.learningRateBatch)
    try agreement.check("--nesterov", nesterov, stored.nesterov)
    try agreement.check("--teacher", teacher, stored.teacher)
    try agreement.check("--temperature", temperature, stored.temperature)
    try agreement.check("--teacher-share", teacherShare, stored.teacherShare)
  }

  /// What updates do besides following the optimiser; frozen patterns come first.
  ///
  /// - Parameter headPaths: The paths of the layers of the network's head.
  func updateOptions(transfer: TransferRecipe?, headPaths: [String]) -> UpdateOptions {
    let frozen = (frozen ?? []).map {
      ParameterGroup($0, isFrozen: true, frozenEpochs: transfer?.frozenEpochs)
    }
    let parts =
      transfer?.isDivided == true
      ? ParameterGroup.fineTuning(
        headPaths: headPaths, frozenEpochs: transfer?.frozenEpochs ?? 0,
        bodyLearningRateFactor: transfer?.bodyLearningRateFactor
          ?? TransferRecipe.defaultBodyFactor) : []
    let factors = (learningRateFactors ?? [:]).sorted { $0.key < $1.key }.map {
      ParameterGroup($0.key, learningRateFactor: $0.value)
    }
    let clipping: GradientClipping? =
      if let clipNorm { .norm(maximum: clipNorm) } else {
        clipValue.map { .value(maximum: $0) }
      }
    return UpdateOptions(
      groups: frozen + factors + parts, noBiasDecay: !(decaysBiases ?? false), clipping: clipping)
  }

  var averaging: WeightAveraging? {
    if let averageDecay { return .exponential(decay: averageDecay) }
    return averageFromEpoch.map { .stochastic(start: $0 - 1) }
  }

  /// The schedule for epochs of a certain number of updates.
  func schedule(
    _ name: ScheduleName, learningRate: Double, epochs: Int, updatesPerEpoch updates: Int
  ) -> Schedule {
    let factor = learningRateFactor ?? Self.defaultLearningRateFactor
    let warmUp = Int(((warmUpEpochs ?? 0) * Double(updates)).rounded())
    func cycle(_ settings: OneCycle) -> Schedule {
      var settings = settings
      settings.threePhase = threePhase ?? false
      return .oneCycle(settings)
    }
    let main: Schedule =
      switch name {
      case .oneCycle: cycle(.fastai(maxLearningRate: learningRate))
      case .pytorchOneCycle: cycle(.pytorch(maxLearningRate: learningRate))
      case .cosine: .cosine(learningRate: learningRate)
      case .step:
        .step(learningRate: learningRate, every: (epochs + 2) / 3 * updates, factor: factor)
      case .constant: .constant(learningRate: learningRate)
      case .multiStep:
        .multiStep(
          // A schedule starts where its warm-up ends; epochs count from the start of the training.
          learningRate: learningRate, milestones: (milestones ?? []).map { $0 * updates - warmUp },
          factor: factor)
      case .exponential:
        // After each epoch, for anyone who thinks in epochs.
        .step(
          learningRate: learningRate, every: updates,
          factor: learningRateFactor ?? Self.defaultExponentialFactor)
      case .cosineRestarts:
        .cosineRestarts(
          learningRate: learningRate,
          first: (restartEpochs ?? Self.defaultRestartEpochs) * updates,
          multiplier: restartMultiplier ?? Self.defaultRestartMultiplier)
      case .polynomial:
        .polynomial(learningRate: learningRate, power: power ?? Self.defaultPower)
      case .flatCosine: .flatCosine(learningRate: learningRate)
      case .plateau:
        .reduceOnPlateau(
          Plateau(
            learningRate: learningRate, factor: factor,
            patience: patience ?? Self.defaultPatience))
      }
    return warmUp > 0 ? .warmUp(over: .steps(warmUp), then: main) : main
  }

  /// What is not left out, by the names of the options.
  public var lines: [(name: String, value: String)] {
    let numbers: [(String, (any CustomStringConvertible)?)] = [
      ("loss", loss?.rawValue), ("warm-up epochs", warmUpEpochs),
      ("rate's factor", learningRateFactor),
      ("milestones", milestones?.map(String.init).joined(separator: ", ")),
      ("first period, epochs", restartEpochs), ("periods' multiplier", restartMultiplier),
      ("power", power), ("phases of 1cycle", threePhase.map { $0 ? 3 : 2 }),
      ("patience, epochs", patience), ("largest gradient norm", clipNorm),
      ("largest gradient", clipValue), ("batches an update", accumulatedBatches),
      ("average's decay", averageDecay), ("average from epoch", averageFromEpoch),
      ("group normalisation, groups", normalizationGroups),
      ("biases shrink", decaysBiases.map { $0 ? "yes" : "no" }),
      ("frozen", frozen?.joined(separator: ", ")),
      (
        "rates of groups",
        learningRateFactors?.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }
          .joined(separator: ", ")
      ),
      ("logs", logs?.names), ("recipe", preset?.rawValue),
      ("initial weights", initialization?.rawValue),
      ("zero γ", zeroGamma.map { $0 ? "residual branches" : "no" }),
      ("rate is for a batch of", learningRateBatch),
      ("Nesterov", nesterov.map { $0 ? "yes" : "no" }), ("teacher", teacher),
      ("temperature", temperature), ("teacher's share", teacherShare),
    ]
    return numbers.compactMap { name, value in value.map { (name, "\($0)") } }
  }
}
