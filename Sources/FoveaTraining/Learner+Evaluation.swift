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
    var right = [Int](repeating: 0, count: settings.metrics.count)
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
      let labels = batch.labels.likeliestClasses
      try program.withOutput(Model.outputName) { logits in
        labels.withUnsafeBufferPointer { labels in
          for (index, metric) in settings.metrics.enumerated() {
            right[index] += metric.countRight(
              logits: logits, classes: logits.count / count, labels: labels)
          }
        }
      }
    }
    guard images > 0 else { throw TrainingError.nothingToDo(epochs: 1, steps: 0) }
    let metrics = zip(settings.metrics, right).map { ($0.name, Double($1) / Double(images)) }
    return Evaluation(
      loss: lossSum / Double(images), metrics: Dictionary(metrics) { first, _ in first },
      images: images, damaged: damaged)
  }
}

extension Tensor {
  /// Class indices as they are, and of probabilities `[N, C]` the first of the largest of each row.
  fileprivate var likeliestClasses: [Int32] {
    let rows = reordered(.rowMajor)
    guard elementType == .float32, shape.rank == 2 else { return rows.elements(of: Int32.self) }
    let (numbers, classes) = (rows.floats, shape[1])
    return (0..<shape[0]).map { row in
      let scores = numbers[(row * classes)..<((row + 1) * classes)]
      let best = scores.indices.max {
        scores[$0] < scores[$1] || (scores[$0] == scores[$1] && $0 > $1)
      }
      return Int32((best ?? 0) - row * classes)
    }
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
