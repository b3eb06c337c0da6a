extension TrainConfiguration {
  /// Every option of `fovea train` that settles a result, by name, with the value that it comes to; `none` for
  /// what is not done.
  var options: [String: String] {
    let recipe = recipe ?? TrainingRecipe()
    let images = images ?? ImageRecipe()
    let transfer = transfer ?? TransferRecipe()
    let isNamed = DatasetName(rawValue: dataset) != nil
    func text(_ value: (some CustomStringConvertible)?, _ absent: String = "none") -> String {
      value.map { "\($0)" } ?? absent
    }
    func flag(_ value: Bool?) -> String { value == true ? "yes" : "no" }
    func list(_ values: [String]?) -> String { values?.joined(separator: ",") ?? "none" }

    var options: [String: String] = [
      "dataset": dataset, "--data": text(data, isNamed ? "found by name" : "none"),
      "--model": model,
      "--epochs": text(epochs), "--batch-size": text(batchSize),
      "--max-lr": text(maxLearningRate), "--schedule": schedule.rawValue,
      "--optimizer": optimizer.rawValue, "--momentum": text(momentum, "set by the schedule"),
      "--weight-decay": text(weightDecay), "--label-smoothing": text(labelSmoothing),
      "--seed": text(seed), "--drop-last": flag(dropLast), "--precision": precision.rawValue,
      "--recompute": flag(recomputes), "--threads": text(threads),
      "--early-stop": text(earlyStop, "never"), "--best-by": (bestBy ?? .loss).rawValue,
    ]
    let ofRecipe: [String: String] = [
      "--loss": recipe.lossName,
      "--warm-up": text(recipe.warmUpEpochs), "--clip-norm": text(recipe.clipNorm),
      "--clip-value": text(recipe.clipValue), "--accumulate": text(recipe.accumulatedBatches, "1"),
      "--ema": text(recipe.averageDecay), "--swa": text(recipe.averageFromEpoch),
      "--norm": text(recipe.normalizationGroups.map { "group:\($0)" }),
      "--decay-biases": flag(recipe.decaysBiases), "--freeze": list(recipe.frozen),
      "--lr-for": list(
        recipe.learningRateFactors?.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }),
      "--log": list(recipe.logs?.map(\.rawValue)),
      "--init": (recipe.initialization ?? .model).rawValue,
      "--nesterov": flag(recipe.nesterov), "--lr-batch": text(recipe.learningRateBatch),
      "--teacher": text(recipe.teacher),
    ]
    let ofImages: [String: String] = [
      "--image-size": text(images.imageSize, "the images' own"),
      "--channels": text(images.channels, "the images' own"),
      "--augment": (images.augmentation ?? ImageRecipe.defaultAugmentation).rawValue,
      "--mixup": text(images.mixup), "--cutmix": text(images.cutMix),
      "--mix-epochs": text(images.mixedEpochs, "all"),
      "--damaged": (images.damagedImages ?? .fail).rawValue,
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
      options["--normalization"] =
        transfer.normalization?.rawValue ?? "checkpoint, where it says, else imagenet"
      options["--freeze-body"] = text(transfer.frozenEpochs)
      options["--body-lr-factor"] =
        transfer.isDivided
        ? text(transfer.bodyLearningRateFactor ?? TransferRecipe.defaultBodyFactor) : "1"
    }
    return options
  }

  /// What the schedule reads, and nothing that it does not.
  private func scheduleOptions(_ recipe: TrainingRecipe) -> [String: String] {
    let factor = recipe.learningRateFactor ?? TrainingRecipe.defaultLearningRateFactor
    return switch schedule {
    case .oneCycle, .pytorchOneCycle: ["--three-phase": recipe.threePhase == true ? "yes" : "no"]
    case .cosine, .constant, .flatCosine: [:]
    case .step: ["--lr-factor": "\(factor)"]
    case .multiStep:
      [
        "--lr-factor": "\(factor)",
        "--milestones": (recipe.milestones ?? []).map(String.init).joined(separator: ","),
      ]
    case .exponential:
      [
        "--lr-factor":
          "\(recipe.learningRateFactor ?? TrainingRecipe.defaultExponentialFactor)"
      ]
    case .cosineRestarts:
      [
        "--restart-epochs": "\(recipe.restartEpochs ?? TrainingRecipe.defaultRestartEpochs)",
        "--restart-multiplier":
          "\(recipe.restartMultiplier ?? TrainingRecipe.defaultRestartMultiplier)",
      ]
    case .polynomial: ["--power": "\(recipe.power ?? TrainingRecipe.defaultPower)"]
    case .plateau:
      [
        "--lr-factor": "\(factor)",
        "--patience": "\(recipe.patience ?? TrainingRecipe.defaultPatience)",
      ]
    }
  }
}

extension TrainConfiguration {
  /// What is so where nothing is said; saying it anyway may be refused, or means something else.
  private static let unsaid: Set<String> = [
    "--augment none", "--accumulate 1", "--damaged fail", "--best-by loss", "--body-lr-factor 1",
    "--loss cross-entropy", "--loss distillation", "--label-smoothing 0.0", "--init model",
  ]

  /// The command that trains so, for a shell.
  var commandLine: String {
    let absent: Set = [
      "none", "no", "all", "never", "found by name", "set by the schedule", "the images' own",
      "by folders, else 0.2", "as the dataset has them", "the first", "the second",
      "checkpoint, where it says, else imagenet",
    ]
    let repeatable: Set = ["--freeze", "--lr-for"]
    let words = options.sorted { $0.key < $1.key }.flatMap { name, value -> [String] in
      guard name.hasPrefix("--"), !absent.contains(value),
        !Self.unsaid.contains("\(name) \(value)")
      else { return [] }
      if value == "yes" { return [name] }
      guard repeatable.contains(name) else { return [name, quoted(value)] }
      return value.split(separator: ",").flatMap { [name, quoted(String($0))] }
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
