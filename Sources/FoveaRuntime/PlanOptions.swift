import FoveaGraph

/// What planning a program may do.
public struct PlanOptions: Hashable, Codable, Sendable {
  /// How exact arithmetic has to be.
  public var precision: Precision
  /// Whether operations that follow each other are joined where one kernel can do both.
  public var fuses: Bool

  /// The first node of the backward pass, in the graph of a training step; `nil` in other graphs.
  public var backwardStart: Int?
  /// Whether the backward pass computes cheap activations anew, which then take no memory in between.
  ///
  /// It changes no result.
  public var recomputes: Bool

  /// Gathers the options.
  public init(
    precision: Precision = .float32, fuses: Bool = true, backwardStart: Int? = nil,
    recomputes: Bool = false
  ) {
    self.precision = precision
    self.fuses = fuses
    self.backwardStart = backwardStart
    self.recomputes = recomputes
  }

  /// The graph that is planned in place of `graph`.
  func rewritten(_ graph: Graph) throws(GraphError) -> Graph {
    var result = graph
    if let backwardStart, recomputes {
      result = try Recomputation.apply(to: result, backwardStart: backwardStart)
    }
    return fuses ? try Fusion.apply(to: result) : result
  }
}
