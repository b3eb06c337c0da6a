public import ArgumentParser
public import FoveaCommands

extension NormalizationPolicy: ExpressibleByArgument {}

/// Options of `fovea train` about what it starts from.
struct TransferOptions: ParsableArguments {
  @Option(
    name: .customLong("from"),
    help:
      "Start from these weights: a run's folder, a checkpoint, .pth or .safetensors. The last layer is new where the dataset has another number of classes.",
    completion: .file())
  var source: String?

  @Flag(help: "With --from: a new last layer, also for as many classes.")
  var newHead = false

  @Flag(help: "With --from: adapt the first convolution to another number of channels.")
  var adaptInput = false

  @Option(
    help:
      "With --from: whose mean and deviation images are normalised by. (default: checkpoint, where it says them, else imagenet)"
  )
  var normalization: NormalizationPolicy?

  @Option(
    help:
      "With --from: the first epochs train the last layer alone; the others keep their running statistics too."
  )
  var freezeBody: Int?

  @Option(
    help:
      "With --from: the rate of all layers but the last, as a share. (default: 0.1 with --freeze-body, else 1)"
  )
  var bodyLrFactor: Double?

  var recipe: TransferRecipe {
    var recipe = TransferRecipe()
    recipe.source = source
    recipe.renewsHead = newHead ? true : nil
    recipe.adaptsInput = adaptInput ? true : nil
    recipe.normalization = normalization
    recipe.frozenEpochs = freezeBody
    recipe.bodyLearningRateFactor = bodyLrFactor
    return recipe
  }
}
