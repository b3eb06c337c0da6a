import FoveaTraining

/// Stops a training after some steps.
final class StopAfter: TrainingObserver {
  private var left: Int
  init(_ steps: Int) { left = steps }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    guard case .stepEnded = event else { return .proceed }
    left -= 1
    return left == 0 ? .stop : .proceed
  }
}
