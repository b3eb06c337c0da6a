import FoveaGraph

extension Graph {
  /// The values that the forward pass of a training step makes and its backward pass reads, in order.
  ///
  /// They take most of a training's memory. Variables, inputs and results are there anyway, and do not
  /// count.
  ///
  /// - Parameter backwardStart: The first node of the backward pass.
  func valuesWaiting(for backwardStart: Int) -> [Value] {
    var found: Set<Value> = []
    for node in nodes.dropFirst(backwardStart) {
      for (position, input) in node.inputs.enumerated()
      where input.node < backwardStart && node.operation.readsElements(ofInput: position) {
        found.insert(input)
      }
    }
    return found.subtracting(outputs.values).subtracting(updates.values)
      .filter { !nodes[$0.node].operation.isSource }
      .sorted { ($0.node, $0.output) < ($1.node, $1.output) }
  }
}
