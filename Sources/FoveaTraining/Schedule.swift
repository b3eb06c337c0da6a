import Foundation

/// What the schedule settles for an update.
public struct StepSettings: Hashable, Codable, Sendable {
  /// The learning rate.
  public let learningRate: Float
  /// SGD's momentum, or Adam's β₁.
  public let momentum: Float
}

/// How learning rate and momentum change from update to update.
///
/// A step here is an update of the weights: where gradients of several batches are accumulated,
/// schedules count the updates.
public indirect enum Schedule: Hashable, Codable, Sendable {
  /// The same learning rate throughout.
  case constant(learningRate: Double)
  /// Multiplied by `factor` after every `steps` steps (PyTorch's StepLR).
  case step(learningRate: Double, every: Int, factor: Double)
  /// Multiplied by `factor` at each of the steps (PyTorch's MultiStepLR).
  case multiStep(learningRate: Double, milestones: [Int], factor: Double = 0.1)
  /// Multiplied by `factor` after every step (PyTorch's ExponentialLR).
  case exponential(learningRate: Double, factor: Double)
  /// Half a cosine from the learning rate to `final` (PyTorch's CosineAnnealingLR).
  ///
  /// I. Loshchilov and F. Hutter, arXiv:1608.03983.
  case cosine(learningRate: Double, final: Double = 0)
  /// Half a cosine again and again, the first over `first` steps, each next `multiplier` times as long
  /// (PyTorch's CosineAnnealingWarmRestarts).
  ///
  /// I. Loshchilov and F. Hutter, arXiv:1608.03983.
  case cosineRestarts(learningRate: Double, first: Int, multiplier: Int = 1, final: Double = 0)
  /// `(1 − share of the steps)^power`, from the learning rate to `final` (PyTorch's PolynomialLR).
  case polynomial(learningRate: Double, power: Double = 1, final: Double = 0)
  /// The same for `flatShare` of the steps, then half a cosine down to its `finalDivisor`-th part
  /// (fastai's `fit_flat_cos`).
  case flatCosine(learningRate: Double, flatShare: Double = 0.75, finalDivisor: Double = 1e5)
  /// Up, then down, with momentum going the other way.
  case oneCycle(OneCycle)
  /// Less each time that a measure has not become better for some epochs.
  case reduceOnPlateau(Plateau)
  /// A rise to where another schedule begins, which then starts from its own step 0.
  case warmUp(over: Span, from: Double = 0.01, shape: WarmUpShape = .linear, then: Schedule)
  /// One after another, each from its own step 0 and as if it were a training of its own length; the
  /// last goes on to the end (PyTorch's SequentialLR).
  case sequence([Part])

  /// A number of steps, or a share of a training's steps, rounded.
  public enum Span: Hashable, Codable, Sendable {
    /// So many steps.
    case steps(Int)
    /// A share of all steps.
    case share(Double)

    func count(of total: Int) -> Int {
      switch self {
      case .steps(let count): count
      case .share(let share): Int((share * Double(total)).rounded())
      }
    }
  }

  /// How a learning rate is warmed up.
  public enum WarmUpShape: String, Hashable, Codable, Sendable {
    /// Along a straight line (PyTorch's LinearLR).
    case linear
    /// The first rate throughout (PyTorch's ConstantLR).
    case constant
  }

  /// A schedule of a sequence.
  public struct Part: Hashable, Codable, Sendable {
    /// How long it is followed.
    public var span: Span
    /// What is followed.
    public var schedule: Schedule

    /// Gathers both.
    public init(_ span: Span, _ schedule: Schedule) {
      self.span = span
      self.schedule = schedule
    }
  }

  /// 1cycle with fastai's settings: a quarter up, from 1/25 to the maximum, down to 1/100,000 of it.
  public static func fastaiOneCycle(maxLearningRate: Double) -> Schedule {
    .oneCycle(.fastai(maxLearningRate: maxLearningRate))
  }

  /// 1cycle with PyTorch's settings: 30 % up, from 1/25 to the maximum, down to 1/250,000 of it.
  public static func pytorchOneCycle(maxLearningRate: Double) -> Schedule {
    .oneCycle(.pytorch(maxLearningRate: maxLearningRate))
  }

  /// Schedules one after another, each over a number or a share of the steps.
  public static func sequence(_ parts: [(span: Span, schedule: Schedule)]) -> Schedule {
    .sequence(parts.map { Part($0.span, $0.schedule) })
  }

  /// The settings of one step.
  ///
  /// - Parameters:
  ///   - step: The number of the step, from 0.
  ///   - total: How many steps the whole training has.
  ///   - momentum: The optimiser's own momentum, where the schedule does not change it.
  ///   - plateau: What `reduceOnPlateau` has come to; its first learning rate where left out.
  public func settings(
    step: Int, of total: Int, momentum: Double, plateau: PlateauState? = nil
  ) -> StepSettings {
    let (rate, changed) = values(step: step, of: total, plateau)
    return StepSettings(learningRate: Float(rate), momentum: Float(changed ?? momentum))
  }

  /// The settings of all steps of a training, for a picture of them.
  ///
  /// - Parameters:
  ///   - steps: How many steps the training has.
  ///   - momentum: The optimiser's own momentum.
  public func curve(steps: Int, momentum: Double) -> [StepSettings] {
    (0..<max(steps, 0)).map { settings(step: $0, of: steps, momentum: momentum) }
  }

  /// The learning rate of a step, and the momentum where the schedule sets it.
  private func values(
    step: Int, of total: Int, _ plateau: PlateauState?
  ) -> (rate: Double, momentum: Double?) {
    let share = Double(step) / Double(max(total, 1))
    switch self {
    case .constant(let rate): return (rate, nil)
    case .step(let rate, let every, let factor):
      return (rate * pow(factor, Double(step / max(every, 1))), nil)
    case .multiStep(let rate, let milestones, let factor):
      return (rate * pow(factor, Double(milestones.count { $0 <= step })), nil)
    case .exponential(let rate, let factor): return (rate * pow(factor, Double(step)), nil)
    case .cosine(let rate, let final):
      return (Anneal.cosine.value(from: rate, to: final, share: share), nil)
    case .cosineRestarts(let rate, let first, let multiplier, let final):
      let part = Self.period(of: step, first: first, multiplier: multiplier)
      return (Anneal.cosine.value(from: rate, to: final, share: part), nil)
    case .polynomial(let rate, let power, let final):
      return (final + (rate - final) * pow(1 - min(share, 1), power), nil)
    case .flatCosine(let rate, let flatShare, let finalDivisor):
      let fallen = share < flatShare ? 0 : (share - flatShare) / (1 - flatShare)
      return (Anneal.cosine.value(from: rate, to: rate / finalDivisor, share: fallen), nil)
    case .oneCycle(let cycle):
      let (rate, momentum) = cycle.settings(step: step, of: total)
      return (rate, momentum)
    case .reduceOnPlateau(let waiting): return (plateau?.learningRate ?? waiting.learningRate, nil)
    case .warmUp(let span, let start, let shape, let next):
      let length = max(span.count(of: total), 0)
      guard step < length else {
        return next.values(step: step - length, of: total - length, plateau)
      }
      let (rate, momentum) = next.values(step: 0, of: total - length, plateau)
      let part = shape == .linear ? Double(step) / Double(length) : 0
      return (rate * Anneal.linear.value(from: start, to: 1, share: part), momentum)
    case .sequence(let parts):
      var start = 0
      for part in parts.dropLast() {
        let length = max(part.span.count(of: total), 0)
        guard step >= start + length else {
          return part.schedule.values(step: step - start, of: length, plateau)
        }
        start += length
      }
      return parts.last?.schedule.values(step: step - start, of: total - start, plateau) ?? (0, nil)
    }
  }

  /// How much of the period that a step falls into is done.
  private static func period(of step: Int, first: Int, multiplier: Int) -> Double {
    var (start, length) = (0, max(first, 1))
    guard multiplier > 1 else { return Double(step % length) / Double(length) }
    while step - start >= length {
      start += length
      length *= multiplier
    }
    return Double(step - start) / Double(length)
  }
}

