internal import CFoveaKernels
import FoveaGraph
public import FoveaTensors

/// How long each part of a program takes.
public struct ProgramProfile: Hashable, Codable, Sendable {
  /// Kernel calls that run as one: a node of the graph, or several that were fused.
  public struct Stage: Hashable, Codable, Sendable {
    /// The layer's path.
    public let path: String
    /// The operation's name; of a fused stage, what it does.
    public let operation: String
    /// The shape of its first result.
    public let outputShape: Shape
    /// Its multiply-adds, for the whole batch.
    public let multiplyAdds: Int
    /// What it must read and write, in bytes: each operand and each result once.
    public let byteCount: Int
    /// Its time, in seconds: the median of the runs.
    public let seconds: Double
    /// When it began in the run that is traced, in seconds from the first stage.
    public let start: Double
    /// How long it took in the run that is traced, in seconds.
    public let duration: Double
  }

  /// The stages, in the order in which they run.
  public let stages: [Stage]
  /// The time of a whole run, in seconds: the median of the runs.
  public let seconds: Double
}

extension Program {
  /// What a stretch of the steps stands for.
  struct Stage {
    let path: String
    let operation: String
    let outputShape: Shape
    let multiplyAdds: Int
    let byteCount: Int
    let steps: Range<Int>

    /// The steps of one node.
    init(of index: Int, in graph: Graph, _ shapes: GraphShapes, steps: Range<Int>) {
      let node = graph.nodes[index]
      let (inputs, outputs) = (node.inputs.map { shapes[$0] }, shapes[node: index])
      path = node.path
      operation = node.operation.name
      outputShape = outputs[0]
      multiplyAdds = node.operation.cost(inputs: inputs, outputs: outputs).multiplyAdds
      let read = inputs.indices.filter { node.operation.readsElements(ofInput: $0) }.map {
        inputs[$0].elementCount * node.operation.elementType(ofInput: $0).byteCount
      }
      let written = outputs.map {
        $0.elementCount * node.operation.outputElementType.byteCount
      }
      byteCount = (read + written).reduce(0, +)
      self.steps = steps
    }

    /// The step that copies floats of a value.
    init(copying shape: Shape, path: String, step: Int) {
      self.path = path
      operation = "Copy"
      outputShape = shape
      multiplyAdds = 0
      byteCount = 2 * shape.elementCount * MemoryLayout<Float>.stride
      steps = step..<(step + 1)
    }
  }

  /// Runs the graph `runs` times, one stage after the other, and times each.
  ///
  /// Results and updates are those of as many calls of `run`. Each stage ends before the next begins,
  /// as in `run`, but threads that have gone to sleep are woken again, which costs microseconds.
  ///
  /// - Parameters:
  ///   - inputs: As for `run`.
  ///   - runs: How often; 1 or more.
  ///   - beforeRun: Is called before each run with its number, from 0; what it throws ends the profile.
  /// - Throws: What `run` throws, and what `beforeRun` throws.
  public func profile(
    _ inputs: [String: Tensor], runs: Int, beforeRun: (Int) throws -> Void = { _ in }
  ) throws -> ProgramProfile {
    let clock = ContinuousClock()
    /// When each stage of a run began and ended, in seconds from the run's begin.
    var times: [[(start: Double, end: Double)]] = []
    for run in 0..<max(runs, 1) {
      try beforeRun(run)
      try begin(inputs, step: UInt64(run))
      let origin = clock.now
      times.append(
        stages.map { stage in
          let start = (clock.now - origin) / .seconds(1)
          execute(steps[stage.steps])
          return (start, (clock.now - origin) / .seconds(1))
        })
      try end()
    }
    let order = times.indices.sorted { times[$0].last?.end ?? 0 < times[$1].last?.end ?? 0 }
    // The run that is traced is the median one.
    let traced = times[order[order.count / 2]]
    return ProgramProfile(
      stages: stages.enumerated().map { index, stage in
        let durations = times.map { $0[index].end - $0[index].start }.sorted()
        return ProgramProfile.Stage(
          path: stage.path, operation: stage.operation, outputShape: stage.outputShape,
          multiplyAdds: stage.multiplyAdds, byteCount: stage.byteCount,
          seconds: durations[durations.count / 2], start: traced[index].start,
          duration: traced[index].end - traced[index].start)
      }, seconds: traced.last?.end ?? 0)
  }
}
