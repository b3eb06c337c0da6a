public import FoveaFormats
public import FoveaGraph
import FoveaRuntime
public import FoveaTensors

/// Compares a network that was written and read again with the one that it was made from.
///
/// Every export goes through it: what it finds becomes the file's evidence, and a network that answers
/// otherwise is not written.
public struct ExportCheck: Hashable, Sendable {
  /// Inputs to compare with.
  public struct Sample: Sendable {
    /// What they are, such as `random` or a dataset's name.
    public let label: String
    /// A tensor for each input of the source, in its order; the batch is the first extent.
    public let inputs: [Tensor]

    /// Gathers inputs.
    public init(label: String, inputs: [Tensor]) {
      self.label = label
      self.inputs = inputs
    }
  }

  /// What is compared, such as `ONNX file against the graph`.
  public var comparison: String
  /// The largest difference between outputs, as a share of the largest magnitude of an output.
  public var tolerance: Double
  /// Threads; they change no result.
  public var threads: Int?

  /// How often each of both is timed.
  private static let timedRuns = 3

  /// Asks for a comparison.
  public init(comparison: String, tolerance: Double = 1e-4, threads: Int? = nil) {
    self.comparison = comparison
    self.tolerance = tolerance
    self.threads = threads
  }

  /// Normally distributed numbers of a fixed seed for each input; inputs of whole numbers are zero.
  ///
  /// - Parameter batch: The first extent of each input.
  public static func randomSample(for graph: Graph, batch: Int) -> Sample {
    let inputs = graph.inputs.map { input in
      let shape = input.shape.rank == 0 ? input.shape : input.shape.replacing(0, with: batch)
      guard input.outputElementType == .float32 else {
        return Tensor(zeros: shape, of: input.outputElementType)
      }
      let stream = RandomStream(seed: 0, named: "export/\(input.name)")
      return Tensor(shape, stream.normals(shape.elementCount, deviation: 1))
    }
    return Sample(label: "random", inputs: inputs)
  }

  /// Runs both networks on the samples.
  ///
  /// - Returns: What was found for each sample, in order.
  /// - Throws: `ExportMismatch` where answers differ by more than the tolerance, with the first layer that
  ///   does; else what the networks throw.
  public func evidence(
    source: PortableModel, exported: PortableModel, samples: [Sample]
  ) throws -> [ParityEvidence] {
    let pool = try ThreadPool(threads: threads)
    let counts = [source, exported].map { ($0.graph.inputs.count, $0.graph.outputs.count) }
    guard counts[0] == counts[1] else {
      throw ExportMismatch(
        comparison: comparison, inputs: "inputs and outputs", difference: .infinity, limit: 0,
        layer: nil)
    }
    let stores = (
      try VariableStore(source.weights), try VariableStore(exported.weights)
    )
    return try samples.map { sample in
      func run(_ model: PortableModel, _ store: VariableStore) throws -> ExecutedNetwork {
        try ExecutedNetwork(model.graph, store, pool, sample.inputs)
      }
      let (first, second) = (try run(source, stores.0), try run(exported, stores.1))
      var (difference, largest) = (0.0, 0.0)
      for (left, right) in zip(first.outputs, second.outputs) {
        let found = Self.difference(left, right)
        difference = max(difference, found.difference)
        largest = max(largest, found.largest)
      }
      let limit = tolerance * largest
      guard difference <= limit else {
        throw ExportMismatch(
          comparison: comparison, inputs: sample.label, difference: difference, limit: limit,
          layer: try firstDifference(
            (source.graph, stores.0), (exported.graph, stores.1), pool, sample.inputs))
      }
      var seconds: (first: [Double], second: [Double]) = ([], [])
      for _ in 0..<Self.timedRuns {
        seconds.first.append(try first.secondsOfRun())
        seconds.second.append(try second.secondsOfRun())
      }
      let times = (seconds.first.sorted(), seconds.second.sorted())
      return ParityEvidence(
        comparison: comparison, inputs: sample.label,
        count: sample.inputs.first?.shape.dimensions.first ?? 1,
        largestDifference: difference, largestOutput: largest,
        topOneAgreement: Self.agreement(first.outputs.first, second.outputs.first),
        relativeTime: times.1[Self.timedRuns / 2] / times.0[Self.timedRuns / 2])
    }
  }

  /// The largest difference and the largest magnitude; a NaN on one side alone, or another shape, differs without end.
  static func difference(_ left: Tensor, _ right: Tensor) -> (difference: Double, largest: Double) {
    guard left.shape == right.shape else { return (.infinity, 0) }
    var (difference, largest) = (0.0, 0.0)
    for (left, right) in zip(left.floats, right.floats) where left != right {
      if left.isNaN && right.isNaN { continue }
      let distance = abs(Double(left) - Double(right))
      difference = distance.isNaN ? .infinity : max(difference, distance)
    }
    for value in left.floats where value.isFinite { largest = max(largest, Double(abs(value))) }
    return (difference, largest)
  }

