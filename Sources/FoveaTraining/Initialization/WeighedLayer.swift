import FoveaGraph

/// A layer whose output is a sum of inputs times weights.
struct WeighedLayer {
  let path: String
  /// Its output, before what normalises or activates it.
  let value: Value
  /// The variable with its weights; `nil` where they are computed, as standardised weights are.
  let weight: Variable?
}

extension Graph {
  /// The layers with weights that some values depend on, in order.
  func weighedLayers(upTo values: [Value]) -> [WeighedLayer] {
    let needed = values.reduce(into: Set<Int>()) { $0.formUnion(ancestors(of: $1)) }
    return nodes.indices.filter { needed.contains($0) && nodes[$0].operation.weighsInputs }.map {
      WeighedLayer(
        path: nodes[$0].path, value: Value(node: $0), weight: variable(nodes[$0].inputs[1]))
    }
  }

  /// The variable that a value has the elements of.
  private func variable(_ value: Value) -> Variable? {
    let node = nodes[value.node]
    return node.operation is FoveaGraph.Reshape
      ? variable(node.inputs[0]) : node.operation as? Variable
  }

  /// The network as it learns, without updates, and with nothing left out at random: what differs from image to image
  /// is the images' alone.
  func withoutDropout() throws(GraphError) -> Graph {
    var builder = GraphBuilder()
    var places: [Value: Value] = [:]
    for (index, node) in nodes.enumerated() {
      let inputs = node.inputs.map { places[$0] ?? $0 }
      let results =
        node.operation is FoveaGraph.Dropout || node.operation is FoveaGraph.DropBlock
        ? [inputs[0]] : try builder.append(node.operation, inputs, path: node.path)
      for (output, value) in results.enumerated() {
        places[Value(node: index, output: output)] = value
      }
    }
    for (name, value) in outputs { try builder.output(name, places[value] ?? value) }
    return builder.graph
  }

  /// The nodes that a value is made of, with its own.
  func ancestors(of value: Value) -> Set<Int> {
    var found: Set<Int> = [value.node]
    // Inputs come before what reads them.
    for index in nodes.indices.prefix(value.node + 1).reversed() where found.contains(index) {
      found.formUnion(nodes[index].inputs.map(\.node))
    }
    return found
  }
}
