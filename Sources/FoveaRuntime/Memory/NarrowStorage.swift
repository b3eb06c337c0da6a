import FoveaGraph

/// Rewrites a training step so that what waits for its backward pass waits in 16 bits.
///
/// The forward pass computes with all bits; a copy of 16 is made beside each large value, and is what
/// the backward pass reads, widened again. Values of one axis, such as a batch's statistics, keep all.
///
/// - SeeAlso: P. Micikevicius et al., *Mixed Precision Training*, arXiv:1710.03740.
struct NarrowStorage {
  private let graph: Graph
  private let backwardStart: Int
  private let format: NarrowFormat
  private let waiting: Set<Value>
  private var builder = GraphBuilder()
  private var newValues: [Value: Value] = [:]
  private var narrowed: [Value: Value] = [:]
  private var widened: [Value: Value] = [:]

  /// The rewritten graph: the same inputs, variables, outputs and updates.
  ///
  /// - Parameter backwardStart: The first node of the backward pass.
  static func apply(
    to graph: Graph, backwardStart: Int, format: NarrowFormat
  ) throws(GraphError) -> Graph {
    var rewrite = try NarrowStorage(graph, backwardStart, format)
    for index in graph.nodes.indices { try rewrite.copy(index) }
    for (name, value) in graph.outputs {
      try rewrite.builder.output(name, try rewrite.newValue(of: value))
    }
    for (name, value) in graph.updates {
      try rewrite.builder.update(name, with: try rewrite.newValue(of: value))
    }
    return rewrite.builder.graph
  }

  private init(_ graph: Graph, _ backwardStart: Int, _ format: NarrowFormat) throws(GraphError) {
    self.graph = graph
    self.backwardStart = backwardStart
    self.format = format
    let shapes = try graph.shapes()
    waiting = Set(
      graph.valuesWaiting(for: backwardStart).filter {
        shapes[$0].rank > 1 && graph.nodes[$0.node].operation.outputElementType == .float32
      })
  }

  private mutating func copy(_ index: Int) throws(GraphError) {
    let node = graph.nodes[index]
    var inputs: [Value] = []
    for (position, input) in node.inputs.enumerated() {
      let isLate = index >= backwardStart && node.operation.readsElements(ofInput: position)
      inputs.append(isLate ? try valueInBackwardPass(input) : try newValue(of: input))
    }
    let values = try builder.append(node.operation, inputs, path: node.path)
    for (output, value) in values.enumerated() {
      let old = Value(node: index, output: output)
      newValues[old] = value
      if waiting.contains(old) {
        narrowed[old] = try builder.apply(Narrowed(format: format), value, path: node.path)
      }
    }
  }

  private mutating func valueInBackwardPass(_ value: Value) throws(GraphError) -> Value {
    guard let narrow = narrowed[value] else { return try newValue(of: value) }
    if let known = widened[value] { return known }
    let path = graph.nodes[value.node].path
    let result = try builder.apply(
      Widened(format: format), narrow, try newValue(of: value), path: path)
    widened[value] = result
    return result
  }

  private func newValue(of value: Value) throws(GraphError) -> Value {
    guard let new = newValues[value] else { throw .badReference(node: value.node, path: "") }
    return new
  }
}
