public import FoveaGraph
public import FoveaTensors

extension Graph {
  /// This network and its weights with all that is computed from weights alone computed once: a network
  /// of plain weights, such as other programs take.
  ///
  /// Names are those of `separatingWeights()`. Made for inference: updates of buffers are left out.
  ///
  /// - Parameters:
  ///   - weights: A tensor for each variable.
  ///   - pool: The threads to compute on.
  /// - Throws: `GraphError` or `RuntimeError`, where the graph cannot be cut or run.
  public func bakingWeights(_ weights: Weights, on pool: ThreadPool) throws
    -> (graph: Graph, weights: Weights)
  {
    let parts = try separatingWeights()
    var baked = Weights()
    for variable in parts.network.variables {
      baked[variable.name] = weights[variable.name]
    }
    guard !parts.preparation.outputs.isEmpty else { return (parts.network, baked) }
    var learnt = Weights()
    for variable in parts.preparation.variables { learnt[variable.name] = weights[variable.name] }
    let program = try Program(
      parts.preparation, variables: VariableStore(learnt), pool: pool)
    try program.run([:])
    for name in parts.preparation.outputs.keys { baked[name] = try program.output(name) }
    return (parts.network, baked)
  }
}
