public import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTensors

extension Learner {
  /// Asks the network about each image of some data, without changing anything.
  ///
  /// - Parameter averaged: Whether the average of the weights answers, which the settings must keep.
  /// - Throws: `TrainingError` for data whose images are mixed or have no classes, and for answers that are no numbers.
  public nonisolated(nonsending) func predictions(
    on data: DataLoader, averaged: Bool = false
  ) async throws -> Predictions {
    guard data.mixing == nil else {
      throw TrainingError.option(
        "mixing", problem: "mixed images have no class to be right about; leave it out")
    }
    guard !(data.dataset is any TargetedImages) else {
      throw TrainingError.option(
        "the data",
        problem: "its targets are no classes to be right about; measure it with evaluate")
    }
    var store = variables
    if averaged {
      guard let average = checkpoint.averagedWeights else {
        throw TrainingError.option(
          "the average of weights", problem: "none is kept; name one in the settings")
      }
      store = try VariableStore(average)
    }
    var programs: [Int: Program] = [:]
    var (logits, labels, indices) = ([Float](), [Int](), [Int]())
    for try await batch in data.batches(epoch: 0) {
      let count = batch.images.shape[0]
      let inputs = [Model.inputName: batch.images]
      let program =
        try programs[count]
        ?? plan(
          model.inference, backwardStart: nil, inputs: inputs, quantization: quantization,
          variables: store)
      programs[count] = program
      try program.run(inputs)
      try program.withOutput(Model.outputName) { logits += $0 }
      labels += batch.labels.elements(of: Int32.self).map(Int.init)
      indices += batch.indices
    }
    guard !labels.isEmpty else { throw TrainingError.nothingToDo(epochs: 1, steps: 0) }
    let known = data.dataset.description.classNames
    let names = (0..<(logits.count / labels.count)).map {
      known.indices.contains($0) ? known[$0] : "class \($0)"
    }
    return try Predictions(logits: logits, classNames: names, labels: labels, indices: indices)
  }
}