extension Schedule {
  /// What waits for a measure, if anything does.
  public var plateau: Plateau? { plateaus.first }

  private var plateaus: [Plateau] {
    switch self {
    case .reduceOnPlateau(let plateau): [plateau]
    case .warmUp(_, _, _, let next): next.plateaus
    case .sequence(let parts): parts.flatMap(\.schedule.plateaus)
    default: []
    }
  }

  /// Throws `TrainingError.option` for numbers that no schedule has.
  public func check() throws(TrainingError) {
    func require(_ isAllowed: Bool, _ what: String, _ value: Any, _ allowed: String)
      throws(TrainingError)
    {
      guard isAllowed else {
        throw .option("the schedule", problem: "\(what) is \(value); use \(allowed)")
      }
    }
    func require(rate: Double, _ what: String = "the learning rate") throws(TrainingError) {
      try require(rate >= 0 && rate.isFinite, what, rate, "a finite number, 0 or more")
    }
    func require(factor: Double) throws(TrainingError) {
      try require(factor > 0 && factor.isFinite, "the factor", factor, "a finite number above 0")
    }
    func require(_ span: Span, _ what: String) throws(TrainingError) {
      switch span {
      case .steps(let count):
        try require(0...Self.longest ~= count, what, count, "0 to \(Self.longest) steps")
      case .share(let share): try require(0...1 ~= share, what, share, "a share from 0 to 1")
      }
    }
    switch self {
    case .constant(let rate): try require(rate: rate)
    case .step(let rate, let every, let factor):
      try require(rate: rate)
      try require(every >= 1, "the number of steps", every, "1 or more")
      try require(factor: factor)
    case .multiStep(let rate, _, let factor), .exponential(let rate, let factor):
      try require(rate: rate)
      try require(factor: factor)
    case .cosine(let rate, let final):
      try require(rate: rate)
      try require(rate: final, "the final rate")
    case .cosineRestarts(let rate, let first, let multiplier, let final):
      try require(rate: rate)
      try require(rate: final, "the final rate")
      try require(1...Self.longest ~= first, "the first period", first, "1 step or more")
      try require(1...1024 ~= multiplier, "the multiplier of periods", multiplier, "1 to 1024")
    case .polynomial(let rate, let power, let final):
      try require(rate: rate)
      try require(rate: final, "the final rate")
      try require(power > 0 && power.isFinite, "the power", power, "a finite number above 0")
    case .flatCosine(let rate, let flatShare, let finalDivisor):
      try require(rate: rate)
      try require(0..<1 ~= flatShare, "the flat share", flatShare, "0 or more and less than 1")
      try require(
        finalDivisor > 0 && finalDivisor.isFinite, "the final divisor", finalDivisor,
        "a finite number above 0")
    case .oneCycle(let cycle):
      try require(rate: cycle.maxLearningRate)
      try require(
        0...1 ~= cycle.warmUpShare, "the share of warm-up", cycle.warmUpShare, "0 to 1")
      for divisor in [cycle.initialDivisor, cycle.finalDivisor] {
        try require(divisor > 0 && divisor.isFinite, "a divisor", divisor, "a number above 0")
      }
    case .reduceOnPlateau(let plateau): try plateau.check()
    case .warmUp(let span, let start, _, let next):
      try require(span, "the warm-up")
      try require(0...1 ~= start, "the first share of the rate", start, "0 to 1")
      try next.check()
    case .sequence(let parts):
      try require(!parts.isEmpty, "the number of parts", parts.count, "1 or more")
      for part in parts {
        try require(part.span, "a part's length")
        try part.schedule.check()
      }
    }
    try require(plateaus.count <= 1, "the number of plateaus", plateaus.count, "one at most")
  }

  /// The most steps that a span may have.
  private static let longest = 1 << 30
}
