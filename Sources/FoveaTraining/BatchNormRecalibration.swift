import FoveaData
import FoveaGraph
import FoveaLayers
import FoveaRuntime
public import FoveaTensors

extension Learner {
  /// Measures the running statistics of batch normalisations anew, for the weights as they are.
  ///
  /// Over batches `b = 1 … n` of the training data each statistic becomes `s ← s + (batch − s) / b`: the mean of the
  /// batches' means, and the mean of their unbiased variances, every batch counting alike. So do PyTorch's
  /// `torch.optim.swa_utils.update_bn` and, apart from its variance, fvcore's `update_bn_stats`. Batches run as in
  /// training: each layer sees what the layers before it make of this batch, dropout and augmentation included.
  /// Averages are taken in double precision. Nothing else of the training changes.
  ///
  /// - Parameters:
  ///   - batches: How many, at most those of an epoch; all of them where left out.
  ///   - averaged: Whether they are measured for the average of the weights, which keeps them beside its own
  ///     until the training goes on.
  /// - Returns: The statistics by name; none for a network without batch normalisation.
  /// - Throws: `TrainingError.option` for no batches, or where no average is kept; what data and programs throw.
  @discardableResult
  public nonisolated(nonsending) func recalibrateBatchNorm(
    batches: Int? = nil, averaged: Bool = false
  ) async throws -> Weights {
    let limit = min(batches ?? training.batchCount, training.batchCount)
    guard limit > 0 else {
      throw TrainingError.option(
        "recalibration", problem: "\(limit) batches measure nothing; take 1 or more")
    }
    let names = model.training.runningStatistics
    guard !names.isEmpty else { return Weights() }
    let graph = model.training.replacingRunningStatisticsByBatch()
    let store = try VariableStore(averaged ? averagedWeights() : weights)
    let start = store.snapshot()
    var zeros = Weights()
    var means: [String: [Double]] = [:]
    for name in names {
      guard let tensor = start[name] else { continue }
      zeros[name] = Tensor(zeros: tensor.shape)
      means[name] = [Double](repeating: 0, count: tensor.shape.elementCount)
    }
    // What is no number would outlast its batch.
    try store.load(zeros)
    var programs: [Int: Program] = [:]
    var count = 0
    for try await batch in training.batches(epoch: progress?.shuffleEpoch ?? 0) {
      let inputs = [Model.inputName: batch.images]
      let images = batch.images.shape[0]
      let program =
        try programs[images] ?? plan(graph, backwardStart: nil, inputs: inputs, variables: store)
      programs[images] = program
      try program.run(inputs, step: UInt64(count))
      count += 1
      let found = store.snapshot()
      for name in names {
        guard let values = found[name]?.floats else { continue }
        for (index, value) in values.enumerated() {
          let mean = means[name, default: []][index]
          means[name]?[index] = mean + (Double(value) - mean) / Double(count)
        }
      }
      if count == limit { break }
    }
    var result = Weights()
    for (name, tensor) in zeros.tensors {
      result[name] = Tensor(tensor.shape, means[name, default: []].map(Float.init))
    }
    if averaged { averagedStatistics = result } else { try variables.load(result) }
    return result
  }

  /// The average of the weights.
  ///
  /// - Throws: `TrainingError.option` where none is kept.
  func averagedWeights() throws(TrainingError) -> Weights {
    guard let average = checkpoint.averagedWeights else {
      throw TrainingError.option(
        "the average of weights", problem: "none is kept; name one in the settings")
    }
    return average
  }
}
