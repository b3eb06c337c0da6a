public import FoveaGraph
public import FoveaTensors

/// Finds out which convolutions of a network are worth running on 8-bit numbers, on this machine.
///
/// A network is watched on calibration data for the ranges of its layers' images, each layer is then
/// compared with its float version on the same images, and both are timed in turns.
public struct Quantizer {
  /// How the work goes on.
  public enum Progress: Hashable, Sendable {
    /// Calibration data are run through, three times in all.
    case watching(batch: Int, batches: Int)
    /// Float and 8-bit layers are timed in turns.
    case timing(round: Int, rounds: Int)
  }

  /// A layer is faster when it takes at most this share of the float layer's time: less than that is
  /// lost in noise.
  static let worthwhileShare = 0.95
  private static let timedSeconds = 2.0

  private let graph: Graph
  private let fused: Graph
  private let variables: VariableStore
  private let pool: ThreadPool
  /// The convolutions of the fused graph by path, in the order in which they run.
  private let paths: [String]
  private let nodes: [String: [Int]]

  /// Prepares the work on a network as it answers.
  ///
  /// - Throws: `GraphError` where the network's shapes do not fit.
  public init(_ graph: Graph, variables: VariableStore, pool: ThreadPool) throws {
    self.graph = graph
    self.variables = variables
    self.pool = pool
    fused = try Fusion.apply(to: graph)
    var paths: [String] = []
    var nodes: [String: [Int]] = [:]
    for (index, node) in fused.nodes.enumerated() where FusedConv2d(of: node.operation) != nil {
      if nodes[node.path] == nil { paths.append(node.path) }
      nodes[node.path, default: []].append(index)
    }
    self.paths = paths
    self.nodes = nodes
  }

