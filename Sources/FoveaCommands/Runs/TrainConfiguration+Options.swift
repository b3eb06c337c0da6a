/// What an option of `fovea train` comes to.
private enum OptionValue {
  /// A value that a command line says.
  case value(String)
  /// Values, each of which a command line says by itself.
  case values([String])
  /// Whether a switch is on.
  case flag(Bool)
  /// What is so where the option is left out, in words.
  case absent(String)

  var text: String {
    switch self {
    case .value(let text), .absent(let text): text
    case .values(let texts): texts.joined(separator: ",")
    case .flag(let isOn): isOn ? "yes" : "no"
    }
  }
}

extension TrainConfiguration {
  /// Every option of `fovea train` that settles a result, by name, with the value that it comes to; `none` for
  /// what is not done.
  var options: [String: String] {
    var options = optionValues.mapValues(\.text)
    options["dataset"] = dataset
    return options
  }

  private var optionValues: [String: OptionValue] {
    let recipe = recipe ?? TrainingRecipe()
    let images = images ?? ImageRecipe()
    let transfer = transfer ?? TransferRecipe()
    let isNamed = DatasetName(rawValue: dataset) != nil
    func text(_ value: (some CustomStringConvertible)?, _ absent: String = "none") -> OptionValue {
      value.map { .value("\($0)") } ?? .absent(absent)
    }
    func flag(_ value: Bool?) -> OptionValue { .flag(value == true) }
    func list(_ values: [String]?) -> OptionValue { values.map { .values($0) } ?? .absent("none") }

    var options: [String: OptionValue] = [
      "--data": text(data, isNamed ? "found by name" : "none"),
      "--model": text(model),
      "--epochs": text(epochs), "--batch-size": text(batchSize),
      "--max-lr": text(maxLearningRate), "--schedule": text(schedule.rawValue),
      "--optimizer": text(optimizer.rawValue), "--momentum": text(momentum, "set by the schedule"),
      "--weight-decay": text(weightDecay), "--label-smoothing": text(labelSmoothing),
      "--seed": text(seed), "--drop-last": flag(dropLast), "--precision": text(precision.rawValue),
      "--recompute": flag(recomputes), "--threads": text(threads),
      "--early-stop": text(earlyStop, "never"), "--best-by": text((bestBy ?? .loss).rawValue),
    ]
    let ofRecipe: [String: OptionValue] = [
      "--loss": text(recipe.lossName),
      "--warm-up": text(recipe.warmUpEpochs), "--clip-norm": text(recipe.clipNorm),
      "--clip-value": text(recipe.clipValue), "--accumulate": text(recipe.accumulatedBatches, "1"),
      "--ema": text(recipe.averageDecay), "--swa": text(recipe.averageFromEpoch),
      "--norm": text(recipe.normalizationGroups.map { "group:\($0)" }),
      "--decay-biases": flag(recipe.decaysBiases), "--freeze": list(recipe.frozen),
      "--lr-for": list(
        recipe.learningRateFactors?.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }),
      "--log": text(recipe.logs?.map(\.rawValue).joined(separator: ",")),
      "--init": text((recipe.initialization ?? .model).rawValue),
      "--nesterov": flag(recipe.nesterov), "--lr-batch": text(recipe.learningRateBatch),
      "--teacher": text(recipe.teacher),
    ]
    let ofImages: [String: OptionValue] = [
      "--image-size": text(images.imageSize, "the images' own"),
      "--channels": text(images.channels, "the images' own"),
      "--augment": text((images.augmentation ?? ImageRecipe.defaultAugmentation).rawValue),
      "--mixup": text(images.mixup), "--cutmix": text(images.cutMix),
      "--mix-epochs": text(images.mixedEpochs, "all"),
      "--damaged": text((images.damagedImages ?? .fail).rawValue),
      "--validation": text(images.validation, "by folders, else 0.2"),
      "--validation-file": text(images.validationFile), "--fold": text(images.fold),
      "--labels": text(images.labels?.argument, "as the dataset has them"),
      "--path-column": text(images.pathColumn, "the first"),
      "--label-column": text(images.labelColumn, "the second"),
    ]
    options.merge(ofRecipe) { $1 }
    options.merge(ofImages) { $1 }
    options.merge(scheduleOptions(recipe)) { $1 }
    if recipe.teacher != nil {
      options["--temperature"] = text(recipe.temperature ?? TrainingRecipe.defaultTemperature)
      options["--teacher-share"] = text(recipe.teacherShare ?? TrainingRecipe.defaultTeacherShare)
    }
    options["--from"] = text(transfer.source)
    if transfer.source == nil {
      // Weights that are trained already keep their γ.
      options["--zero-gamma"] = flag(recipe.zeroGamma)
    } else {
      options["--new-head"] = flag(transfer.renewsHead)
      options["--adapt-input"] = flag(transfer.adaptsInput)
      options["--normalization"] = text(
        transfer.normalization?.rawValue, "checkpoint, where it says, else imagenet")
      options["--freeze-body"] = text(transfer.frozenEpochs)
      options["--body-lr-factor"] =
        transfer.isDivided
        ? text(transfer.bodyLearningRateFactor ?? TransferRecipe.defaultBodyFactor) : .absent("1")
    }
    return options
  }

  /// What the schedule reads, and nothing that it does not.
  private func scheduleOptions(_ recipe: TrainingRecipe) -> [String: OptionValue] {
    let factor = recipe.learningRateFactor ?? TrainingRecipe.defaultLearningRateFactor
    return switch schedule {
    case .oneCycle, .pytorchOneCycle: ["--three-phase": .flag(recipe.threePhase == true)]
    case .cosine, .constant, .flatCosine: [:]
    case .step: ["--lr-factor": .value("\(factor)")]
    case .multiStep:
      [
        "--lr-factor": .value("\(factor)"),
        "--milestones": .value(
          (recipe.milestones ?? []).map(String.init).joined(separator: ",")),
      ]
    case .exponential:
      [
        "--lr-factor": .value(
          "\(recipe.learningRateFactor ?? TrainingRecipe.defaultExponentialFactor)")
      ]
    case .cosineRestarts:
      [
        "--restart-epochs": .value(
          "\(recipe.restartEpochs ?? TrainingRecipe.defaultRestartEpochs)"),
        "--restart-multiplier": .value(
          "\(recipe.restartMultiplier ?? TrainingRecipe.defaultRestartMultiplier)"),
      ]
    case .polynomial: ["--power": .value("\(recipe.power ?? TrainingRecipe.defaultPower)")]
    case .plateau:
      [
        "--lr-factor": .value("\(factor)"),
        "--patience": .value("\(recipe.patience ?? TrainingRecipe.defaultPatience)"),
      ]
    }
  }
}

