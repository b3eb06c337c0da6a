/// Keeps what a training tells: each step and each epoch, to be read, plotted or written afterwards.
public final class Recorder: TrainingObserver {
  /// What was told in a run.
  public struct Outcome: Hashable, Codable, Sendable {
    /// The steps, in order.
    public fileprivate(set) var steps: [StepRecord] = []
    /// The epochs, in order.
    public fileprivate(set) var epochs: [EpochRecord] = []
    /// The updates that were left out, in order.
    public fileprivate(set) var skippedUpdates: [SkippedUpdate] = []
  }

  /// What was told so far.
  public private(set) var outcome = Outcome()

  /// The steps of this run, in order.
  public var steps: [StepRecord] { outcome.steps }
  /// The epochs of this run, in order.
  public var epochs: [EpochRecord] { outcome.epochs }
  /// The updates of this run that were left out, in order.
  public var skippedUpdates: [SkippedUpdate] { outcome.skippedUpdates }

  /// Makes an empty recorder.
  public init() {}

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    switch event {
    case .stepEnded(let record): outcome.steps.append(record)
    case .updateSkipped(let skipped): outcome.skippedUpdates.append(skipped)
    case .epochEnded(let record): outcome.epochs.append(record)
    case .began, .epochBegan, .imagesSkipped, .normalizationsRead, .validationBegan, .ended: break
    }
    return .proceed
  }

  /// The steps as comma-separated values, with a header.
  public var stepsCSV: String {
    ([StepRecord.csvHeader] + steps.map(\.csvRow)).joined(separator: "\n") + "\n"
  }
}
