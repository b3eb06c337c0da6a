/// Finds, during a training and after it, what is wrong with it: `report[HealthWatcher.self]`.
///
/// It judges, by `HealthJudge`, what `Recorder` and `ActivationStats` keep, and labels where `LabelSuspects` is there.
public final class HealthWatcher: TrainingObserver {
  private var evidence: HealthEvidence?
  private var recorder: Recorder?
  private var stats: ActivationStats?
  private var suspects: LabelSuspects?

  /// Makes a watcher.
  public init() {}

  public var requirements: [any TrainingObserver.Type] { [Recorder.self, ActivationStats.self] }

  public func attach(to observers: [any TrainingObserver]) {
    recorder = observers[Recorder.self]
    stats = observers[ActivationStats.self]
    suspects = observers[LabelSuspects.self]
  }

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    switch event {
    case .began(let outline): evidence = HealthEvidence(outline: outline)
    case .normalizationsRead(let states): evidence?.normalizations = states
    case .epochBegan, .imagesSkipped, .updateSkipped, .stepEnded, .validationBegan, .epochEnded,
      .ended:
      break
    }
    return .proceed
  }

  /// What is wrong so far, in the order in which it began.
  public var outcome: [HealthFinding] {
    guard var evidence else { return [] }
    evidence.steps = recorder?.steps ?? []
    evidence.epochs = recorder?.epochs ?? []
    evidence.observed = stats?.steps ?? []
    evidence.labels = suspects?.outcome
    return HealthJudge.findings(in: evidence)
  }
}

/// What a training's health is judged by.
public struct HealthEvidence: Hashable, Codable, Sendable {
  /// What the training is.
  public var outline: TrainingOutline
  /// What `Recorder` has kept of its steps.
  public var steps: [StepRecord] = []
  /// What `Recorder` has kept of its epochs.
  public var epochs: [EpochRecord] = []
  /// What `ActivationStats` has seen.
  public var observed: [ObservedStep] = []
  /// The batch normalisations as the last evaluation found them; `nil` before the first.
  public var normalizations: [NormalizationState]?
  /// What `LabelSuspects` has found; `nil` where it was not there.
  public var labels: LabelSuspects.Outcome?

  /// Begins without evidence.
  public init(outline: TrainingOutline) { self.outline = outline }
}
