extension Graph {
  /// This network, which learns, with some batch normalisations that answer by their running statistics, as in
  /// inference, and leave them as they are.
  ///
  /// - Parameter isHeld: Told the name of a layer's running mean.
  public func holdingRunningStatistics(where isHeld: (String) -> Bool) -> Graph {
    replacingTrainingBatchNorms { normalisation, runningMean in
      isHeld(runningMean)
        ? BatchNorm2d(epsilon: normalisation.epsilon) as any Operation : normalisation
    }
  }

  /// This network, which learns, with batch normalisations whose running statistics become those of the batch.
  public func replacingRunningStatisticsByBatch() -> Graph {
    replacingTrainingBatchNorms { normalisation, _ in
      BatchNorm2dTraining(epsilon: normalisation.epsilon, momentum: 1)
    }
  }

  /// The names of the running statistics that batch normalisations of this network, which learns, update.
  public var runningStatistics: [String] {
    updates.filter { nodes[$0.value.node].operation is BatchNorm2dTraining }.map(\.key)
  }

  private func replacingTrainingBatchNorms(
    _ replacement: (BatchNorm2dTraining, _ runningMean: String) -> any Operation
  ) -> Graph {
    var result = self
    for (index, node) in nodes.enumerated() {
      guard let normalisation = node.operation as? BatchNorm2dTraining,
        let runningMean = nodes[node.inputs[1].node].operation as? Variable
      else { continue }
      let operation = replacement(normalisation, runningMean.name)
      result.nodes[index] = Node(operation: operation, inputs: node.inputs, path: node.path)
      if operation is BatchNorm2d { result.updates.removeAll { $0.value.node == index } }
    }
    return result
  }
}
