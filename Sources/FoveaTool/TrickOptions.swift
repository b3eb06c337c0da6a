public import ArgumentParser
public import FoveaCommands
import FoveaDrawing

extension TrainingPreset: ExpressibleByArgument {}
extension InitializationName: ExpressibleByArgument {}

/// Recipes by name, and the switches that they set.
struct TrickOptions: ParsableArguments {
  @Option(
    name: .customLong("recipe"),
    help:
      "Settings that belong together, for all that is left out: bag-of-tricks or large-batch, see Documentation/recipes.md."
  )
  var preset: TrainingPreset?

  @Option(
    name: .customLong("init"),
    help:
      "What weights start from: as the network has it, or lsuv: at right angles, scaled layer by layer to a deviation of 1. (default: model)"
  )
  var initialization: InitializationName?

  @Flag(
    inversion: .prefixedNo,
    help: "Start residual branches as nothing: the last BatchNorm of each has the weight 0.")
  var zeroGamma: Bool?

  @Option(
    help:
      "The images of an update that --max-lr is for; with k times as many the rate is k times as high. (default: any)"
  )
  var lrBatch: Int?

  @Flag(inversion: .prefixedNo, help: "With sgd and lars: look ahead along the momentum.")
  var nesterov: Bool?

  @Option(
    help: "Learn from the answers of this run or checkpoint too (distillation).",
    completion: .file())
  var teacher: String?

  @Option(help: "With --teacher: how much answers are softened. (default: 4)")
  var temperature: Double?

  @Option(help: "With --teacher: its share in the loss. (default: 0.9)")
  var teacherShare: Double?

  var recipe: TrainingRecipe {
    var recipe = TrainingRecipe()
    recipe.preset = preset
    recipe.initialization = initialization
    recipe.zeroGamma = zeroGamma
    recipe.learningRateBatch = lrBatch
    recipe.nesterov = nesterov
    recipe.teacher = teacher
    recipe.temperature = temperature
    recipe.teacherShare = teacherShare
    return recipe
  }
}

extension Train {
  /// What is special about the weights that a training starts from.
  static func startLines(_ training: PreparedTraining) -> [String] {
    var lines: [String] = []
    if let layers = training.unitVariance {
      func range(_ deviations: [Double?]) -> String {
        let known = deviations.compactMap(\.self)
        guard let least = known.min(), let most = known.max() else { return "no number" }
        return "\(NumberFormat.general(least)) to \(NumberFormat.general(most))"
      }
      lines.append(
        "LSUV scaled \(counted(layers.count, "layer")): outputs deviated by "
          + "\(range(layers.map(\.deviationBefore))), now by \(range(layers.map(\.deviation)))")
      lines += layers.filter { !$0.isReached }.map {
        "  \($0.path) stays away from 1: its inputs are constant, or its bias is large"
      }
    }
    if let norms = training.zeroNorms {
      lines.append(
        norms.isEmpty
          ? "Zero γ: no residual branch of this network ends in a BatchNorm"
          : "Zero γ: \(norms.count) residual branches start as nothing"
      )
    }
    return lines
  }
}
