import FoveaTensors

/// What a gradient rule is told: a node, and the gradients of the loss with respect to its results.
public struct DifferentiatedNode: Sendable {
  /// The node's inputs.
  public let inputs: [Value]
  /// The node's results.
  public let outputs: [Value]
  /// The gradient with respect to each result; `nil` where the loss does not depend on it.
  public let outputGradients: [Value?]
  /// Which inputs need a gradient; a rule appends nothing for the others.
  public let wanted: [Bool]
  /// The layer's path, for the nodes that the rule appends.
  public let path: String

  /// The gradient of the only result that carries one.
  ///
  /// A rule is called only where at least one result has a gradient.
  public func gradient(ofOutput index: Int = 0) throws(GraphError) -> Value {
    guard let gradient = outputGradients[index] else {
      throw .operation(path: path, .notDifferentiable("a secondary result"))
    }
    return gradient
  }
}

extension Graph {
  /// The name of the output that `differentiate` adds for a variable or an input.
  public static func gradientName(of name: String) -> String { "gradient/\(name)" }
}

/// Returns `graph` with the gradients of a scalar output appended, as nodes like any other.
///
/// Reverse accumulation over the graph's own order; each operation's rule is called once. The result
/// has an output `gradient/<name>` for each name, besides the outputs and updates of `graph`.
///
/// - Parameters:
///   - loss: The name of a scalar output.
///   - names: Variables or inputs.
/// - Throws: `GraphError` where a name is unknown, the loss is no scalar or does not depend on a
///   name, or an operation on the way has no gradient.
/// - Complexity: O(nodes).
/// - SeeAlso: A. Baydin et al., *Automatic Differentiation in Machine Learning: a Survey*,
///   arXiv:1502.05767.
public func differentiate(
  _ graph: Graph, loss: String, withRespectTo names: [String]
) throws(GraphError) -> Graph {
  var targets: [(name: String, value: Value)] = []
  for name in names {
    guard let value = graph.source(named: name) else {
      let known = graph.variables.map(\.name) + graph.inputs.map(\.name)
      throw .unknownName(name, kind: "variable or input", known: known)
    }
    targets.append((name, value))
  }
  return try differentiate(graph, loss: loss, withRespectTo: targets)
}

/// Returns `graph` with the gradients of a scalar output appended, with respect to any of its values.
///
/// - Parameters:
///   - loss: The name of a scalar output.
///   - targets: Values, and what the outputs `gradient/<name>` of their gradients are called.
/// - Throws: As with names; `GraphError.badReference` for a value that the graph does not have.
public func differentiate(
  _ graph: Graph, loss: String, withRespectTo targets: [(name: String, value: Value)]
) throws(GraphError) -> Graph {
  var builder = try GraphBuilder(extending: graph)
  let root = try graph.output(named: loss)
  guard builder.shape(of: root) == .scalar else {
    throw .lossNotScalar(loss, builder.shape(of: root))
  }
  for target in targets { try builder.expectValue(target.value, path: target.name) }

  let depends = graph.dependents(of: Set(targets.map(\.value.node)))
  var gradients: [Value: Value] = [:]
  gradients[root] = try builder.apply(Constant(1, shape: .scalar), path: loss)

  for index in graph.nodes.indices.reversed() where depends[index] {
    let node = graph.nodes[index]
    let outputs = builder.outputs(ofNode: index)
    let outputGradients = outputs.map { gradients[$0] }
    guard outputGradients.contains(where: { $0 != nil }), !node.inputs.isEmpty else { continue }
    let wanted = node.inputs.enumerated().map { position, input in
      depends[input.node] && node.operation.readsElements(ofInput: position)
    }
    let found = try node.operation.appendGradients(
      of: DifferentiatedNode(
        inputs: node.inputs, outputs: outputs, outputGradients: outputGradients, wanted: wanted,
        path: node.path),
      to: &builder)
    for (input, gradient) in zip(node.inputs, found) {
      guard let gradient else { continue }
      if let earlier = gradients[input] {
        gradients[input] = try builder.apply(Binary(.add), earlier, gradient, path: node.path)
      } else {
        gradients[input] = gradient
      }
    }
  }

  for (name, value) in targets {
    guard let gradient = gradients[value] else { throw .noPath(loss: loss, name: name) }
    try builder.output(Graph.gradientName(of: name), gradient)
  }
  return builder.graph
}

extension Graph {
  /// For each node, whether it is in `sources` or reads a node that is.
  fileprivate func dependents(of sources: Set<Int>) -> [Bool] {
    var depends = [Bool](repeating: false, count: nodes.count)
    for (index, node) in nodes.enumerated() {
      depends[index] = sources.contains(index) || node.inputs.contains { depends[$0.node] }
    }
    return depends
  }
}
