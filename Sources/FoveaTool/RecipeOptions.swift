import ArgumentParser
import FoveaCommands

/// What a training may do besides the common.
struct RecipeOptions: ParsableArguments {
  @OptionGroup var tricks: TrickOptions

  @Option(help: "What is made small. (default: cross-entropy)")
  var loss: LossName?

  @Option(
    help: "Epochs, or parts of one, on which the learning rate rises to where the schedule begins.")
  var warmUp: Double?

  @Option(
    help: "With multi-step: the epochs after which the rate falls, such as 3,5.",
    transform: RecipeOptions.numbers)
  var milestones: [Int]?

  @Option(
    help:
      "What the rate falls to, as a share: with step, multi-step and plateau each time (default: 0.1), with exponential after each epoch (default: 0.9)."
  )
  var lrFactor: Double?

  @Option(help: "With cosine-restarts: the epochs of the first period. (default: 1)")
  var restartEpochs: Int?

  @Option(help: "With cosine-restarts: how much longer each next period is. (default: 2)")
  var restartMultiplier: Int?

  @Option(help: "With polynomial: the power. (default: 1, a straight line)")
  var power: Double?

  @Flag(
    help:
      "With one-cycle and pytorch-one-cycle: fall as slowly as it rose, and only then to the end.")
  var threePhase = false

  @Option(
    help: "With plateau: epochs without a lower validation loss before the rate falls. (default: 3)"
  )
  var patience: Int?

  @Option(help: "Scale gradients down where their common norm passes this.")
  var clipNorm: Double?

  @Option(help: "Hold each element of a gradient to this magnitude.")
  var clipValue: Double?

  @Option(
    help:
      "Batches whose gradients make one update, as one batch of all their images would; batch normalisation still sees each by itself. (default: 1)"
  )
  var accumulate: Int?

  @Option(help: "Keep an exponential average of the weights with this decay, such as 0.999.")
  var ema: Double?

  @Option(help: "Keep the mean of the weights at the ends of epochs, from this epoch on.")
  var swa: Int?

  @Option(
    help:
      "What stands in place of batch normalisation: group:8 for 8 groups of channels an image, for batches of few images. (default: the network's own)",
    transform: RecipeOptions.groups)
  var norm: Int?

  @Flag(help: "Shrink biases and normalisation weights too.")
  var decayBiases = false

  @Option(
    help: "Keep parameters as they are, by a pattern of names such as 'layer1.*'; repeatable.")
  var freeze: [String] = []

  @Option(
    help: "Multiply the learning rate of parameters, such as 'layer4.*=0.1'; repeatable.",
    transform: RecipeOptions.factor)
  var lrFor: [(pattern: String, factor: Double)] = []

  var recipe: TrainingRecipe {
    var recipe = tricks.recipe
    recipe.loss = loss
    recipe.warmUpEpochs = warmUp
    recipe.milestones = milestones
    recipe.learningRateFactor = lrFactor
    recipe.restartEpochs = restartEpochs
    recipe.restartMultiplier = restartMultiplier
    recipe.power = power
    recipe.threePhase = threePhase ? true : nil
    recipe.normalizationGroups = norm
    recipe.patience = patience
    recipe.clipNorm = clipNorm
    recipe.clipValue = clipValue
    recipe.accumulatedBatches = accumulate
    recipe.averageDecay = ema
    recipe.averageFromEpoch = swa
    recipe.decaysBiases = decayBiases ? true : nil
    recipe.frozen = freeze.isEmpty ? nil : freeze
    recipe.learningRateFactors =
      lrFor.isEmpty
      ? nil : Dictionary(lrFor.map { ($0.pattern, $0.factor) }) { _, last in last }
    return recipe
  }

  /// Whole numbers with commas between.
  static func numbers(_ text: String) throws -> [Int] {
    try text.split(separator: ",").map { part in
      guard let number = Int(part.drop { $0 == " " }) else {
        throw ValidationError(
          "'\(part)' is no whole number; write them with commas between, such as 3,5")
      }
      return number
    }
  }

  private static func groups(_ text: String) throws -> Int {
    guard text.hasPrefix("group:"), let number = Int(text.dropFirst("group:".count)) else {
      throw ValidationError(
        "'\(text)' is no normalisation; write group: and a number, such as group:8")
    }
    return number
  }

  private static func factor(_ text: String) throws -> (pattern: String, factor: Double) {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let factor = Double(parts[1]) else {
      throw ValidationError(
        "'\(text)' is no pattern with a factor; write names, = and a number, such as 'layer4.*=0.1'"
      )
    }
    return (String(parts[0]), factor)
  }
}
