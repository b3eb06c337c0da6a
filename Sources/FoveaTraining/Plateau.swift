/// A learning rate that falls when a measure stops becoming better (PyTorch's ReduceLROnPlateau).
public struct Plateau: Hashable, Codable, Sendable {
  /// What is measured after each epoch.
  public enum Measure: Hashable, Codable, Sendable {
    /// The loss on the validation set; less is better.
    case validationLoss
    /// The mean loss of the training's images; less is better.
    case trainingLoss
    /// A metric on the validation set, by name; more is better, but for errors.
    case metric(String)
  }

  /// The first learning rate.
  public var learningRate: Double
  /// What is measured.
  public var measure: Measure
  /// What the rate is multiplied by.
  public var factor: Double
  /// Epochs that may pass without anything better.
  public var patience: Int
  /// How much better is better.
  public var threshold: Double
  /// Whether the threshold is a share of the best value so far.
  public var isRelative: Bool
  /// Epochs after a fall that do not count.
  public var cooldown: Int
  /// The least learning rate.
  public var minLearningRate: Double

  /// Gathers settings; the defaults are PyTorch's.
  public init(
    learningRate: Double, measure: Measure = .validationLoss, factor: Double = 0.1,
    patience: Int = 10, threshold: Double = 1e-4, isRelative: Bool = true, cooldown: Int = 0,
    minLearningRate: Double = 0
  ) {
    self.learningRate = learningRate
    self.measure = measure
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.isRelative = isRelative
    self.cooldown = cooldown
    self.minLearningRate = minLearningRate
  }

  /// Throws for numbers that no plateau has.
  func check() throws(TrainingError) {
    let rates = [learningRate, minLearningRate, threshold]
    guard rates.allSatisfy({ $0 >= 0 && $0.isFinite }), factor > 0, factor < 1,
      0...1_000_000 ~= patience, 0...1_000_000 ~= cooldown
    else {
      throw .option(
        "the schedule",
        problem:
          "a plateau takes rates and a threshold of 0 or more, a factor between 0 and 1, and "
          + "a patience and a cooldown of 0 or more epochs")
    }
  }

  func isBetter(_ value: Double, than best: Double) -> Bool {
    let margin = isRelative ? best * threshold : threshold
    if case .metric(let name) = measure, Metric.isHigherBetter(name) {
      return value > best + margin
    }
    return value < best - margin
  }

  /// What an epoch measured; `nil` where it did not.
  func value(of record: EpochRecord) -> Double? {
    switch measure {
    case .validationLoss: record.validationLoss
    case .trainingLoss: record.trainingLoss
    case .metric(let name): record.metrics[name]
    }
  }
}

/// What a plateau schedule has come to, which checkpoints keep.
public struct PlateauState: Hashable, Codable, Sendable {
  /// The learning rate of the next epoch.
  public private(set) var learningRate: Double
  /// The best value so far.
  public private(set) var best: Double?
  /// Epochs since then that counted.
  public private(set) var badEpochs = 0
  /// Epochs to come that do not count.
  public private(set) var cooldownLeft = 0

  /// Starts at the plateau's first learning rate.
  public init(_ plateau: Plateau) { learningRate = plateau.learningRate }

  /// Takes in a finished epoch.
  public mutating func take(_ record: EpochRecord, _ plateau: Plateau) {
    guard let value = plateau.value(of: record) else { return }
    take(value, plateau)
  }

  /// Takes in what an epoch measured.
  public mutating func take(_ value: Double, _ plateau: Plateau) {
    if best.map({ plateau.isBetter(value, than: $0) }) ?? !value.isNaN {
      best = value
      badEpochs = 0
    } else {
      badEpochs += 1
    }
    if cooldownLeft > 0 {
      cooldownLeft -= 1
      badEpochs = 0
    }
    guard badEpochs > plateau.patience else { return }
    let less = max(learningRate * plateau.factor, plateau.minLearningRate)
    // PyTorch's epsilon: a change so small is none.
    if learningRate - less > 1e-8 { learningRate = less }
    cooldownLeft = plateau.cooldown
    badEpochs = 0
  }

  /// Whether the numbers, which may come from a file, are those of a training.
  var isConsistent: Bool {
    learningRate.isFinite && learningRate >= 0 && 0...1_000_000 ~= badEpochs
      && 0...1_000_000 ~= cooldownLeft
  }
}
