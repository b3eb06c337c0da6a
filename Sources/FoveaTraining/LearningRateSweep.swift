import Foundation

/// How the loss changes while the learning rate rises from step to step: what shows which rates a
/// network learns at.
///
/// - SeeAlso: L. Smith, *Cyclical Learning Rates for Training Neural Networks*, arXiv:1506.01186.
public struct LearningRateSweep: Hashable, Codable, Sendable {
  /// One step.
  public struct Point: Hashable, Codable, Sendable {
    /// The learning rate of the step.
    public let learningRate: Double
    /// The loss of its batch.
    public let loss: Double
    /// The moving average of the losses so far.
    public let smoothedLoss: Double
  }

  /// The steps, in order.
  public let points: [Point]
  /// Whether the loss exploded before the highest rate.
  public let hasDiverged: Bool

  /// How much of the moving average the next step keeps, as in fastai.
  static let smoothing = 0.98
  /// The loss has exploded where its average is so many times the least.
  static let divergence = 4.0

  init(_ losses: [(learningRate: Double, loss: Double)], hasDiverged: Bool) {
    var (sum, weight) = (0.0, 0.0)
    points = losses.map { rate, loss in
      sum = Self.smoothing * sum + (1 - Self.smoothing) * loss
      weight = Self.smoothing * weight + 1 - Self.smoothing
      return Point(learningRate: rate, loss: loss, smoothedLoss: sum / weight)
    }
    self.hasDiverged = hasDiverged
  }

  /// What the suggestions look at: without the first tenth, in which averages settle, and without the
  /// last five steps, in which the loss explodes.
  private var judged: ArraySlice<Point> {
    let first = points.count / 10
    return points.count - first > 10 ? points[first..<(points.count - 5)] : points[...]
  }

  /// The rate two thirds down the longest valley of the loss (fastai's `valley`).
  ///
  /// Takes time with the square of the number of steps.
  public var valley: Double? {
    let points = Array(judged)
    guard !points.isEmpty else { return nil }
    // The longest falling subsequence that ends at each point.
    var lengths = [Int](repeating: 1, count: points.count)
    var end = 0
    for index in points.indices {
      for earlier in 0..<index
      where points[index].smoothedLoss < points[earlier].smoothedLoss {
        lengths[index] = max(lengths[index], lengths[earlier] + 1)
      }
      if lengths[index] > lengths[end] { end = index }
    }
    let third = Double(lengths[end]) / 3
    let start = end - lengths[end]
    let index = start + Int(third) + Int(third / 2)
    return points[max(0, min(index, points.count - 1))].learningRate
  }

  /// The rate at which the loss falls fastest with the logarithm of the rate.
  public var steepest: Double? {
    let points = Array(judged)
    let slopes = zip(points, points.dropFirst()).map { first, second in
      (second.smoothedLoss - first.smoothedLoss)
        / (log(second.learningRate) - log(first.learningRate))
    }
    return slopes.indices.min { slopes[$0] < slopes[$1] }.map { points[$0].learningRate }
  }

  /// A tenth of the rate with the least loss: at that rate itself the loss is about to rise.
  public var minimumOverTen: Double? {
    judged.min { $0.smoothedLoss < $1.smoothedLoss }.map { $0.learningRate / 10 }
  }
}

extension Learner {
  /// Raises the learning rate from step to step, measures the loss, and leaves no trace.
  ///
  /// Weights, averages, statistics, the optimiser's memory, random numbers and the order of the data are as before,
  /// bit for bit, also where it throws; algorithms that it has timed stay chosen. It trains what the training's next
  /// step would: where layers are frozen for some epochs, it is the epoch that is next that counts.
  ///
  /// - Parameters:
  ///   - start: The first learning rate.
  ///   - end: The last one.
  ///   - steps: Updates between both, equal ratios apart; it ends early where the loss explodes.
  ///   - observe: Told of each step's number, from 0; `.stop` ends the sweep there.
  /// - Throws: `TrainingError.option` for rates or steps that there are not; what a training throws.
  public nonisolated(nonsending) func findLearningRate(
    from start: Double = 1e-7, to end: Double = 10, steps: Int = 100,
    observe: (Int) -> TrainingAction = { _ in .proceed }
  ) async throws -> LearningRateSweep {
    guard start > 0, end > start, end.isFinite, 10...100_000 ~= steps else {
      throw TrainingError.option(
        "the learning rate's range",
        problem: "\(start) to \(end) in \(steps) steps; use rates above 0, the second larger, and "
          + "10 to 100000 steps")
    }
    try settings.updates.check(parameters: model.trainedNames)
    try prepare(epoch: nextEpoch)
    let before = variables.snapshot()
    do {
      let result = try await sweep(from: start, to: end, steps: steps, observe: observe)
      try variables.load(before)
      return result
    } catch {
      try variables.load(before)
      throw error
    }
  }

  private nonisolated(nonsending) func sweep(
    from start: Double, to end: Double, steps: Int, observe: (Int) -> TrainingAction
  ) async throws -> LearningRateSweep {
    let factor = pow(end / start, 1 / Double(steps - 1))
    let updatesPerEpoch = max(training.batchCount / settings.accumulatedBatches, 1)
    var sweep = TrainingProgress(
      epochs: (steps + updatesPerEpoch - 1) / updatesPerEpoch,
      schedule: .exponential(learningRate: start, factor: factor),
      stepsPerEpoch: training.batchCount, stepsPerUpdate: settings.accumulatedBatches,
      after: progress)
    if settings.scalesLoss, sweep.lossScale == nil { sweep.lossScale = LossScale() }
    var losses: [(learningRate: Double, loss: Double)] = []
    var (average, weight, least) = (0.0, 0.0, Double.infinity)
    search: while sweep.update < steps {
      for try await batch in training.batches(epoch: sweep.shuffleEpoch) {
        let record: StepRecord
        do {
          record = try takeStep(batch, &sweep).record
        } catch TrainingError.notFinite {
          return LearningRateSweep(losses, hasDiverged: true)
        }
        let loss = Double(record.loss)
        losses.append((Double(record.learningRate), loss))
        let keep = LearningRateSweep.smoothing
        average = keep * average + (1 - keep) * loss
        weight = keep * weight + 1 - keep
        least = min(least, average / weight)
        if average / weight > LearningRateSweep.divergence * least {
          return LearningRateSweep(losses, hasDiverged: true)
        }
        let isStopped = observe(losses.count - 1) == .stop || Task.isCancelled
        if isStopped || sweep.update >= steps { break search }
      }
      sweep.finishEpoch(
        EpochRecord(
          epoch: sweep.epoch, trainingLoss: sweep.trainingLoss, validationLoss: nil, metrics: [:],
          seconds: 0))
    }
    return LearningRateSweep(losses, hasDiverged: false)
  }
}
