import FoveaGraph

/// Rewrites a training step so that its backward pass computes cheap activations anew.
///
/// A value is dropped after the forward pass where pointwise operations make it again from values that
/// wait for the backward pass anyway: the normalised and rectified image from the convolution's result
/// and the batch's statistics, for one. The same kernels compute it from the same numbers, so that every
/// bit stays; running statistics are found once, and dropout draws by place and step.
///
/// - SeeAlso: T. Chen et al., *Training Deep Nets with Sublinear Memory Cost*, arXiv:1604.06174.
struct Recomputation: BackwardRewrite {
  /// How many dropped values may be made one from the other: what is worth trying.
  ///
  /// The backward pass needs the last of a chain first, and so has all of it at a time; which length
  /// takes the least memory depends on the network.
  static let chainLengths = [1, 2, 3]

  var copy: GraphCopy
  private let shapes: GraphShapes
  /// What is in memory during the backward pass, of what the forward pass makes.
  private var kept: Set<Value> = []
  private var recomputed: [Value: Value] = [:]

  /// The rewritten graph: the same inputs, variables, outputs, updates and forward pass.
  ///
  /// - Parameters:
  ///   - backwardStart: The first node of the backward pass.
  ///   - longestChain: One of `chainLengths`.
  static func apply(
    to graph: Graph, backwardStart: Int, longestChain: Int
  ) throws(GraphError) -> Graph {
    var rewrite = try Recomputation(graph, backwardStart, longestChain)
    return try rewrite.rewritten()
  }

  private init(
    _ graph: Graph, _ backwardStart: Int, _ longestChain: Int
  ) throws(GraphError) {
    copy = GraphCopy(graph, backwardStart: backwardStart)
    shapes = try graph.shapes()
    let waiting = Set(graph.valuesWaiting(for: backwardStart))
    kept = waiting.union(graph.outputs.values).union(graph.updates.values)
    // How many dropped values are made one from the other, up to this one; 0 for what is kept, nothing
    // for what is gone and too dear to make again.
    var chains: [Value: Int] = [:]
    for (index, node) in graph.nodes.prefix(backwardStart).enumerated() {
      // The first result last: it may be made from the others.
      for output in shapes[node: index].indices.reversed() {
        let value = Value(node: index, output: output)
        let isFixed = node.operation.isSource || (kept.contains(value) && !waiting.contains(value))
        let inputs = isFixed ? nil : repetition(of: value)?.inputs
        let before = inputs.flatMap { inputs in
          inputs.reduce(0 as Int?) { longest, input in
            longest.flatMap { longest in chains[input].map { max(longest, $0) } }
          }
        }
        guard waiting.contains(value) else {
          chains[value] = isFixed ? 0 : before
          continue
        }
        if let before, before < longestChain {
          chains[value] = before + 1
          kept.remove(value)
        } else {
          chains[value] = 0
        }
      }
    }
  }

  /// What makes a value anew; `nil` where that takes more than a pass over what it reads.
  private func repetition(
    of value: Value
  ) -> (operation: any FoveaGraph.Operation, inputs: [Value])? {
    let node = copy.graph.nodes[value.node]
    if node.operation is BatchNorm2dTraining {
      return RepeatedBatchNorm2d.repetition(of: node, value)
    }
    let inputs = node.inputs.map { shapes[$0] }
    let cost = node.operation.cost(inputs: inputs, outputs: shapes[node: value.node])
    let isPointwise = node.operation.spatialReach(inputs: inputs) == .pointwise
    guard cost == Cost() || (isPointwise && cost.multiplyAdds == 0) else { return nil }
    return (node.operation, node.inputs)
  }

  /// A value as the backward pass has it, computed anew where it is not kept.
  mutating func valueInBackwardPass(_ value: Value) throws(GraphError) -> Value {
    let node = copy.graph.nodes[value.node]
    if value.node >= copy.backwardStart || kept.contains(value) || node.operation.isSource {
      return try copy.newValue(of: value)
    }
    if let known = recomputed[value] { return known }
    guard let (operation, oldInputs) = repetition(of: value) else {
      throw .badReference(node: value.node, path: node.path)
    }
    var inputs: [Value] = []
    for (position, input) in oldInputs.enumerated() {
      inputs.append(
        operation.readsElements(ofInput: position)
          ? try valueInBackwardPass(input) : try copy.newValue(of: input))
    }
    let output = operation is RepeatedBatchNorm2d ? 0 : value.output
    let result = try copy.builder.append(operation, inputs, path: node.path)[output]
    recomputed[value] = result
    return result
  }
}
