public import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors

extension Learner {
  /// Measures loss and metrics on data, without changing anything.
  ///
  /// - Parameter averaged: Whether the average of the weights answers, which the settings must keep.
  public nonisolated(nonsending) func evaluate(
    _ data: DataLoader, averaged: Bool = false
  ) async throws -> Evaluation {
    var lossSum = 0.0
    var tallies = settings.metrics.map(MetricTally.init)
    var images = 0
    var damaged: [DamagedImage] = []
    let store = averaged ? try VariableStore(averagedWeights()) : variables
    var programs = averaged ? [:] : evaluationPrograms
    defer { if !averaged { evaluationPrograms = programs } }
    for try await batch in data.batches(epoch: 0) {
      let count = batch.images.shape[0]
      damaged += batch.damaged
      let inputs = try target(of: batch).inputs
        .merging([Model.inputName: batch.images]) { own, _ in own }
      let program =
        try programs[count]
        ?? plan(
          graphs.evaluation, backwardStart: nil, inputs: inputs, quantization: quantization,
          variables: store)
      programs[count] = program
      try program.run(inputs)
      lossSum += Double(try program.withOutput(TrainingStep.lossName) { $0[0] }) * Double(count)
      images += count
      let target = batch.targets ?? batch.labels
      let classes = outputShape.dimensions.first ?? 1
      try program.withOutput(Model.outputName) { output in
        for index in tallies.indices {
          tallies[index].add(output, classes: classes, target: target)
        }
      }
    }
    guard images > 0 else { throw TrainingError.nothingToDo(epochs: 1, steps: 0) }
    let metrics = tallies.map { ($0.metric.name, $0.value) }
    return Evaluation(
      loss: lossSum / Double(images), metrics: Dictionary(metrics) { first, _ in first },
      images: images, damaged: damaged)
  }
}

/// How good a model is on a dataset.
public struct Evaluation: Hashable, Codable, Sendable {
  /// The mean loss.
  public let loss: Double
  /// The metrics, by name.
  public let metrics: [String: Double]
  /// How many images were looked at.
  public let images: Int
  /// Images that cannot be read and do not count.
  public let damaged: [DamagedImage]
}