  /// The share of places with the same best class, along axis 1.
  static func agreement(_ left: Tensor?, _ right: Tensor?) -> Double {
    guard let left, let right, left.shape == right.shape, left.shape.rank >= 2,
      left.elementCount > 0
    else { return 1 }
    let (classes, places) = (left.shape[1], left.elementCount / left.shape[0] / left.shape[1])
    let (first, second) = (left.floats, right.floats)
    func best(_ values: [Float], _ image: Int, _ place: Int) -> Int {
      var best = 0
      func value(_ index: Int) -> Float { values[(image * classes + index) * places + place] }
      for index in 1..<max(classes, 1) where value(index) > value(best) { best = index }
      return best
    }
    var same = 0
    for image in 0..<left.shape[0] {
      for place in 0..<places where best(first, image, place) == best(second, image, place) {
        same += 1
      }
    }
    return Double(same) / Double(left.shape[0] * places)
  }

  /// The first layer, in the source's order, whose result differs by more than the tolerance.
  private func firstDifference(
    _ source: (graph: Graph, store: VariableStore),
    _ exported: (graph: Graph, store: VariableStore),
    _ pool: ThreadPool, _ inputs: [Tensor]
  ) throws -> ExportMismatch.Layer? {
    let (left, right) = (try source.graph.layerResults(), try exported.graph.layerResults())
    let known = Set(right.map(\.path))
    let paths = left.map(\.path).filter { known.contains($0) }
    let first = try ExecutedNetwork(
      source.graph.showing(left, paths), source.store, pool, inputs)
    let second = try ExecutedNetwork(
      exported.graph.showing(right, paths), exported.store, pool, inputs)
    for path in paths {
      let name = Graph.layerPrefix + path
      let found = Self.difference(try first.output(name), try second.output(name))
      if !(found.difference <= tolerance * found.largest) {
        return .init(path: path, difference: found.difference, largest: found.largest)
      }
    }
    return nil
  }
}

/// Why a network was not written.
public struct ExportMismatch: Error, Hashable, Sendable, CustomStringConvertible {
  /// A layer whose result differs.
  public struct Layer: Hashable, Sendable {
    /// The layer's path.
    public let path: String
    /// The largest difference.
    public let difference: Double
    /// The largest magnitude.
    public let largest: Double
  }

  /// What was compared.
  public let comparison: String
  /// What went in.
  public let inputs: String
  /// The largest difference between outputs.
  public let difference: Double
  /// The largest that is taken.
  public let limit: Double
  /// The first layer that differs; `nil` where no layer of one path does.
  public let layer: Layer?

  public var description: String {
    let place =
      layer.map {
        "the first layer that differs is \($0.path), by \(short($0.difference)) of \(short($0.largest))"
      } ?? "no layer of the same path differs, so that it is between layers"
    return "\(comparison), \(inputs): answers differ by \(short(difference)) where \(short(limit)) "
      + "is taken; \(place); nothing was written"
  }

  private func short(_ value: Double) -> String { "\(Float(value))" }
}

/// A planned network with its inputs, which has run once.
private struct ExecutedNetwork {
  private let program: Program
  private let inputs: [String: Tensor]
  let outputs: [Tensor]

  init(_ graph: Graph, _ store: VariableStore, _ pool: ThreadPool, _ inputs: [Tensor]) throws {
    let named = Dictionary(
      zip(graph.inputs.map(\.name), inputs).map { ($0, $1) },
      uniquingKeysWith: { first, _ in first })
    self.inputs = named
    let program = try Program(
      graph, inputs: named.mapValues(\.shape), variables: store, pool: pool)
    try program.run(named)
    self.program = program
    outputs = try graph.outputs.keys.map { try program.output($0) }
  }

  func output(_ name: String) throws -> Tensor { try program.output(name) }

  func secondsOfRun() throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    try program.run(inputs)
    return (clock.now - start) / .seconds(1)
  }
}

extension Graph {
  fileprivate static let layerPrefix = "layer: "

  /// The last float result of each path that computes something, in order.
  fileprivate func layerResults() throws -> [(path: String, value: Value)] {
    var last: [String: Int] = [:]
    for (index, node) in nodes.enumerated()
    where !node.operation.isSource && node.operation.outputElementType == .float32 {
      last[node.path] = index
    }
    return last.sorted { $0.value < $1.value }.map { ($0.key, Value(node: $0.value)) }
  }

  /// This graph with the results of layers as further outputs.
  fileprivate func showing(
    _ layers: [(path: String, value: Value)], _ paths: [String]
  ) throws -> Graph {
    var builder = try GraphBuilder(extending: self)
    let wanted = Set(paths)
    for layer in layers where wanted.contains(layer.path) {
      try builder.output(Self.layerPrefix + layer.path, layer.value)
    }
    return builder.graph
  }
}
