public import OrderedCollections

/// One result of one node.
public struct Value: Hashable, Codable, Sendable {
  /// The node's position in the graph.
  public let node: Int
  /// Which of its results.
  public let output: Int

  /// Refers to result `output` of node `node`.
  public init(node: Int, output: Int = 0) {
    self.node = node
    self.output = output
  }
}

/// An operation at its place in a graph.
public struct Node: Sendable {
  /// What is done.
  public let operation: any Operation
  /// What it is done to; all of them come before this node.
  public let inputs: [Value]
  /// The layer that made the node, such as `layer1.0.conv1`.
  public let path: String
}

extension Node: Hashable {
  public static func == (left: Node, right: Node) -> Bool {
    AnyHashable(left.operation) == AnyHashable(right.operation) && left.inputs == right.inputs
      && left.path == right.path
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(AnyHashable(operation))
    hasher.combine(inputs)
    hasher.combine(path)
  }
}

/// A network as a value: operations in an order in which each comes after what it reads.
///
/// Append-only (SSA form). It holds no tensors, no code and no kernels; shapes are inferred from the
/// inputs' shapes, so one graph serves any batch or image size that fits.
public struct Graph: Hashable, Sendable {
  /// The nodes; a node reads only nodes before it.
  public internal(set) var nodes: [Node] = []
  /// What a run gives back, by name.
  public internal(set) var outputs: OrderedDictionary<String, Value> = [:]
  /// What a run writes back into variables, by the variable's name: the next step sees it.
  public internal(set) var updates: OrderedDictionary<String, Value> = [:]

  init() {}

  /// The inputs, in order.
  public var inputs: [Input] { nodes.compactMap { $0.operation as? Input } }

  /// The variables, in order.
  public var variables: [Variable] { nodes.compactMap { $0.operation as? Variable } }

  /// The value of the input or variable called `name`.
  public func source(named name: String) -> Value? {
    nodes.firstIndex {
      ($0.operation as? Input)?.name == name || ($0.operation as? Variable)?.name == name
    }.map { Value(node: $0) }
  }

  /// The value of the output called `name`.
  ///
  /// - Throws: `GraphError.unknownName` with the names that there are.
  public func output(named name: String) throws(GraphError) -> Value {
    guard let value = outputs[name] else {
      throw .unknownName(name, kind: "output", known: Array(outputs.keys))
    }
    return value
  }
}
