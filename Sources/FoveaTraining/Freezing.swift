extension Learner {
  /// Leaves parameters as they are in trainings to come, whatever groups say, until they are unfrozen.
  ///
  /// For between two trainings: `freeze("*")`, then `unfreeze("fc.*")` trains the head alone. What is frozen takes no part
  /// in the backward pass; running statistics of a frozen layer go on, as with PyTorch's `requires_grad = False`.
  /// Checkpoints keep what was said. Where nothing is left to train, the training is refused.
  ///
  /// - Parameter pattern: Names of parameters, such as `layer1.*`: `*` stands for any characters, `?` for one.
  /// - Throws: `TrainingError.unmatchedGroup` for a pattern that nothing matches; then nothing changes.
  public func freeze(_ pattern: String) throws { try set(isFrozen: true, pattern) }

  /// Lets parameters learn in trainings to come, whatever groups say and `freeze` said before.
  ///
  /// What a group or `fineTune` freezes for some epochs waits for their end all the same. An optimiser that counts
  /// updates, as Adam does, counts those too in which parameters were frozen.
  ///
  /// - Parameter pattern: Names of parameters; all where left out.
  /// - Throws: `TrainingError.unmatchedGroup` for a pattern that nothing matches; then nothing changes.
  public func unfreeze(_ pattern: String = "*") throws {
    try set(isFrozen: false, pattern)
    // What an optimiser remembers of parameters that were frozen from the start begins now.
    if !settings.updates.freezesAll(model.trainedNames) { try prepare(epoch: nextEpoch) }
  }

  private func set(isFrozen: Bool, _ pattern: String) throws(TrainingError) {
    var updates = settings.updates
    updates.setFrozen(isFrozen, pattern)
    try updates.check(parameters: model.trainedNames, allFrozen: true)
    settings.updates = updates
  }
}