  /// Decides for each convolution.
  ///
  /// - Parameters:
  ///   - calibration: Inputs of runs, at least one.
  ///   - timing: The inputs of the run that is timed.
  ///   - tolerance: The largest error of a layer: the root mean square of the difference from its float
  ///     results, as a share of their range.
  ///   - isForced: Whether layers are taken whatever time and error say.
  ///   - progress: Is told what happens; what it throws ends the work.
  /// - Throws: What programs throw for inputs that do not fit.
  public func quantization(
    calibration: [[String: Tensor]], timing: [String: Tensor], tolerance: Double, isForced: Bool,
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> Quantization {
    var watched = 0
    func tellWatched() throws {
      watched += 1
      try progress(.watching(batch: watched, batches: 3 * calibration.count))
    }
    let inputs = try findInputs(calibration, tellWatched)
    let errors = try findErrors(inputs, calibration, tellWatched)
    let all = Quantization(
      layers: paths.map { path in
        Quantization.Layer(
          path: path, verdict: inputs[path] == nil ? .unsupported : .forced, input: inputs[path])
      })
    let times = try layerTimes(all, timing, progress)
    return Quantization(
      layers: paths.map { path in
        guard let input = inputs[path], let error = errors[path], let time = times[path] else {
          return Quantization.Layer(path: path, verdict: .unsupported)
        }
        let isExact = error <= tolerance
        let isFaster = time.int8 <= Self.worthwhileShare * time.float
        return Quantization.Layer(
          path: path,
          verdict: isExact && isFaster
            ? .kept : isForced ? .forced : isExact ? .slower : .inaccurate,
          input: input, floatMilliseconds: time.float * 1000,
          int8Milliseconds: time.int8 * 1000, error: error)
      })
  }

  /// The median times of whole runs, float and quantised, measured in turns, in seconds.
  public func runTimes(
    _ quantization: Quantization, _ inputs: [String: Tensor],
    progress: (Progress) throws -> Void = { _ in }
  ) throws -> (float: Double, int8: Double) {
    let programs = try (float: program(inputs), int8: program(inputs, quantization))
    let clock = ContinuousClock()
    func time(_ program: Program) throws -> Double {
      try clock.measure { try program.run(inputs) } / .seconds(1)
    }
    var times: (float: [Double], int8: [Double]) = ([], [])
    try repeatInTurns(progress) {
      times.float.append(try time(programs.float))
      times.int8.append(try time(programs.int8))
      return (times.float.last ?? 0) + (times.int8.last ?? 0)
    }
    return (times.float.median, times.int8.median)
  }

  // MARK: Ranges and errors

  /// How the image of each layer becomes bytes, where kernels can compute the layer.
  private func findInputs(
    _ calibration: [[String: Tensor]], _ tellWatched: () throws -> Void
  ) throws -> [String: Quantization.Input] {
    let supported = paths.filter { path in
      nodes[path, default: []].allSatisfy { fused.canQuantize(fused.nodes[$0]) }
    }
    var builder = try GraphBuilder(extending: fused)
    var outputs: [Value: String] = [:]
    for node in supported.flatMap({ nodes[$0, default: []] }) {
      let image = fused.nodes[node].inputs[0]
      guard outputs[image] == nil else { continue }
      let name = "quantization/image/\(image.node)/\(image.output)"
      try builder.output(name, image)
      outputs[image] = name
    }
    var histograms: [String: ValueHistogram] = [:]
    func watch(
      _ take: (inout ValueHistogram, UnsafeBufferPointer<Float>) -> Void
    ) throws {
      try run(builder.graph, calibration) { program in
        for path in supported {
          for node in nodes[path, default: []] {
            guard let name = outputs[fused.nodes[node].inputs[0]] else { continue }
            try program.withOutput(name) { take(&histograms[path, default: ValueHistogram()], $0) }
          }
        }
        try tellWatched()
      }
    }
    try watch { $0.widen(to: $1) }
    try watch { $0.count($1) }
    return histograms.compactMapValues(\.input)
  }

  /// How far the results of each layer are from those of its float version, on the same images.
  private func findErrors(
    _ inputs: [String: Quantization.Input], _ calibration: [[String: Tensor]],
    _ tellWatched: () throws -> Void
  ) throws -> [String: Double] {
    var builder = try GraphBuilder(extending: fused)
    var names: [String: [(float: String, int8: String)]] = [:]
    for path in paths {
      guard let input = inputs[path] else { continue }
      for node in nodes[path, default: []] {
        guard let convolution = FusedConv2d(of: fused.nodes[node].operation) else { continue }
        let results = try builder.append(
          QuantizedConv2d(fused: convolution, input: input), fused.nodes[node].inputs, path: path)
        let name = "quantization/result/\(node)"
        try builder.output(name, Value(node: node))
        try builder.output(name + "/int8", results[0])
        names[path, default: []].append((name, name + "/int8"))
      }
    }
    var differences: [String: ResultDifference] = [:]
    try run(builder.graph, calibration) { program in
      for (path, names) in names {
        for name in names {
          try program.withOutput(name.float) { float in
            try program.withOutput(name.int8) { int8 in
              differences[path, default: ResultDifference()].add(float, int8)
            }
          }
        }
      }
      try tellWatched()
    }
    return differences.mapValues(\.error)
  }

  /// Runs a graph that is fused already on one batch after the other.
  private func run(
    _ graph: Graph, _ batches: [[String: Tensor]], _ body: (Program) throws -> Void
  ) throws {
    var planned: (shapes: [String: Shape], program: Program)?
    for batch in batches {
      let shapes = batch.mapValues(\.shape)
      if planned?.shapes != shapes {
        planned = nil
        planned = (
          shapes,
          try Program(
            graph, inputs: shapes, variables: variables, pool: pool,
            options: PlanOptions(fuses: false))
        )
      }
      guard let program = planned?.program else { continue }
      try program.run(batch)
      try body(program)
    }
  }

  // MARK: Times

  private func program(
    _ inputs: [String: Tensor], _ quantization: Quantization? = nil
  ) throws -> Program {
    try Program(
      graph, inputs: inputs.mapValues(\.shape), variables: variables, pool: pool,
      options: PlanOptions(quantization: quantization))
  }

  /// The median times of each layer, float and quantised, in seconds.
  private func layerTimes(
    _ quantization: Quantization, _ inputs: [String: Tensor],
    _ progress: (Progress) throws -> Void
  ) throws -> [String: (float: Double, int8: Double)] {
    let programs = try (float: program(inputs), int8: program(inputs, quantization))
    func times(_ program: Program) throws -> [String: Double] {
      let profile = try program.profile(inputs, runs: 1)
      return Dictionary(profile.stages.map { ($0.path, $0.seconds) }, uniquingKeysWith: +)
    }
    var rounds: [(float: [String: Double], int8: [String: Double])] = []
    try repeatInTurns(progress) {
      let round = (float: try times(programs.float), int8: try times(programs.int8))
      rounds.append(round)
      return (Array(round.float.values) + round.int8.values).reduce(0, +)
    }
    var result: [String: (float: Double, int8: Double)] = [:]
    for path in paths {
      result[path] = (
        rounds.compactMap { $0.float[path] }.median, rounds.compactMap { $0.int8[path] }.median
      )
    }
    return result
  }

  /// Runs `round`, which says how many seconds it took, as often as fits some seconds.
  private func repeatInTurns(
    _ progress: (Progress) throws -> Void, _ round: () throws -> Double
  ) throws {
    // The first also prepares weights.
    _ = try round()
    let seconds = try round()
    let rounds = Int(min(max(Self.timedSeconds / max(seconds, 1e-6), 5), 200))
    for number in 1...rounds {
      _ = try round()
      try progress(.timing(round: number, rounds: rounds))
    }
  }
}

/// How far results are from others, over several runs.
private struct ResultDifference {
  private var squares = 0.0
  private var count = 0
  private var lowest: Float = .infinity
  private var highest: Float = -.infinity

  mutating func add(_ float: UnsafeBufferPointer<Float>, _ int8: UnsafeBufferPointer<Float>) {
    var (squares, lowest, highest) = (0.0, lowest, highest)
    for (expected, actual) in zip(float, int8) {
      let difference = Double(actual - expected)
      squares += difference * difference
      lowest = min(lowest, expected)
      highest = max(highest, expected)
    }
    self.squares += squares
    (self.lowest, self.highest) = (lowest, highest)
    count += float.count
  }

  /// The root mean square as a share of the range; 0 where nothing differs.
  var error: Double {
    squares == 0 ? 0 : (squares / Double(count)).squareRoot() / Double(highest - lowest)
  }
}

extension [Double] {
  /// The middle one; not a number where there is none.
  fileprivate var median: Double { isEmpty ? .nan : sorted()[count / 2] }
}
