public import Foundation

extension Learner {
  /// Trains a network whose body has learned before: first the head alone, then everything, the body at lower rates.
  ///
  /// As fastai's `fine_tune`, with the body as one group of parameters. The head is the last layer with weights
  /// of two axes or more and what follows it (`Model.headPaths`). While the body is frozen, its batch normalisations answer by their
  /// running statistics and leave them as they are. It is one training: one that is stopped goes on by
  /// `resume`, in either part. The groups in `settings` give way to those of the two parts.
  ///
  /// - Parameters:
  ///   - epochs: With all parameters.
  ///   - frozenEpochs: With the head alone, before that.
  ///   - maxLearningRate: The head's highest rate in the first part; half of it in the second.
  ///   - bodyLearningRateFactor: What the body's rate is multiplied by; one over fastai's `lr_mult`.
  ///   - observers: As of `fit`.
  ///   - checkpointFile: As of `fit`.
  /// - Throws: As `fit`.
  @discardableResult
  public nonisolated(nonsending) func fineTune(
    epochs: Int, frozenEpochs: Int = 1, maxLearningRate: Double,
    bodyLearningRateFactor: Double = 0.01, observers: [any TrainingObserver] = [],
    checkpointFile: URL? = nil
  ) async throws -> TrainingReport {
    guard epochs > 0, frozenEpochs >= 0 else {
      throw TrainingError.option(
        "fine-tuning",
        problem:
          "\(epochs) epochs after \(frozenEpochs) with the head alone; use 1 or more after 0 or more"
      )
    }
    var updates = settings.updates
    updates.groups = ParameterGroup.fineTuning(
      headPaths: model.headPaths, frozenEpochs: frozenEpochs,
      bodyLearningRateFactor: bodyLearningRateFactor)
    try updates.check(parameters: model.trainedNames)
    settings.updates = updates
    let updatesPerEpoch =
      (training.batchCount + settings.accumulatedBatches - 1) / settings.accumulatedBatches
    return try await fit(
      epochs: frozenEpochs + epochs,
      schedule: .fineTuning(
        maxLearningRate: maxLearningRate, frozenUpdates: frozenEpochs * updatesPerEpoch),
      observers: observers, checkpointFile: checkpointFile)
  }
}

extension ParameterGroup {
  /// The head, and the body with a rate of its own that is frozen at first.
  public static func fineTuning(
    headPaths: [String], frozenEpochs: Int, bodyLearningRateFactor: Double
  ) -> [ParameterGroup] {
    let head = headPaths.map { ParameterGroup($0.isEmpty ? "*" : $0 + ".*") }
    return head + [
      ParameterGroup(
        "*", learningRateFactor: bodyLearningRateFactor,
        frozenEpochs: frozenEpochs > 0 ? frozenEpochs : nil)
    ]
  }
}

extension Schedule {
  /// The rates of fastai's `fine_tune`: a rise over nearly all of the first updates, then 1cycle from a tenth
  /// up to half of the rate and down.
  public static func fineTuning(maxLearningRate: Double, frozenUpdates: Int) -> Schedule {
    var head = OneCycle.fastai(maxLearningRate: maxLearningRate)
    head.warmUpShare = 0.99
    var all = OneCycle.fastai(maxLearningRate: maxLearningRate / 2)
    all.warmUpShare = 0.3
    all.initialDivisor = 5
    guard frozenUpdates > 0 else { return .oneCycle(all) }
    return .sequence([
      Part(.steps(frozenUpdates), .oneCycle(head)), Part(.share(1), .oneCycle(all)),
    ])
  }
}
