import FoveaGraph

/// A training step that is written anew, node by node, so that its backward pass reads other values than its
/// forward pass made.
protocol BackwardRewrite {
  var copy: GraphCopy { get set }

  /// A value of the forward pass as the backward pass reads it.
  mutating func valueInBackwardPass(_ value: Value) throws(GraphError) -> Value

  /// Is told of each value that was written anew.
  mutating func wrote(_ value: Value, as new: Value) throws(GraphError)
}

extension BackwardRewrite {
  func wrote(_ value: Value, as new: Value) throws(GraphError) {}

  /// The rewritten graph: the same inputs, variables, outputs and updates.
  mutating func rewritten() throws(GraphError) -> Graph {
    let graph = copy.graph
    for (index, node) in graph.nodes.enumerated() {
      var inputs: [Value] = []
      for (position, input) in node.inputs.enumerated() {
        let isLate =
          index >= copy.backwardStart && node.operation.readsElements(ofInput: position)
        inputs.append(isLate ? try valueInBackwardPass(input) : try copy.newValue(of: input))
      }
      let values = try copy.builder.append(node.operation, inputs, path: node.path)
      for (output, new) in values.enumerated() {
        let old = Value(node: index, output: output)
        copy.newValues[old] = new
        try wrote(old, as: new)
      }
    }
    for (name, value) in graph.outputs {
      try copy.builder.output(name, try copy.newValue(of: value))
    }
    for (name, value) in graph.updates {
      try copy.builder.update(name, with: try copy.newValue(of: value))
    }
    return copy.builder.graph
  }
}

/// A graph, and what of it has been written anew.
struct GraphCopy {
  let graph: Graph
  /// The first node of the backward pass.
  let backwardStart: Int
  var builder = GraphBuilder()
  fileprivate(set) var newValues: [Value: Value] = [:]

  init(_ graph: Graph, backwardStart: Int) {
    self.graph = graph
    self.backwardStart = backwardStart
  }

  /// The layer that makes a value.
  func path(of value: Value) -> String { graph.nodes[value.node].path }

  func newValue(of value: Value) throws(GraphError) -> Value {
    guard let new = newValues[value] else {
      throw .badReference(node: value.node, path: path(of: value))
    }
    return new
  }
}
