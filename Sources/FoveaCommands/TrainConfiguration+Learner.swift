import FoveaData
import FoveaLayers
import FoveaRuntime
import FoveaTraining
import FoveaZoo

/// What a new training starts with, other than the network's own initial weights.
struct StartReport {
  /// What was taken from other weights.
  var transfer: TransferReport?
  /// The weights of batch normalisations that start at zero.
  var zeroNorms: [String]?
  /// The layers whose outputs were made to deviate by 1.
  var unitVariance: [UnitVarianceInitialization.Layer]?
}

extension TrainConfiguration {
  /// A learner of a new network before its first step, and what it starts with.
  ///
  /// - Parameter algorithms: Those of another run; chosen by time where left out.
  /// - Throws: `CommandError` for a network that tells no classes apart; what models throw.
  nonisolated(nonsending) func newLearner(
    from source: TransferSource?, training: DataLoader, validation: DataLoader?,
    algorithms: [String: String]? = nil
  ) async throws -> (learner: Learner, start: StartReport) {
    let description = training.dataset.description
    let entry = try ZooModel.requested(model)
    guard entry.defaultClasses != nil else {
      throw CommandError.option(
        "--model", value: entry.name, allowed: "a network that tells classes apart")
    }
    let original = try entry.build(
      input: description.imageShape, classes: description.classNames.count)
    let model = try normalized(original)
    var start = StartReport()
    var weights = model.initialWeights(seed: seed)
    if let source {
      let taken = try source.weights(
        for: model, original: original, recipe: transfer ?? TransferRecipe(),
        modelName: entry.name, seed: seed)
      weights = taken.weights
      start.transfer = TransferReport(
        source: source.path, weights: taken.report, normalization: description.normalization)
    }
    if recipe?.initialization == .lsuv {
      var batches = training.batches(epoch: 0).makeAsyncIterator()
      guard let batch = try await batches.next() else {
        throw TrainingError.nothingToDo(epochs: epochs, steps: training.batchCount)
      }
      let result = try UnitVarianceInitialization().weights(
        for: model, on: batch.images, seed: seed, threads: threads)
      (weights, start.unitVariance) = (result.weights, result.layers)
    }
    // Weights that are trained already know how far each branch goes.
    if recipe?.zeroGamma == true, source == nil {
      // Group normalisation has the names of the batch normalisation that it replaces.
      weights = weights.withZeroGamma(for: original)
      start.zeroNorms = original.lastBranchNormWeights
    }
    let tuner: AlgorithmTuner? =
      if let algorithms { algorithms.isEmpty ? nil : AlgorithmTuner() } else { .chosen() }
    tuner?.adopt(algorithms ?? [:])
    let learner = try Learner(
      model, training: training, validation: validation,
      settings: learnerSettings(headPaths: model.headPaths), weights: weights, threads: threads,
      tuner: tuner, teacher: teacher(for: description))
    return (learner, start)
  }

  /// A network with group normalisation in place of batch normalisation, where that was asked for.
  private func normalized(_ model: Model) throws -> Model {
    guard let groups = recipe?.normalizationGroups else { return model }
    let result: Model
    do {
      result = try model.replacingBatchNorms(groups: groups)
    } catch {
      throw CommandError.option(
        "--norm", value: "group:\(groups)",
        allowed: "a number of groups that divides each normalisation's channels (\(error))")
    }
    guard result != model else {
      throw CommandError.conflict(
        "--norm", reason: "\(self.model) has no batch normalisation to replace; leave it out")
    }
    return result
  }

  /// A learner of a new network on the training's own images, before its first step.
  ///
  /// - Parameters:
  ///   - workers: Batches that are made ahead.
  ///   - preparation: Told what happens before, also from other threads.
  /// - Throws: As `newLearner`; what data throws.
  nonisolated(nonsending) func newLearner(
    workers: Int?, preparation: @escaping @Sendable (TrainPreparation) -> Void
  ) async throws -> (learner: Learner, start: StartReport, data: DataLoader) {
    preparation(.configured(self))
    let source = try transferSource()
    let normalization = try source?.normalization(transfer?.normalization)
    let (data, _) = try await loaders(normalization: normalization, workers: workers) {
      preparation(.downloading($0))
    }
    let (learner, start) = try await newLearner(from: source, training: data, validation: nil)
    return (learner, start, data)
  }

  /// Whose answers are learned from, where somebody's are.
  ///
  /// - Throws: `CommandError` for a teacher of other classes, or of images that become other numbers.
  func teacher(for input: DatasetDescription) throws -> Teacher? {
    guard let path = recipe?.teacher else { return nil }
    let checkpoint = try Checkpoint(requested: path)
    guard checkpoint.input.classNames == input.classNames else {
      throw CommandError.otherClasses(
        dataset, expected: checkpoint.input.classNames, actual: input.classNames)
    }
    guard checkpoint.input.normalization == input.normalization else {
      throw CommandError.conflict(
        "--teacher \(path)",
        reason: "its images were normalised by other means and deviations than these; "
          + "take a teacher of the same data")
    }
    return Teacher(checkpoint.model, weights: checkpoint.weights)
  }
}
