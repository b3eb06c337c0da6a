/// A network, and apart from it what makes its weights of what is learnt.
public struct SeparatedWeights: Hashable, Sendable {
  /// Computes weights: it has an output for each, under the weight's new name.
  public let preparation: Graph
  /// The network with those weights as variables.
  public let network: Graph
}

extension Graph {
  /// This network as two: one that computes weights from variables alone, and one that takes them as
  /// variables.
  ///
  /// Standardised, weight-normalised or spectrally normalised weights become plain ones in this way. The
  /// weight of the layer `layer1.conv` is then called `layer1.conv.weight`. Both graphs together compute what
  /// this one does; updates of variables are left out, so it is meant for inference.
  ///
  /// - Throws: `GraphError.nameUsedTwice` where a variable that stays has a weight's new name.
  public func separatingWeights() throws(GraphError) -> SeparatedWeights {
    let isPrepared = onlyVariablesReachNodes()
    var names: [Value: String] = [:]
    var preparation = GraphBuilder()
    var prepared: [Value: Value] = [:]
    var network = GraphBuilder()
    var kept: [Value: Value] = [:]
    let shapes = try shapes()

    /// The value in the graph that prepares, with all that it is made of.
    func prepare(_ value: Value) throws(GraphError) -> Value {
      if let known = prepared[value] { return known }
      let node = nodes[value.node]
      var inputs: [Value] = []
      for input in node.inputs { inputs.append(try prepare(input)) }
      let results =
        if let variable = node.operation as? Variable {
          [try preparation.variable(variable.name, variable.shape, role: variable.role)]
        } else {
          try preparation.append(node.operation, inputs, path: node.path)
        }
      for (output, result) in results.enumerated() {
        prepared[Value(node: value.node, output: output)] = result
      }
      return prepared[value] ?? results[0]
    }

    /// The value in the network that is left.
    func value(_ value: Value, readBy node: Node, at index: Int) throws(GraphError) -> Value {
      if let known = kept[value] { return known }
      let source = nodes[value.node]
      if let variable = source.operation as? Variable {
        kept[value] = try network.variable(variable.name, variable.shape, role: variable.role)
      } else if isPrepared[value.node] {
        let name = node.path + (index == 1 ? ".weight" : ".prepared\(index)")
        names[value] = name
        try preparation.output(name, try prepare(value))
        kept[value] = try network.variable(name, shapes[value], role: .parameter)
      }
      guard let known = kept[value] else { throw .badReference(node: value.node, path: node.path) }
      return known
    }

    for (index, node) in nodes.enumerated() where !isPrepared[index] {
      if let input = node.operation as? Input {
        kept[Value(node: index)] = try network.input(
          input.name, input.shape, input.outputElementType)
        continue
      }
      var inputs: [Value] = []
      for (position, input) in node.inputs.enumerated() {
        inputs.append(try value(input, readBy: node, at: position))
      }
      let results = try network.append(node.operation, inputs, path: node.path)
      for (output, result) in results.enumerated() {
        kept[Value(node: index, output: output)] = result
      }
    }
    for (name, output) in outputs {
      let node = Node(operation: nodes[output.node].operation, inputs: [], path: name)
      try network.output(name, try value(output, readBy: node, at: 0))
    }
    return SeparatedWeights(preparation: preparation.graph, network: network.graph)
  }

  /// For each node, whether it reads nothing but variables, however indirectly.
  private func onlyVariablesReachNodes() -> [Bool] {
    var result = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      result[index] =
        node.operation is Variable
        || (!node.inputs.isEmpty && node.inputs.allSatisfy { result[$0.node] })
    }
    return result
  }
}
