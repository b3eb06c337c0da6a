public import FoveaDrawing
public import FoveaTraining

/// Turns a training's events into what a progress bar shows.
public struct ProgressMeter: Sendable {
  private static let smoothing = 0.95

  private var outline: TrainingOutline?
  private var started: ContinuousClock.Instant?
  private var epochStarted: ContinuousClock.Instant?
  private var imagesInEpoch = 0
  private var stepsDone = 0
  private var lossSum = 0.0
  private var lossWeight = 0.0
  private var metric: ProgressState.Metric?

  /// Starts without a training.
  public init() {}

  /// Takes an event.
  ///
  /// - Parameter now: When it happened; rates and times come from this.
  /// - Returns: How the training stands, after a step; `nil` after anything else.
  public mutating func update(
    _ event: TrainingEvent, now: ContinuousClock.Instant = .now
  ) -> ProgressState? {
    switch event {
    case .began(let outline):
      self.outline = outline
      started = now
    case .epochBegan:
      epochStarted = now
      imagesInEpoch = 0
    case .stepEnded(let record): return state(after: record, now)
    case .epochEnded(let record):
      metric = record.metrics[Metric.accuracy.name].map {
        ProgressState.Metric(name: Metric.accuracy.name, value: $0)
      }
    case .imagesSkipped, .updateSkipped, .normalizationsRead, .validationBegan, .ended: break
    }
    return nil
  }

  private mutating func state(
    after record: StepRecord, _ now: ContinuousClock.Instant
  ) -> ProgressState? {
    guard let outline, let started, let epochStarted else { return nil }
    imagesInEpoch += record.images
    stepsDone += 1
    lossSum = Self.smoothing * lossSum + (1 - Self.smoothing) * Double(record.loss)
    lossWeight = Self.smoothing * lossWeight + 1 - Self.smoothing
    let inEpoch = (now - epochStarted) / .seconds(1)
    let stepsLeft = outline.epochs * outline.stepsPerEpoch - record.step - 1
    let secondsPerStep = (now - started) / .seconds(1) / Double(stepsDone)
    return ProgressState(
      epoch: record.epoch + 1, epochs: outline.epochs,
      share: Double(record.step + 1 - record.epoch * outline.stepsPerEpoch)
        / Double(outline.stepsPerEpoch),
      imagesPerSecond: inEpoch > 0 ? Double(imagesInEpoch) / inEpoch : nil,
      loss: lossSum / lossWeight, metric: metric,
      secondsLeft: Double(stepsLeft) * secondsPerStep)
  }
}
