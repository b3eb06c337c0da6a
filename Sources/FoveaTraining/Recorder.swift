/// Keeps what a training tells: each step and each epoch, to be read, plotted or written afterwards.
public final class Recorder: TrainingObserver {
  /// The steps of this run, in order.
  public private(set) var steps: [StepRecord] = []
  /// The epochs of this run, in order.
  public private(set) var epochs: [EpochRecord] = []
  /// The updates of this run that were left out, in order.
  public private(set) var skippedUpdates: [SkippedUpdate] = []

  /// Makes an empty recorder.
  public init() {}

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    switch event {
    case .stepEnded(let record): steps.append(record)
    case .updateSkipped(let skipped): skippedUpdates.append(skipped)
    case .epochEnded(let record): epochs.append(record)
    case .began, .epochBegan, .validationBegan, .ended: break
    }
    return .proceed
  }

  /// The steps as comma-separated values, with a header.
  public var stepsCSV: String {
    ([StepRecord.csvHeader] + steps.map(\.csvRow)).joined(separator: "\n") + "\n"
  }
}
