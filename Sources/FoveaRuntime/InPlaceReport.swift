public import FoveaGraph
public import FoveaTensors

/// For each node of a planned graph, whether it works in place, and if not, why not.
public struct InPlaceReport: Hashable, Codable, Sendable {
  /// What the plan does with the memory of a node's first result.
  public enum Decision: Hashable, Codable, Sendable {
    /// The result is written over an input, which this layer made.
    case overwrites(path: String)
    /// The result is its input's memory under another shape; nothing is copied or computed.
    case view
    /// Memory of its own: an element of the result depends on other elements than the same one of an input.
    case mixesElements
    /// Memory of its own: this layer reads the input later.
    case readLater(by: String)
    /// Memory of its own: the backward pass needs the input's value for this layer.
    case neededBackward(by: String)
    /// Memory of its own: the input is a result of the network, or a new value of a variable.
    case networkOutput
    /// Memory of its own: the input is this weight, which outlives the run.
    case weight(name: String)
    /// Memory of its own: the node reads the input's memory also in another way.
    case readTwice
  }

  /// One node that runs.
  public struct Node: Hashable, Codable, Sendable {
    /// The layer's path.
    public let path: String
    /// The operation's name; of a fused node, what it does.
    public let operation: String
    /// The shape of its first result.
    public let outputShape: Shape
    /// What the plan does.
    public let decision: Decision
  }

  /// The nodes, in the order in which they run.
  public let nodes: [Node]

  /// Plans a graph, as `Program` does.
  ///
  /// - Throws: `GraphError` where shapes do not fit, `RuntimeError` for what has no kernel.
  public init(
    of graph: Graph, inputs: [String: Shape] = [:], options: PlanOptions = PlanOptions()
  ) throws {
    let arguments = ArgumentMemory()
    let plan = try ProgramPlan(
      graph, inputs: inputs, instructionSet: nil, options: options, seed: 0,
      step: arguments.keep(0), tuner: nil, pool: ThreadPool(threads: 1))
    nodes = plan.storage.liveNodes.compactMap { index in
      guard let decision = plan.storage.decisions[index] else { return nil }
      let node = plan.graph.nodes[index]
      return Node(
        path: node.path, operation: node.operation.name,
        outputShape: plan.shapes[node: index].first ?? .scalar, decision: decision)
    }
  }
}

extension InPlaceReport.Decision: CustomStringConvertible {
  public var description: String {
    switch self {
    case .overwrites(let path): "yes: over the result of \(path)"
    case .view: "nothing to do: the same memory under another shape"
    case .mixesElements: "no: its elements depend on several of the input's"
    case .readLater(let path): "no: \(path) reads the input later"
    case .neededBackward(let path): "no: the backward pass of \(path) needs the input"
    case .networkOutput: "no: the input is itself a result of the run"
    case .weight(let name): "no: the input is the weight \(name)"
    case .readTwice: "no: it reads the input in two ways"
    }
  }
}
