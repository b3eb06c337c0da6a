public import FoveaGraph

extension Model {
  /// This network with group normalisation in place of every batch normalisation.
  ///
  /// Parameters keep their names, so that trained weights fit; running statistics go away. The answers are others:
  /// the network wants training, of which the old weights are a start.
  ///
  /// - Parameter groups: How many groups the channels are cut into; each layer's channels are a multiple of it.
  /// - SeeAlso: `Graph.replacingBatchNorms(groups:)`.
  /// - Throws: `GraphError.operation` with the path of a layer whose channels do not divide.
  public func replacingBatchNorms(groups: Int) throws(GraphError) -> Model {
    try Model(
      self, inference: inference.replacingBatchNorms(groups: groups),
      training: training.replacingBatchNorms(groups: groups))
  }

  /// A network with other graphs, of which all variables are among the old ones.
  init(_ original: Model, inference: Graph, training: Graph) {
    inputShape = original.inputShape
    self.inference = inference
    self.training = training
    let kept = Set((inference.variables + training.variables).map(\.name))
    parameters = original.parameters.filter { kept.contains($0.name) }
  }
}
