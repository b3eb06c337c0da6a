extension Graph {
  /// This network built anew, with other nodes in place of some.
  ///
  /// - Parameters:
  ///   - left: Nodes that are left out.
  ///   - replace: Told a node and where a value of the old network is in the new one; appends what stands for
  ///     the node, or answers `nil` for the node as it is.
  func rebuilt(
    leavingOut left: Set<Int> = [],
    _ replace: (Node, (Value) -> Value?, inout GraphBuilder) throws(GraphError) -> [Value]?
  ) throws(GraphError) -> Graph {
    var builder = GraphBuilder()
    var places: [Value: Value] = [:]
    for (index, node) in nodes.enumerated() where !left.contains(index) {
      let new = try replace(node, { places[$0] }, &builder)
      let results =
        if let new { new } else {
          try builder.append(node, node.inputs.compactMap { places[$0] })
        }
      for (output, value) in results.enumerated() {
        places[Value(node: index, output: output)] = value
      }
    }
    for (name, value) in outputs { if let new = places[value] { try builder.output(name, new) } }
    for (name, value) in updates {
      if let new = places[value] { try builder.update(name, with: new) }
    }
    return builder.graph
  }
}

extension GraphBuilder {
  /// Appends what a node of another graph does, also where it is an input or a variable.
  mutating func append(_ node: Node, _ inputs: [Value]) throws(GraphError) -> [Value] {
    switch node.operation {
    case let input as Input: [try self.input(input.name, input.shape, input.outputElementType)]
    case let variable as Variable:
      [try self.variable(variable.name, variable.shape, role: variable.role)]
    default: try append(node.operation, inputs, path: node.path)
    }
  }
}
