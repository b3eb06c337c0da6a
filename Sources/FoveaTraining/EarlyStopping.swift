public import Foundation

extension Plateau.Measure {
  /// What an epoch measured; `nil` where it did not, or measured no number.
  public func value(of record: EpochRecord) -> Double? {
    let value: Double? =
      switch self {
      case .validationLoss: record.validationLoss
      case .trainingLoss: record.trainingLoss
      case .metric(let name): record.metrics[name]
      }
    return value.flatMap { $0.isNaN ? nil : $0 }
  }

  /// Whether a value is better than another.
  public func isBetter(_ value: Double, than other: Double) -> Bool {
    if case .metric(let name) = self, Metric.isHigherBetter(name) {
      value > other
    } else {
      value < other
    }
  }

  /// The best of some epochs, the first of equals; `nil` where none measured it.
  public func best(of records: [EpochRecord]) -> EpochRecord? {
    var best: (record: EpochRecord, value: Double)?
    for record in records {
      guard let value = value(of: record) else { continue }
      if best.map({ isBetter(value, than: $0.value) }) ?? true { best = (record, value) }
    }
    return best?.record
  }
}

/// A file that holds the checkpoint of the best epoch.
public struct BestCheckpoint: Hashable, Sendable {
  /// The file.
  public var file: URL
  /// What makes an epoch the best.
  public var measure: Plateau.Measure

  /// Gathers both.
  public init(_ file: URL, by measure: Plateau.Measure = .validationLoss) {
    self.file = file
    self.measure = measure
  }
}

/// Stops a training when its epochs do not become better any more.
///
/// It decides by the records of epochs alone, so that a training that is interrupted and resumed stops where
/// it would have stopped.
public final class EarlyStopping: TrainingObserver {
  /// What is measured after each epoch.
  public let measure: Plateau.Measure
  /// Epochs in a row without a better one, after which the training stops.
  public let patience: Int
  private var records: [EpochRecord]

  /// Waits.
  ///
  /// - Parameters:
  ///   - patience: At least 1; a smaller number counts as 1.
  ///   - finishedEpochs: Epochs that a resumed training had before (`TrainingProgress.finishedEpochs`).
  public init(
    _ measure: Plateau.Measure = .validationLoss, patience: Int,
    after finishedEpochs: [EpochRecord] = []
  ) {
    self.measure = measure
    self.patience = max(patience, 1)
    records = finishedEpochs
  }

  /// The best epoch so far; `nil` where none has been measured.
  public var best: EpochRecord? { measure.best(of: records) }

  /// Whether so many epochs have passed since the best, or since the start where none was measured.
  public var hasStopped: Bool {
    records.count - (best.map { $0.epoch + 1 } ?? 0) >= patience
  }

  /// Takes in an epoch.
  public func receive(_ event: TrainingEvent) -> TrainingAction {
    if case .epochEnded(let record) = event { records.append(record) }
    switch event {
    case .began, .epochEnded: return hasStopped ? .stop : .proceed
    default: return .proceed
    }
  }
}

/// Stops a training, between two steps, when its time is over; it may be resumed.
public final class TimeLimit: TrainingObserver {
  private let limit: Duration
  private let clock = ContinuousClock()
  private var start: ContinuousClock.Instant?

  /// Whether the time is over.
  public private(set) var isOver = false

  /// Counts from the start of the training, or of its going on.
  ///
  /// - Parameter limit: A step that has begun is finished, and so is the evaluation of an epoch.
  public init(_ limit: Duration) { self.limit = limit }

  /// Looks at the clock.
  public func receive(_ event: TrainingEvent) -> TrainingAction {
    let now = clock.now
    if case .began = event {
      start = now
      return .proceed
    }
    guard let start, now - start >= limit else { return .proceed }
    isOver = true
    return .stop
  }
}
