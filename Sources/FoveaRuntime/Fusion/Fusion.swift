import FoveaGraph
import FoveaTensors

/// Rewrites a graph so that fewer passes over memory compute the same.
///
/// A convolution absorbs the batch normalisation, addition and activation that alone read its result; a
/// normalisation in training the addition and activation; the input gradient of a convolution the other
/// gradient that is added to it and ReLU's mask, which that of a normalisation absorbs as well. Results differ by rounding where a normalisation is
/// folded into weights, and not at all otherwise.
struct Fusion {
  private let graph: Graph
  private let shapes: GraphShapes
  private let useCounts: [Value: Int]
  private var builder = GraphBuilder()
  private var newValues: [Value: Value] = [:]
  private var pending: [Int: Pending] = [:]
  private var pendingOf: [Value: Int] = [:]

  /// An operation that is not appended yet, because what follows may become part of it.
  private struct Pending {
    var operation: any FusableOperation
    var inputs: [Value]
    let path: String
    /// The old values that its results stand for.
    var outputs: [[Value]]
    var hasAbsorbed = false
  }

  private init(_ graph: Graph) throws(GraphError) {
    self.graph = graph
    shapes = try graph.shapes()
    var counts: [Value: Int] = [:]
    for node in graph.nodes {
      for (position, input) in node.inputs.enumerated()
      where node.operation.readsElements(ofInput: position) {
        counts[input, default: 0] += 1
      }
    }
    for value in Array(graph.outputs.values) + Array(graph.updates.values) {
      counts[value, default: 0] += 1
    }
    useCounts = counts
  }

  /// The rewritten graph: the same inputs, variables, outputs and updates.
  static func apply(to graph: Graph) throws(GraphError) -> Graph {
    var fusion = try Fusion(graph)
    for index in graph.nodes.indices { try fusion.visit(index) }
    for (name, value) in graph.outputs {
      try fusion.builder.output(name, try fusion.newValue(of: value))
    }
    for (name, value) in graph.updates {
      try fusion.builder.update(name, with: try fusion.newValue(of: value))
    }
    return fusion.builder.graph
  }

  private mutating func visit(_ index: Int) throws(GraphError) {
    let node = graph.nodes[index]
    let results = shapes[node: index].indices.map { Value(node: index, output: $0) }
    if let owner = try absorb(node, results) {
      // What is read more than once, or given back, is a result: nothing more can join.
      if useCounts[results[0], default: 0] != 1 { try append(owner) }
      return
    }
    var inputs: [Value] = []
    for input in node.inputs { inputs.append(try newValue(of: input)) }
    if let fusable = node.operation.fusable, useCounts[results[0], default: 0] == 1 {
      pending[index] = Pending(
        operation: fusable, inputs: inputs, path: node.path, outputs: results.map { [$0] })
      for result in results { pendingOf[result] = index }
      return
    }
    let values = try builder.append(node.operation, inputs, path: node.path)
    for (old, new) in zip(results, values) { newValues[old] = new }
  }

  /// Makes `node` part of an operation that it reads; says which.
  private mutating func absorb(_ node: Node, _ results: [Value]) throws(GraphError) -> Int? {
    for (position, input) in node.inputs.enumerated() {
      guard let owner = pendingOf[input], let candidate = pending[owner],
        candidate.outputs[0].last == input
      else { continue }
      let next = AbsorbableNode(
        operation: node.operation, inputs: node.inputs, position: position,
        inputShapes: node.inputs.map { shapes[$0] }, isConstant: node.inputs.map(isConstant))
      guard let (operation, newInputs) = candidate.operation.absorbed(next) else { continue }
      var joined = candidate
      joined.operation = operation
      joined.hasAbsorbed = true
      for value in newInputs { joined.inputs.append(try newValue(of: value)) }
      joined.outputs[0].append(results[0])
      pending[owner] = joined
      pendingOf[results[0]] = owner
      return owner
    }
    return nil
  }

  private func isConstant(_ value: Value) -> Bool {
    guard let variable = graph.nodes[value.node].operation as? Variable else { return false }
    return graph.updates[variable.name] == nil
  }

  private mutating func newValue(of value: Value) throws(GraphError) -> Value {
    if let owner = pendingOf[value] { try append(owner) }
    guard let new = newValues[value] else { throw .badReference(node: value.node, path: "") }
    return new
  }

  private mutating func append(_ owner: Int) throws(GraphError) {
    guard let ready = pending.removeValue(forKey: owner) else { return }
    for old in ready.outputs.joined() { pendingOf[old] = nil }
    let values =
      ready.hasAbsorbed
      ? try builder.append(ready.operation, ready.inputs, path: ready.path)
      : try builder.append(ready.operation.plain, ready.inputs, path: ready.path)
    // Only the last of the values that became one is read by others; of those before it, the shape.
    for (olds, new) in zip(ready.outputs, values) { for old in olds { newValues[old] = new } }
  }
}

extension FusableOperation {
  fileprivate func absorbed(
    _ next: AbsorbableNode
  ) -> (operation: any FusableOperation, newInputs: [Value])? {
    absorbing(next).map { ($0.operation, $0.newInputs) }
  }
}

extension FoveaGraph.Operation {
  /// This operation as one that others may join; `nil` for most.
  fileprivate var fusable: (any FusableOperation)? {
    switch self {
    case let convolution as Conv2d: FusedConv2d(convolution)
    case let gradient as Conv2dInputGradient: FusedConv2dInputGradient(gradient)
    case let normalisation as BatchNorm2dTraining: FusedBatchNorm2dTraining(normalisation)
    case let normalisation as RepeatedBatchNorm2d: normalisation
    case let gradient as BatchNorm2dGradient: FusedBatchNorm2dGradient(gradient)
    default: nil
    }
  }
}