extension TrainConfiguration {
  /// What is so where nothing is said; saying it anyway may be refused, or means something else.
  private static let unsaid: Set<String> = [
    "--augment none", "--accumulate 1", "--damaged fail", "--best-by loss",
    "--loss cross-entropy", "--loss distillation", "--label-smoothing 0.0", "--init model",
  ]

  /// The command that trains so, for a shell.
  var commandLine: String {
    let words = optionValues.sorted { $0.key < $1.key }.flatMap { name, value -> [String] in
      switch value {
      case .absent, .flag(false): []
      case .flag(true): [name]
      case .values(let texts): texts.flatMap { [name, quoted($0)] }
      case .value(let text):
        Self.unsaid.contains("\(name) \(text)") ? [] : [name, quoted(text)]
      }
    }
    return (["fovea train", quoted(dataset)] + words).joined(separator: " ")
  }
}

extension TrainCommand {
  /// Asks for the training that a configuration is the outcome of.
  init(_ configuration: TrainConfiguration) {
    self.init(dataset: configuration.dataset)
    model = configuration.model
    epochs = configuration.epochs
    batchSize = configuration.batchSize
    maxLearningRate = configuration.maxLearningRate
    schedule = configuration.schedule
    optimizer = configuration.optimizer
    momentum = configuration.momentum
    weightDecay = configuration.weightDecay
    labelSmoothing = configuration.labelSmoothing
    seed = configuration.seed
    dropLast = configuration.dropLast
    precision = configuration.precision
    recomputes = configuration.recomputes
    recipe = configuration.recipe ?? TrainingRecipe()
    images = configuration.images ?? ImageRecipe()
    transfer = configuration.transfer ?? TransferRecipe()
    earlyStop = configuration.earlyStop
    bestBy = configuration.bestBy
    threads = configuration.threads
    data = configuration.data
  }
}
