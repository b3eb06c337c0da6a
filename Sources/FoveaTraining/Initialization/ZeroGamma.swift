import FoveaGraph
public import FoveaLayers
public import FoveaTensors

extension Model {
  /// The weights of the batch normalisations that residual branches end in.
  ///
  /// A branch is what is added to a shortcut: the same input, or what one layer with weights makes of it. A gate or
  /// stochastic depth may follow the normalisation. Networks without such branches have none.
  public var lastBranchNormWeights: [String] {
    training.nodes.indices.compactMap { index in
      guard (training.nodes[index].operation as? Binary)?.function == .add else { return nil }
      return training.branch(addedAt: index).flatMap(training.normWeight)
    }
  }
}

extension Weights {
  /// These weights with zero-γ: each residual branch of a network starts as nothing, so that the network starts
  /// as a shallower one.
  ///
  /// - SeeAlso: P. Goyal et al., arXiv:1706.02677, section 5.1; T. He et al., arXiv:1812.01187, section 3.1.
  public func withZeroGamma(for model: Model) -> Weights {
    var result = self
    for name in model.lastBranchNormWeights {
      guard let shape = result[name]?.shape else { continue }
      result[name] = Tensor(zeros: shape)
    }
    return result
  }
}

extension Graph {
  /// The weights of batch normalisations as the network learns.
  var normWeights: [String] {
    nodes.compactMap { node in
      guard node.operation is BatchNorm2dTraining, node.inputs.count == 5 else { return nil }
      return (nodes[node.inputs[3].node].operation as? Variable)?.name
    }
  }

  /// The part of a sum that is learnt on top of the other; `nil` where none is.
  fileprivate func branch(addedAt index: Int) -> Value? {
    let inputs = nodes[index].inputs
    let both = inputs.map { ancestors(of: $0) }
    func weighed(_ own: Int) -> Int {
      both[own].subtracting(both[1 - own]).count { nodes[$0].operation.weighsInputs }
    }
    let (first, second) = (weighed(0), weighed(1))
    guard min(first, second) <= 1, first != second else { return nil }
    return first > second ? inputs[0] : inputs[1]
  }

  /// The weight of the batch normalisation that makes a value, before gates and what is left out at random.
  fileprivate func normWeight(of value: Value) -> String? {
    let node = nodes[value.node]
    switch node.operation {
    case is BatchNorm2dTraining where node.inputs.count == 5:
      return (nodes[node.inputs[3].node].operation as? Variable)?.name
    case is FoveaGraph.Dropout:
      return normWeight(of: node.inputs[0])
    case let binary as Binary where binary.function == .multiply:
      let found = node.inputs.compactMap { normWeight(of: $0) }
      return found.count == 1 ? found[0] : nil
    default: return nil
    }
  }
}
