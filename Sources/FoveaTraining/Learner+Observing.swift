import FoveaData
import FoveaGraph
import FoveaLayers
import FoveaTensors

extension Learner {
  /// What observers are told of a training before its first step.
  func outline(of progress: TrainingProgress) -> TrainingOutline {
    let names = training.dataset.description.classNames
    return TrainingOutline(
      epochs: progress.epochs, stepsPerEpoch: progress.stepsPerEpoch, firstStep: progress.step,
      batchSize: training.batchSize,
      classes: names.isEmpty ? outputShape.dimensions.first ?? 1 : names.count,
      loss: settings.loss, normalizations: normalizations,
      trainingLayersInEvaluation: model.inference.nodes.filter {
        $0.operation is BatchNorm2dTraining || $0.operation is FoveaGraph.Dropout
          || $0.operation is FoveaGraph.DropBlock
      }.map(\.path))
  }

  /// The batch normalisations of the model as they are now.
  var normalizations: [NormalizationState] {
    let graph = model.training
    return graph.nodes.compactMap { node in
      guard let normalization = node.operation as? BatchNorm2dTraining,
        let mean = tensor(of: node.inputs[1], in: graph),
        let variance = tensor(of: node.inputs[2], in: graph)
      else { return nil }
      return NormalizationState(
        path: node.path, momentum: normalization.momentum,
        isAtStart: mean.allSatisfy { $0 == 0 } && variance.allSatisfy { $0 == 1 })
    }
  }

  private func tensor(of value: Value, in graph: Graph) -> [Float]? {
    (graph.nodes[value.node].operation as? Variable).flatMap { variables[$0.name]?.floats }
  }

  /// The answers that the step just taken gave.
  func answers(to batch: Batch, _ record: StepRecord) throws -> StepAnswers {
    let logits =
      try stepPrograms[batch.indices.count]?.withOutput(Model.outputName) { Array($0) } ?? []
    return StepAnswers(
      epoch: record.epoch, step: record.step, indices: batch.indices,
      labels: batch.labels.elements(of: Int32.self), isMixed: batch.mix != nil, logits: logits)
  }
}

extension TrainingProgress {
  /// Images that the next step, or an evaluation after the last, does without.
  func skipped(_ images: [DamagedImage], for purpose: SkippedImages.Purpose) -> SkippedImages {
    SkippedImages(epoch: epoch, step: step, purpose: purpose, images: images)
  }
}
