import FoveaData
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors

extension Learner {
  /// Sends the first batch of the training through the network, forward and back, with the weights as they are.
  ///
  /// Nothing of the training changes. Normalisations take the batch's statistics, and nothing is left out at random. Costs
  /// one step without its update.
  ///
  /// - Throws: What data and programs throw; `TrainingError.nothingToDo` for a training without a batch.
  public nonisolated(nonsending) func signals() async throws -> SignalReport {
    var batches = training.batches(epoch: 0).makeAsyncIterator()
    guard let batch = try await batches.next() else {
      throw TrainingError.nothingToDo(epochs: 1, steps: training.batchCount)
    }
    let heads = model.training.outputs.map(\.key).filter { model.inference.outputs[$0] == nil }
    let forward = try settings.loss.append(
      to: try model.training.withoutDropout(), heads: heads, reduction: .mean)
    let layers = forward.weighedLayers(upTo: [try forward.output(named: TrainingStep.lossName)])
    let signals = try SignalGraph(forward, layers: layers)
    let inputs = try target(of: batch).inputs
      .merging([Model.inputName: batch.images]) { own, _ in own }
    let known = Set(signals.graph.inputs.map(\.name))
    let shown = inputs.filter { known.contains($0.key) }
    // Without a tuner, whose choices belong to the training.
    let program = try Program(
      signals.graph, inputs: shown.mapValues(\.shape), variables: variables, pool: pool,
      seed: settings.seed, options: PlanOptions(backwardStart: signals.backwardStart))
    try program.run(shown)

    func value(_ name: String) throws -> Double? {
      let value = try program.withOutput(name) { Double($0[0]) }
      return value.isFinite ? value : nil
    }
    func root(_ name: String) throws -> Double? { try value(name)?.squareRoot() }
    // A single image differs from no other.
    let measure = batch.images.shape[0] > 1 ? SignalGraph.spread : SignalGraph.variance
    let start = variables.snapshot()
    return SignalReport(
      inputSpread: try root(Model.inputName + measure) ?? .infinity,
      loss: try program.withOutput(TrainingStep.lossName) { Double($0[0]) },
      layers: try layers.indices.map { index in
        let (signal, gradient) = (SignalGraph.signal(index), SignalGraph.gradient(index))
        return SignalReport.Layer(
          path: layers[index].path, mean: try value(signal + SignalGraph.mean),
          deviation: try root(signal + SignalGraph.variance), spread: try root(signal + measure),
          gradientDeviation: try root(gradient + SignalGraph.variance),
          gradientNorm: try root(gradient + SignalGraph.squares))
      },
      zeroNorms: forward.normWeights.filter { name in
        start[name]?.floats.allSatisfy { $0 == 0 } ?? false
      })
  }
}

/// A network with its loss, and the moments of what goes through its layers, forward and back.
private struct SignalGraph {
  static let mean = "/mean"
  static let variance = "/variance"
  static let spread = "/spread"
  static let squares = "/squares"

  let graph: Graph
  let backwardStart: Int

  static func signal(_ layer: Int) -> String { "signal/\(layer)" }
  static func gradient(_ layer: Int) -> String { "signal/\(layer)/gradient" }

  init(_ forward: Graph, layers: [WeighedLayer]) throws(GraphError) {
    backwardStart = forward.nodes.count
    var builder = try GraphBuilder(
      extending: differentiate(
        forward, loss: TrainingStep.lossName,
        withRespectTo: layers.indices.map { (Self.signal($0), layers[$0].value) }))
    for (index, layer) in layers.enumerated() {
      let gradient = try builder.removeOutput(Graph.gradientName(of: Self.signal(index)))
      var formula = Formula(builder: builder, path: layer.path)
      try formula.outputMoments(of: layer.value, as: Self.signal(index))
      try formula.outputSpread(of: layer.value, as: Self.signal(index))
      try formula.outputMoments(of: gradient, as: Self.gradient(index))
      try formula.builder.output(
        Self.gradient(index) + Self.squares, try formula.total(try formula.square(gradient)))
      builder = formula.builder
    }
    if let images = builder.graph.source(named: Model.inputName) {
      var formula = Formula(builder: builder, path: Model.inputName)
      try formula.outputMoments(of: images, as: Model.inputName)
      try formula.outputSpread(of: images, as: Model.inputName)
      builder = formula.builder
    }
    graph = builder.graph
  }
}

extension Formula {
  /// Mean and variance, in two passes as sums of squares lose digits.
  fileprivate mutating func outputMoments(of value: Value, as name: String) throws(GraphError) {
    let average = try mean(value)
    let centred = try difference(value, average)
    try builder.output(name + SignalGraph.mean, average)
    try builder.output(name + SignalGraph.variance, try mean(try square(centred)))
  }

  /// The variance from image to image, of each element by itself and then on average.
  fileprivate mutating func outputSpread(of value: Value, as name: String) throws(GraphError) {
    let average = try apply(Reduce(.mean, axes: [0], keepDimensions: true), value)
    let centred = try difference(value, average)
    try builder.output(name + SignalGraph.spread, try mean(try square(centred)))
  }
}
