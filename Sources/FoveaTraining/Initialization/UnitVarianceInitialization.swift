import FoveaGraph
public import FoveaLayers
import FoveaRuntime
public import FoveaTensors

/// Layer-sequential unit-variance initialisation (LSUV): weights at right angles, then each layer in turn scaled until
/// its outputs for a batch of images deviate by 1.
///
/// So a deep network without normalisation starts with a signal that neither dies nor explodes. Outputs are looked at
/// before what normalises or activates them, in the network as it learns: statistics of the batch, dropout and all.
///
/// - SeeAlso: D. Mishkin and J. Matas, *All you need is a good init*, arXiv:1511.06422.
public struct UnitVarianceInitialization: Hashable, Codable, Sendable {
  /// How far from 1 a deviation may stay.
  public var tolerance: Double
  /// How often a layer is scaled at most.
  public var maxIterations: Int
  /// Whether weights start at right angles, as in the paper, or as the network has them.
  public var isOrthogonal: Bool

  /// What became of one layer.
  public struct Layer: Hashable, Codable, Sendable {
    /// The layer's path.
    public let path: String
    /// The deviation of its outputs before; `nil` where an output is infinite or no number.
    public let deviationBefore: Double?
    /// The deviation of its outputs after.
    public let deviation: Double?
    /// Whether the deviation is 1 within the tolerance.
    public let isReached: Bool
  }

  /// Weights to start from, and how they came about.
  public struct Result: Sendable {
    /// All weights and buffers of the network.
    public let weights: Weights
    /// The layers, in the order in which they were scaled.
    public let layers: [Layer]
  }

  /// Gathers settings.
  public init(tolerance: Double = 0.02, maxIterations: Int = 10, isOrthogonal: Bool = true) {
    self.tolerance = tolerance
    self.maxIterations = maxIterations
    self.isOrthogonal = isOrthogonal
  }

  /// Right angles cost rows² · columns, which for a wide dense layer is more than they are worth: such layers
  /// are scaled as they are.
  private static let largestOrthogonalWork = 1 << 31

  /// Makes the weights of a network.
  ///
  /// Weights that are computed of others, such as standardised ones, stay as they are, and so do biases. Weights that several
  /// layers share are scaled for the first.
  ///
  /// - Parameters:
  ///   - images: Some images as the network will see them, `[N, C, H, W]`; more of them measure better.
  ///   - seed: What the weights come from; the same seed and images give the same bits.
  ///   - threads: The number of threads, which changes no result; one for each core where left out.
  /// - Throws: `TrainingError.option` for settings that there are not; what programs throw.
  public func weights(
    for model: Model, on images: Tensor, seed: UInt64, threads: Int? = nil
  ) throws -> Result {
    guard tolerance > 0, tolerance.isFinite, 1...1000 ~= maxIterations else {
      throw TrainingError.option(
        "LSUV",
        problem:
          "a tolerance of \(tolerance) in \(maxIterations) iterations; use a number above 0, "
          + "and 1 to 1000")
    }
    let graph = try model.training.withoutUpdates()
    let layers = graph.weighedLayers(upTo: Array(graph.outputs.values))
    var weights = model.initialWeights(seed: seed)
    if isOrthogonal {
      for layer in layers {
        guard let weight = layer.weight, Self.isOrthogonalised(weight.shape) else { continue }
        let stream = RandomStream(seed: seed, named: "initial/" + weight.name)
        weights[weight.name] = Initializer.orthogonal().tensor(weight.shape, stream)
      }
    }
    let variables = try VariableStore(weights)
    let pool = try ThreadPool(threads: threads)
    var scaled: Set<String> = []
    var results: [Layer] = []
    for layer in layers {
      guard let weight = layer.weight, scaled.insert(weight.name).inserted else { continue }
      let program = try Program(
        graph.measuring(layer.value, path: layer.path),
        inputs: [Model.inputName: images.shape], variables: variables, pool: pool, seed: seed)
      func deviation() throws -> Double? {
        try program.run([Model.inputName: images])
        let variance = try program.withOutput(Graph.varianceName) { Double($0[0]) }
        return variance.isFinite ? variance.squareRoot() : nil
      }
      let before = try deviation()
      var current = before
      for _ in 0..<maxIterations {
        guard let found = current, found > 0, abs(found - 1) > tolerance else { break }
        let numbers = (weights[weight.name]?.floats ?? []).map { Float(Double($0) / found) }
        guard numbers.allSatisfy(\.isFinite) else { break }
        let tensor = Tensor(weight.shape, numbers)
        weights[weight.name] = tensor
        try variables.load(Weights([weight.name: tensor]))
        current = try deviation()
      }
      results.append(
        Layer(
          path: layer.path, deviationBefore: before, deviation: current,
          isReached: current.map { abs($0 - 1) <= tolerance } ?? false))
    }
    return Result(weights: weights, layers: results)
  }

  private static func isOrthogonalised(_ shape: Shape) -> Bool {
    let rows = shape[0]
    let columns = rows == 0 ? 0 : shape.elementCount / rows
    let (work, isLarge) = min(rows, columns).multipliedReportingOverflow(by: shape.elementCount)
    return shape.rank >= 2 && !isLarge && work <= largestOrthogonalWork
  }
}

extension Graph {
  fileprivate static let varianceName = "variance"

  /// What a value is made of, with its variance as the only output.
  fileprivate func measuring(_ value: Value, path: String) throws(GraphError) -> Graph {
    var builder = GraphBuilder()
    for node in nodes { _ = try builder.append(node.operation, node.inputs, path: node.path) }
    var formula = Formula(builder: builder, path: path)
    let centred = try formula.difference(value, try formula.mean(value))
    try formula.builder.output(
      Self.varianceName, try formula.mean(try formula.square(centred)))
    return formula.builder.graph
  }
}
