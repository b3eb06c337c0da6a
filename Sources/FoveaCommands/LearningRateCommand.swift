import FoveaDrawing
public import FoveaTraining

/// Raises the learning rate from step to step and tells which rates a network learns at.
public struct LearningRateCommand: Hashable, Codable, Sendable {
  /// The training that a rate is looked for.
  public var training: TrainCommand
  /// The first learning rate.
  public var start: Double
  /// The last learning rate.
  public var end: Double
  /// How many updates lie between both.
  public var steps: Int
  /// The chart's file, `.svg` or `.png`; none where left out.
  public var chart: String?

  /// What was found.
  public struct Report: Hashable, Codable, Sendable {
    /// Every step.
    public let points: [LearningRateSweep.Point]
    /// Whether the loss exploded before the highest rate.
    public let hasDiverged: Bool
    /// Two thirds down the longest valley of the loss: what to take where nothing else is known.
    public let valley: Double?
    /// Where the loss falls fastest.
    public let steepest: Double?
    /// A tenth of the rate with the least loss.
    public let minimumOverTen: Double?
    /// The chart, where one was asked for.
    public let chart: PictureReport?
  }

  /// Looks for the rate of a training.
  public init(
    _ training: TrainCommand, from start: Double = 1e-7, to end: Double = 10, steps: Int = 100,
    chart: String? = nil
  ) {
    self.training = training
    self.start = start
    self.end = end
    self.steps = steps
    self.chart = chart
  }

  /// Looks.
  ///
  /// - Parameters:
  ///   - preparation: Told what happens before, also from other threads.
  ///   - observe: Told of each step's number; may stop there.
  /// - Throws: `CommandError` for a wrong request, else what data and models throw.
  public nonisolated(nonsending) func run(
    preparation: @escaping @Sendable (TrainPreparation) -> Void = { _ in },
    observe: (Int) -> TrainingAction = { _ in .proceed }
  ) async throws -> Report {
    let file = try chart.map { path throws(CommandError) in try PictureFile(requested: path) }
    guard start > 0, start.isFinite else {
      throw CommandError.option("--start-lr", value: "\(start)", allowed: "a number above 0")
    }
    guard end > start, end.isFinite else {
      throw CommandError.option("--end-lr", value: "\(end)", allowed: "a number above --start-lr")
    }
    guard 10...100_000 ~= steps else {
      throw CommandError.option("--steps", value: "\(steps)", allowed: "10 to 100000")
    }
    let configuration = try TrainConfiguration(training)
    let (learner, _, _) = try await configuration.newLearner(
      workers: training.workers, preparation: preparation)
    let sweep = try await learner.findLearningRate(
      from: start, to: end, steps: steps, observe: observe)
    let title = configuration.title
    return Report(
      points: sweep.points, hasDiverged: sweep.hasDiverged, valley: sweep.valley,
      steepest: sweep.steepest, minimumOverTen: sweep.minimumOverTen,
      chart: try file.map {
        try $0.write(
          TrainingCharts.learningRates(title: title, of: configuration.loss, sweep: sweep))
      })
  }
}

extension TrainingCharts {
  /// Loss by learning rate, with the rates that are suggested.
  static func learningRates(
    title: String, of loss: Loss, sweep: LearningRateSweep
  ) -> LineChart {
    func points(_ loss: (LearningRateSweep.Point) -> Double) -> [LineChart.Point] {
      sweep.points.map { LineChart.Point(x: $0.learningRate, y: loss($0)) }
    }
    let suggestions = [
      ("valley", sweep.valley), ("steepest", sweep.steepest),
      ("minimum / 10", sweep.minimumOverTen),
    ]
    let marks = suggestions.compactMap { name, rate -> LineChart.Series? in
      guard let rate else { return nil }
      // A tenth of a rate that was measured is, but for the start, the rate of a step too.
      let nearest = sweep.points.min {
        abs($0.learningRate / rate - 1) < abs($1.learningRate / rate - 1)
      }
      guard let nearest else { return nil }
      return LineChart.Series(
        "\(name): \(NumberFormat.general(rate))",
        [LineChart.Point(x: nearest.learningRate, y: nearest.smoothedLoss)], style: .marked)
    }
    return LineChart(
      title: "Learning rates for \(title)",
      horizontalAxis: .init("learning rate", kind: .logarithmic),
      panels: [
        .init(
          .init(loss.name, unit: loss.unit, kind: .logarithmic),
          [
            .init("each step", points(\.loss), style: .faint),
            .init("smoothed", points(\.smoothedLoss)),
          ] + marks)
      ])
  }
}
