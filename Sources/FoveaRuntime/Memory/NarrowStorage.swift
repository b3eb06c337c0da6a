import FoveaGraph

/// Rewrites a training step so that what waits for its backward pass waits in 16 bits.
///
/// The forward pass computes with all bits; a copy of 16 is made beside each large value, and is what
/// the backward pass reads, widened again. Values of one axis, such as a batch's statistics, keep all.
///
/// - SeeAlso: P. Micikevicius et al., *Mixed Precision Training*, arXiv:1710.03740.
struct NarrowStorage: BackwardRewrite {
  var copy: GraphCopy
  private let format: NarrowFormat
  private let waiting: Set<Value>
  private var narrowed: [Value: Value] = [:]
  private var widened: [Value: Value] = [:]

  /// The rewritten graph.
  ///
  /// - Parameter backwardStart: The first node of the backward pass.
  static func apply(
    to graph: Graph, backwardStart: Int, format: NarrowFormat
  ) throws(GraphError) -> Graph {
    var rewrite = try NarrowStorage(graph, backwardStart, format)
    return try rewrite.rewritten()
  }

  private init(_ graph: Graph, _ backwardStart: Int, _ format: NarrowFormat) throws(GraphError) {
    copy = GraphCopy(graph, backwardStart: backwardStart)
    self.format = format
    let shapes = try graph.shapes()
    waiting = Set(
      graph.valuesWaiting(for: backwardStart).filter {
        shapes[$0].rank > 1 && graph.nodes[$0.node].operation.outputElementType == .float32
      })
  }

  mutating func wrote(_ value: Value, as new: Value) throws(GraphError) {
    guard waiting.contains(value) else { return }
    narrowed[value] = try copy.builder.apply(
      Narrowed(format: format), new, path: copy.path(of: value))
  }

  mutating func valueInBackwardPass(_ value: Value) throws(GraphError) -> Value {
    guard let narrow = narrowed[value] else { return try copy.newValue(of: value) }
    if let known = widened[value] { return known }
    let result = try copy.builder.apply(
      Widened(format: format), narrow, try copy.newValue(of: value), path: copy.path(of: value))
    widened[value] = result
    return result
  }
}
