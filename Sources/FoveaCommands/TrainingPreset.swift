import FoveaTraining

/// What weights start from, by name.
public enum InitializationName: String, Hashable, Codable, Sendable, CaseIterable {
  /// What each layer of the network declares, such as Kaiming's.
  case model
  /// Weights at right angles, scaled layer by layer until outputs deviate by 1 (LSUV).
  case lsuv
}

/// A recipe by name: settings that belong together.
///
/// It fills in what a request leaves out, so that each switch can be set otherwise.
public enum TrainingPreset: String, Hashable, Codable, Sendable, CaseIterable {
  /// SGD at a rate in proportion to the batch, warm-up, steps down, zero-γ.
  ///
  /// P. Goyal et al., *Accurate, Large Minibatch SGD*, arXiv:1706.02677.
  case largeBatch = "large-batch"
  /// The same with a cosine, label smoothing and mixup.
  ///
  /// T. He et al., *Bag of Tricks for Image Classification with CNNs*, arXiv:1812.01187.
  case bagOfTricks = "bag-of-tricks"

  /// Fills in what a request leaves out.
  func completed(_ request: TrainCommand) -> TrainCommand {
    var command = request
    command.optimizer = request.optimizer ?? .sgd
    if command.optimizer == .sgd {
      command.maxLearningRate = request.maxLearningRate ?? 0.1
      command.weightDecay = request.weightDecay ?? 1e-4
      command.recipe.nesterov = request.recipe.nesterov ?? true
    }
    command.schedule = request.schedule ?? (self == .largeBatch ? .step : .cosine)
    if command.schedule?.setsMomentum == false {
      let epochs = Double(request.epochs ?? TrainConfiguration.defaultEpochs)
      command.recipe.warmUpEpochs = request.recipe.warmUpEpochs ?? min(5, epochs / 8)
    }
    command.recipe.learningRateBatch = request.recipe.learningRateBatch ?? 256
    command.recipe.zeroGamma = request.recipe.zeroGamma ?? true
    guard self == .bagOfTricks else { return command }
    // A teacher, other losses and CutMix have no place beside these two.
    let isPlain = (request.recipe.loss ?? .crossEntropy) == .crossEntropy
    guard isPlain, request.recipe.teacher == nil else { return command }
    command.labelSmoothing = request.labelSmoothing ?? 0.1
    if request.images.cutMix == nil { command.images.mixup = request.images.mixup ?? 0.2 }
    return command
  }
}

extension TrainingRecipe {
  /// Throws for a value out of range, and for what has no place beside other options.
  func checkTricks(optimizer: OptimizerName, transfer: TransferRecipe?) throws(CommandError) {
    func require(_ isAllowed: Bool, _ option: String, _ value: Any, _ allowed: String)
      throws(CommandError)
    {
      guard isAllowed else { throw .option(option, value: "\(value)", allowed: allowed) }
    }
    if let learningRateBatch {
      try require(
        1...1_000_000 ~= learningRateBatch, "--lr-batch", learningRateBatch, "1 to 1000000")
    }
    if nesterov == true, optimizer != .sgd, optimizer != .lars {
      throw .conflict(
        "--nesterov",
        reason: "\(optimizer.rawValue) has no such momentum; leave it out, or take sgd or lars")
    }
    if initialization == .lsuv, transfer?.source != nil {
      throw .conflict(
        "--init lsuv", reason: "--from brings weights that are trained already; choose one of them")
    }
    if zeroGamma == true, preset == nil, transfer?.source != nil {
      throw .conflict(
        "--zero-gamma", reason: "it would undo trained branches that --from brings; leave it out")
    }
    if let temperature {
      try require(
        temperature > 0 && temperature.isFinite, "--temperature", temperature, "a number above 0")
    }
    if let teacherShare {
      try require(0...1 ~= teacherShare, "--teacher-share", teacherShare, "0 to 1")
    }
    if teacher == nil, temperature != nil || teacherShare != nil {
      throw .conflict(
        temperature != nil ? "--temperature" : "--teacher-share",
        reason: "nobody teaches; name a run with --teacher")
    }
    if teacher != nil, loss != nil {
      throw .conflict(
        "--loss", reason: "with --teacher the loss is distillation; choose one of them")
    }
  }

  /// What is made small, in words.
  var lossName: String { teacher != nil ? "distillation" : (loss ?? .crossEntropy).rawValue }

  /// What is made small, where images are not mixed.
  func loss(labelSmoothing: Double) -> Loss {
    guard teacher != nil else {
      return (loss ?? .crossEntropy).loss(labelSmoothing: labelSmoothing)
    }
    return .distillation(
      temperature: Float(temperature ?? Self.defaultTemperature),
      share: Float(teacherShare ?? Self.defaultTeacherShare))
  }
}

extension TrainConfiguration {
  /// The highest rate of the schedule: as asked for, in proportion to the images of an update where
  /// it is for another number of them.
  var scaledLearningRate: Double {
    guard let base = recipe?.learningRateBatch else { return maxLearningRate }
    let images = batchSize * (recipe?.accumulatedBatches ?? 1)
    return maxLearningRate * Double(images) / Double(base)
  }

  /// The highest rate, and what it comes from where it is scaled.
  public var learningRateText: String {
    guard let base = recipe?.learningRateBatch else { return "\(maxLearningRate)" }
    let images = batchSize * (recipe?.accumulatedBatches ?? 1)
    return "\(scaledLearningRate) = \(maxLearningRate) × \(images) / \(base)"
  }
}
