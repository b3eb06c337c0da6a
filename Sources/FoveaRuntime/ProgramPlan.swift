internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

/// What a program needs and does, known before it has any memory.
public struct ProgramNeeds: Hashable, Codable, Sendable {
  /// The memory of all values between inputs and outputs, in bytes.
  public let arenaByteCount: Int
  /// Weights in the order of the kernels, in bytes.
  public let preparedByteCount: Int
  /// What each thread needs for itself, in bytes.
  public let scratchByteCount: Int
  /// The network's variables, an optimiser's memory among them, in bytes.
  public let variableByteCount: Int
  /// The work of a run.
  public let cost: Cost

  /// All memory besides the variables and the threads' own, in bytes.
  public var byteCount: Int { arenaByteCount + preparedByteCount }

  /// All memory of a program that runs on so many threads, its variables among it, in bytes.
  public func totalByteCount(threads: Int) -> Int {
    byteCount + variableByteCount + threads * scratchByteCount
  }

  /// Plans a graph, as `Program` does.
  ///
  /// - Throws: `GraphError` where shapes do not fit, `RuntimeError` for what has no kernel.
  public init(
    of graph: Graph, inputs: [String: Shape] = [:], instructionSet: InstructionSet? = nil,
    options: PlanOptions = PlanOptions(), tuner: AlgorithmTuner? = nil
  ) throws {
    let arguments = ArgumentMemory()
    let plan = try ProgramPlan(
      graph, inputs: inputs, instructionSet: instructionSet, options: options, seed: 0,
      step: arguments.keep(0), tuner: tuner, pool: ThreadPool(threads: 1))
    arenaByteCount = plan.layout.byteCount
    preparedByteCount = plan.needs.lastingBytes
    scratchByteCount = AlignedMemory.rounded(plan.needs.scratchBytes)
    variableByteCount = plan.graph.variables.reduce(0) {
      $0 + AlignedMemory.rounded($1.shape.elementCount * MemoryLayout<Float>.stride)
    }
    cost = plan.storage.liveNodes.reduce(Cost()) { sum, index in
      let node = plan.graph.nodes[index]
      return sum
        + node.operation.cost(
          inputs: node.inputs.map { plan.shapes[$0] }, outputs: plan.shapes[node: index])
    }
  }
}

/// A graph as it will run: rewritten, with a place for each value and each node's workspace.
struct ProgramPlan {
  let graph: Graph
  let shapes: GraphShapes
  let storage: StoragePlan
  let binder: Binder
  let needs: Binder.Needs
  let layout: ArenaLayout

  init(
    _ graph: Graph, inputs: [String: Shape], instructionSet: InstructionSet?,
    options: PlanOptions, seed: UInt64, step: UnsafePointer<UInt64>, tuner: AlgorithmTuner?,
    pool: ThreadPool
  ) throws {
    try graph.validate()
    let isa = try instructionSet ?? InstructionSet.chosen()
    guard let kernels = isa.table else {
      throw RuntimeError.instructionSet(
        isa.rawValue, available: InstructionSet.available.map(\.rawValue))
    }
    func plan(_ graph: Graph) throws -> ProgramPlan {
      let shapes = try graph.shapes(inputs: inputs)
      return try ProgramPlan(
        Binder(
          graph: graph, shapes: shapes, kernels: kernels, step: step, seed: seed,
          precision: options.precision, tuner: tuner, pool: pool))
    }
    let candidates = try options.candidates(for: graph)
    var best = try plan(candidates[0])
    for candidate in candidates.dropFirst() {
      let other = try plan(candidate)
      if other.layout.byteCount < best.layout.byteCount { best = other }
    }
    self = best
  }

  private init(_ binder: Binder) throws {
    self.binder = binder
    graph = binder.graph
    shapes = binder.shapes
    storage = StoragePlan(graph, shapes)
    needs = try binder.needs(of: storage.liveNodes)
    layout = ArenaLayout(storage.blocks + needs.workspaces)
  }
}
