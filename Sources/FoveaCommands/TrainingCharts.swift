import FoveaDrawing
import FoveaTraining

/// The charts of a training.
enum TrainingCharts {
  /// How much of the smoothed loss the next step keeps.
  private static let smoothing = 0.95

  /// Training loss by step, raw and smoothed, and validation loss by epoch.
  static func loss(
    title: String, of loss: Loss, steps: [StepRecord], epochs: [EpochRecord], stepsPerEpoch: Int
  ) -> LineChart {
    let raw = steps.map { LineChart.Point(x: Double($0.step + 1), y: Double($0.loss)) }
    var series = [
      LineChart.Series("training, each step", raw, style: .faint),
      LineChart.Series("training, smoothed", smoothed(raw)),
    ]
    let validation = epochs.compactMap { epoch in
      epoch.validationLoss.map {
        LineChart.Point(x: Double((epoch.epoch + 1) * stepsPerEpoch), y: $0)
      }
    }
    if !validation.isEmpty {
      series.append(LineChart.Series("validation, each epoch", validation, style: .marked))
    }
    return LineChart(
      title: "Loss of \(title)", horizontalAxis: .init("step", kind: .whole),
      panels: [.init(.init(loss.name, unit: loss.unit, kind: .logarithmic), series)])
  }

  /// Learning rate and momentum by update, which is a step unless gradients are accumulated.
  static func schedule(
    title: String, schedule: Schedule, updates: Int, areSteps: Bool, momentum: Double
  ) -> LineChart {
    // Finer than the chart's pixels is of no use.
    let shown = Array(stride(from: 0, to: updates, by: max(1, updates / 2000)))
    let settings = shown.map { schedule.settings(step: $0, of: updates, momentum: momentum) }
    func points(_ value: (StepSettings) -> Float) -> [LineChart.Point] {
      zip(shown, settings).map { LineChart.Point(x: Double($0 + 1), y: Double(value($1))) }
    }
    return LineChart(
      title: "Schedule of \(title)",
      horizontalAxis: .init(areSteps ? "step" : "update", kind: .whole),
      panels: [
        .init(
          .init("learning rate"), [.init("learning rate", points { $0.learningRate })]),
        .init(.init("momentum"), [.init("momentum", points { $0.momentum })]),
      ])
  }

  /// The exponential moving average, divided by the sum of its weights so that it starts right.
  static func smoothed(_ points: [LineChart.Point]) -> [LineChart.Point] {
    var (sum, weight) = (0.0, 0.0)
    return points.map { point in
      guard point.y.isFinite else { return point }
      sum = smoothing * sum + (1 - smoothing) * point.y
      weight = smoothing * weight + 1 - smoothing
      return LineChart.Point(x: point.x, y: sum / weight)
    }
  }
}
