import FoveaData
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors

/// Looks at the outputs and gradients of layers while a network is trained.
///
/// Every few steps the batch runs through a program of its own before its step is taken: forward, loss and
/// backward without an update, with the step's own weights and random numbers. So the training gives the
/// same bits as without. Each look costs about a step, and one pass over the chosen outputs; the memory is that
/// of a second step.
public final class ActivationStats: TrainingObserver {
  /// Patterns of layers' paths, as `ParameterGroup` has them; `nil` for convolutions and fully connected layers.
  public let layers: [String]?
  /// After how many steps the next is looked at.
  public let interval: Int
  /// Elements of a smaller magnitude are near zero.
  public let nearZero: Float
  /// What was seen in this run, in order.
  public private(set) var steps: [ObservedStep] = []

  private var observation: ObservationGraph?
  private var programs: [Int: Program] = [:]

  /// Chooses what to look at.
  ///
  /// - Parameters:
  ///   - layers: Patterns of paths, such as `layer4.*`; convolutions and fully connected layers where left out.
  ///   - interval: Steps from one look to the next. As a look is worth about a step and one pass over the outputs,
  ///     32 keep what it costs below a tenth of the training.
  ///   - nearZero: Elements of a smaller magnitude are near zero.
  /// - Throws: `TrainingError.option` for numbers below 1 and 0.
  public init(
    layers: [String]? = nil, interval: Int = 32, nearZero: Float = 0.05
  ) throws(TrainingError) {
    guard interval > 0, nearZero > 0 else {
      throw .option(
        "looking at layers",
        problem: "each \(interval) steps, near zero below \(nearZero); use 1 step or more, and a "
          + "threshold above 0")
    }
    self.layers = layers
    self.interval = interval
    self.nearZero = nearZero
  }

  public func receive(_ event: TrainingEvent) -> TrainingAction {
    // The next training may be another learner's.
    if case .began = event { (observation, programs) = (nil, [:]) }
    return .proceed
  }

  /// Looks at a batch, where it is its turn.
  func observe(
    _ batch: Batch, in learner: Learner, at progress: TrainingProgress
  ) throws {
    guard progress.step % interval == 0 else { return }
    let settings = learner.settings
    let observation =
      try self.observation
      ?? ObservationGraph(
        learner.model, loss: settings.loss, updates: settings.updates, layers: layers)
    self.observation = observation
    let count = batch.images.shape[0]
    let inputs = try learner.target(of: batch).inputs
      .merging([Model.inputName: batch.images]) { own, _ in own }
    let known = Set(observation.graph.inputs.map(\.name))
    let shown = inputs.filter { known.contains($0.key) }
    // Without a tuner, whose choices belong to the training.
    let program =
      try programs[count]
      ?? Program(
        observation.graph, inputs: shown.mapValues(\.shape), variables: learner.variables,
        pool: learner.pool, seed: settings.seed,
        options: PlanOptions(backwardStart: observation.backwardStart))
    programs[count] = program
    try program.run(shown, step: UInt64(progress.steps))
    let rate = progress.schedule.settings(
      step: progress.update, of: progress.totalUpdates, momentum: settings.optimizer.momentum,
      plateau: progress.plateau
    ).learningRate
    steps.append(
      ObservedStep(
        epoch: progress.epoch, step: progress.step, learningRate: rate,
        layers: try observation.layers.map {
          try statistics(of: $0, in: program, learningRate: Double(rate))
        }))
  }

  private func statistics(
    of layer: ObservationGraph.Layer, in program: Program, learningRate: Double
  ) throws -> LayerStatistics {
    let (sums, count) = try program.withOutput(layer.output) {
      (ElementSums($0, channels: layer.channels, nearZero: nearZero), Double(max($0.count, 1)))
    }
    func norm(_ output: String?) throws -> Double? {
      guard let output else { return nil }
      let squares = try program.withOutput(output) { Double($0[0]) }
      return squares.isFinite ? squares.squareRoot() : nil
    }
    let gradient = try norm(layer.squares?.gradient)
    let parameters = try norm(layer.squares?.parameters)
    var ratio: Double?
    if let gradient, let parameters, parameters > 0 {
      ratio = learningRate * gradient / parameters
    }
    return LayerStatistics(
      path: layer.path, isRectified: layer.isRectified, isAnswer: layer.isAnswer, mean: sums.mean,
      standardDeviation: sums.standardDeviation, nearZeroShare: Double(sums.nearZero) / count,
      fastaiNearZeroShare: Double(sums.atMostFastaiThreshold) / count,
      largestMagnitude: sums.largestMagnitude, notFiniteCount: sums.notFinite,
      channels: layer.channels.count, deadChannels: sums.deadChannels, histogram: sums.histogram,
      gradientNorm: gradient, updateRatio: ratio)
  }
}

extension Sequence<any TrainingObserver> {
  /// The first observer of a type, such as `observers[ActivationStats.self]`.
  public subscript<Observer: TrainingObserver>(type: Observer.Type) -> Observer? {
    lazy.compactMap { $0 as? Observer }.first
  }
}
