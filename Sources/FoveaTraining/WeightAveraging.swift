import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors

/// An average of the weights that a training goes through, which often answers better than its last.
///
/// Buffers, such as running statistics, are not averaged: the average has the training's own.
public enum WeightAveraging: Hashable, Codable, Sendable {
  /// After each update, `decay` of the average and `1 − decay` of the weights (timm's `ModelEmaV3`);
  /// it starts at the first weights.
  case exponential(decay: Double)
  /// The mean of the weights at the end of each epoch, from epoch `start` on, counted from 0.
  ///
  /// P. Izmailov et al., arXiv:1803.05407. Running statistics are those of the last weights until
  /// `Learner.recalibrateBatchNorm(batches:averaged:)` measures them for the mean.
  case stochastic(start: Int)

  /// Throws for numbers that no average has.
  func check() throws(TrainingError) {
    switch self {
    case .exponential(let decay):
      guard 0...1 ~= decay else {
        throw .option("the average of weights", problem: "its decay is \(decay); use 0 to 1")
      }
    case .stochastic(let start):
      guard start >= 0 else {
        throw .option(
          "the average of weights", problem: "it starts in epoch \(start); use 0 or more")
      }
    }
  }

  static func name(of parameter: String) -> String { "average/\(parameter)" }
}

/// Keeps an average of weights among a training's variables.
final class AveragedWeights {
  private let averaging: WeightAveraging
  private let program: Program

  private static let shareName = "average/share"

  /// Adds what is averaged to the variables, as copies of the weights unless it is there already.
  init(
    _ averaging: WeightAveraging, of model: Model, in variables: VariableStore, pool: ThreadPool
  ) throws {
    self.averaging = averaging
    var builder = GraphBuilder()
    let share = try builder.input(Self.shareName, .scalar)
    for parameter in model.training.variables where parameter.role == .parameter {
      let name = WeightAveraging.name(of: parameter.name)
      let weight = try builder.variable(parameter.name, parameter.shape, role: .parameter)
      let average = try builder.variable(name, parameter.shape, role: .optimizerState)
      var formula = Formula(builder: builder, path: parameter.name)
      let change = try formula.product(try formula.difference(weight, average), share)
      let new = try formula.sum(average, change)
      builder = formula.builder
      try builder.update(name, with: new)
    }
    let stored = variables.snapshot()
    try variables.addOptimizerState(of: builder.graph)
    var copies = Weights()
    for parameter in model.training.variables where parameter.role == .parameter {
      let name = WeightAveraging.name(of: parameter.name)
      if stored[name] == nil { copies[name] = stored[parameter.name] }
    }
    try variables.load(copies)
    program = try Program(builder.graph, variables: variables, pool: pool)
  }

  /// Takes in the weights after an update.
  func finishUpdate(_ progress: inout TrainingProgress) throws {
    guard case .exponential(let decay) = averaging else { return }
    try take(share: 1 - decay, &progress)
  }

  /// Takes in the weights after an epoch.
  func finishEpoch(_ progress: inout TrainingProgress) throws {
    guard case .stochastic(let start) = averaging, progress.epoch > start else { return }
    try take(share: 1 / Double((progress.averagedCount ?? 0) + 1), &progress)
  }

  private func take(share: Double, _ progress: inout TrainingProgress) throws {
    try program.run([Self.shareName: Tensor(Float(share))])
    progress.averagedCount = (progress.averagedCount ?? 0) + 1
  }
}
