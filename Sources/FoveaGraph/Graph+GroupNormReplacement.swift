import FoveaTensors

extension Graph {
  /// This network with group normalisation in place of every batch normalisation; all shapes stay as they are.
  ///
  /// For networks before they are differentiated. Weights, biases and their names stay, so that trained ones fit;
  /// running statistics, and what updates them, go away. The network is another one: no weights make it answer as
  /// before, and it wants training, of which the old weights are a start.
  ///
  /// - Parameter groups: How many groups the channels are cut into; each layer's channels are a multiple of it.
  /// - SeeAlso: Y. Wu and K. He, arXiv:1803.08494.
  /// - Throws: `GraphError.operation` with the path of a layer whose channels do not divide.
  public func replacingBatchNorms(groups: Int) throws(GraphError) -> Graph {
    try rebuilt(leavingOut: batchNormStatistics()) {
      (node, place, builder) throws(GraphError) -> [Value]? in
      guard let normalisation = node.operation as? any BatchNormalisation else { return nil }
      let operation = GroupNorm(groups: groups, epsilon: normalisation.epsilon)
      let read = [node.inputs[0]] + node.inputs.dropFirst(3)
      // Results after the first are statistics, which nothing reads any more.
      return [try builder.append(operation, read.compactMap(place), path: node.path)[0]]
    }
  }

  /// The variables that hold running statistics of batch normalisations, and nothing else.
  private func batchNormStatistics() -> Set<Int> {
    var statistics: Set<Int> = []
    var others = Set(outputs.values.map(\.node))
    for node in nodes {
      let isNormalisation = node.operation is any BatchNormalisation
      for (index, input) in node.inputs.enumerated() {
        if isNormalisation, 1...2 ~= index, nodes[input.node].operation is Variable {
          statistics.insert(input.node)
        } else {
          others.insert(input.node)
        }
      }
    }
    return statistics.subtracting(others)
  }
}

/// Batch normalisation in inference or in training: image, mean, variance, then weight and bias where it has them.
private protocol BatchNormalisation: Operation {
  var epsilon: Float { get }
}

extension BatchNorm2d: BatchNormalisation {}
extension BatchNorm2dTraining: BatchNormalisation {}
