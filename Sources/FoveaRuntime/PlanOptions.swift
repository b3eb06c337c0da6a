import FoveaGraph

/// What planning a program may do.
public struct PlanOptions: Hashable, Codable, Sendable {
  /// How exact arithmetic has to be.
  public var precision: Precision
  /// Whether operations that follow each other are joined where one kernel can do both.
  public var fuses: Bool
  /// Which convolutions run on 8-bit numbers; none where left out.
  public var quantization: Quantization?

  /// The first node of the backward pass, in the graph of a training step; `nil` in other graphs.
  public var backwardStart: Int?
  /// Whether the backward pass computes cheap activations anew, which then take no memory in between.
  ///
  /// It changes no result, save with a precision of 16 bits, where what is made anew is not rounded.
  public var recomputes: Bool

  /// Gathers the options.
  public init(
    precision: Precision = .float32, fuses: Bool = true, backwardStart: Int? = nil,
    recomputes: Bool = false, quantization: Quantization? = nil
  ) {
    self.precision = precision
    self.fuses = fuses
    self.backwardStart = backwardStart
    self.recomputes = recomputes
    self.quantization = quantization
  }

  /// The graphs of which the one that takes the least memory is planned in place of `graph`.
  func candidates(for graph: Graph) throws -> [Graph] {
    try quantization?.check(for: graph)
    guard let backwardStart, recomputes else { return [try rewritten(graph)] }
    var results: [Graph] = []
    for length in Recomputation.chainLengths {
      let graph = try Recomputation.apply(
        to: graph, backwardStart: backwardStart, longestChain: length)
      results.append(try rewritten(graph))
    }
    return results
  }

  private func rewritten(_ graph: Graph) throws -> Graph {
    var result = graph
    if let backwardStart, let format = precision.storage {
      result = try NarrowStorage.apply(to: result, backwardStart: backwardStart, format: format)
    }
    if fuses { result = try Fusion.apply(to: result) }
    return try quantization?.applied(to: result) ?? result
  }
}
