/// A graph that gives nothing back computes nothing.
public struct OutputsValidator: GraphValidator {
  /// Makes the check.
  public init() {}

  public func check(_ graph: Graph) throws(GraphError) {
    if graph.outputs.isEmpty, graph.updates.isEmpty { throw .noOutputs }
  }
}
