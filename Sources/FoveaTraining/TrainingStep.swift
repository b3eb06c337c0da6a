public import FoveaGraph
public import FoveaLayers
import FoveaTensors

/// The graphs of a training: a step with its updates, and the evaluation beside it.
public struct TrainingStep: Hashable, Sendable {
  /// Forward, loss, gradients and updates; outputs `output` and `loss`.
  ///
  /// Where gradients are accumulated, `loss` is the sum of the batch's terms, and the step adds its
  /// gradients to those of the steps before instead of updating parameters.
  public let step: Graph
  /// The first node of the backward pass in `step`.
  public let backwardStart: Int
  /// The update by accumulated gradients; `nil` where the step does it itself.
  public let update: Graph?
  /// Forward and loss as the network answers; outputs `output` and `loss`.
  public let evaluation: Graph

  /// The name of the input that takes what the output should be.
  public static let targetName = "target"
  /// The name of the output that is made small.
  public static let lossName = "loss"
  /// The name of the input that the loss is multiplied by, where it is scaled or accumulated.
  public static let lossScaleName = "loss/scale"
  /// The name of the output that is 1 where all gradients are finite, and else 0 and nothing is updated;
  /// where the loss is scaled.
  public static let finiteName = "gradients/finite"
  /// The name of the output, of the step or the update, that is the norm of all gradients before they are
  /// clipped by it; where they are.
  public static let normName = "gradients/norm"
  /// The name of the input that is 0 where a step begins a new sum of gradients, and else 1.
  public static let keepName = "gradients/keep"
  /// The name of the update's input that accumulated gradients are divided by.
  public static let divisorName = "gradients/divisor"

  /// The share of the loss of an auxiliary head, an output that the model has in training alone.
  ///
  /// C. Szegedy et al., arXiv:1409.4842, section 5.
  public static let auxiliaryShare: Float = 0.3

  /// Joins a model, a loss and an optimiser.
  ///
  /// - Parameters:
  ///   - options: Groups of parameters, clipping, and what weight decay leaves out.
  ///   - scalesLoss: Whether gradients are of the loss times the input `loss/scale`, and divided
  ///     by it before the update, which is left out where one of them is not finite.
  ///   - accumulates: Whether the gradients of several steps are added up before an update.
  /// - Throws: `GraphError` where the loss does not take the model's output.
  public init(
    _ model: Model, loss: Loss, optimizer: Optimizer, options: UpdateOptions = UpdateOptions(),
    scalesLoss: Bool = false, accumulates: Bool = false
  ) throws(GraphError) {
    evaluation = try loss.append(to: model.inference, heads: [], reduction: .mean)
    let heads = model.training.outputs.map(\.key).filter { model.inference.outputs[$0] == nil }
    var builder = try GraphBuilder(
      extending: try loss.append(
        to: model.training, heads: heads, reduction: accumulates ? .sum : .mean))
    let scale =
      scalesLoss || accumulates
      ? try builder.input(Self.lossScaleName, .scalar) as Value? : nil
    let source = scale == nil ? Self.lossName : Self.scaledLossName
    if let scale {
      let loss = try builder.graph.output(named: Self.lossName)
      let scaled = try builder.apply(Binary(.multiply), loss, scale, path: source)
      try builder.output(source, scaled)
    }
    backwardStart = builder.graph.nodes.count
    let parameters = builder.graph.variables.filter {
      $0.role == .parameter && !options.isFrozen($0.name)
    }
    builder = try GraphBuilder(
      extending: differentiate(
        builder.graph, loss: source, withRespectTo: parameters.map(\.name)))
    if scale != nil { _ = try builder.removeOutput(source) }
    var gradients: [(parameter: Variable, gradient: Value)] = []
    for parameter in parameters {
      // A gradient is needed until its update alone, not as a result of the step.
      let name = Graph.gradientName(of: parameter.name)
      gradients.append((parameter, try builder.removeOutput(name)))
    }
    guard accumulates else {
      try Self.appendUpdates(
        of: gradients, dividedBy: scale, isChecked: scalesLoss, optimizer, options, to: &builder)
      step = builder.graph
      update = nil
      return
    }
    try Self.appendSums(of: gradients, to: &builder)
    step = builder.graph
    var updating = GraphBuilder()
    let divisor = try updating.input(Self.divisorName, .scalar)
    var sums: [(parameter: Variable, gradient: Value)] = []
    for (parameter, _) in gradients {
      _ = try updating.variable(parameter.name, parameter.shape, role: .parameter)
      let sum = try updating.variable(
        Self.sumName(of: parameter.name), parameter.shape, role: .optimizerState)
      sums.append((parameter, sum))
    }
    try Self.appendUpdates(
      of: sums, dividedBy: divisor, isChecked: scalesLoss, optimizer, options, to: &updating)
    update = updating.graph
  }

  /// Appends the updates by gradients over a divisor; where they are checked, only if all are finite.
  private static func appendUpdates(
    of gradients: [(parameter: Variable, gradient: Value)], dividedBy divisor: Value?,
    isChecked: Bool, _ optimizer: Optimizer, _ options: UpdateOptions,
    to builder: inout GraphBuilder
  ) throws(GraphError) {
    var isFinite: Value?
    if isChecked {
      let finite = try builder.append(
        AllFinite(), gradients.map(\.gradient), path: finiteName)[0]
      try builder.output(finiteName, finite)
      isFinite = finite
    }
    var divided = gradients
    if let divisor {
      for index in divided.indices {
        let (parameter, gradient) = divided[index]
        divided[index].gradient = try builder.apply(
          Binary(.divide), gradient, divisor, path: parameter.name)
      }
    }
    try optimizer.appendUpdates(of: divided, options: options, where: isFinite, to: &builder)
  }

  /// Appends the sum of each gradient and those of the steps before.
  private static func appendSums(
    of gradients: [(parameter: Variable, gradient: Value)], to builder: inout GraphBuilder
  ) throws(GraphError) {
    let keep = try builder.input(keepName, .scalar)
    for (parameter, gradient) in gradients {
      let name = sumName(of: parameter.name)
      let sum = try builder.variable(name, parameter.shape, role: .optimizerState)
      let grown = try builder.apply(Binary(.add), sum, gradient, path: parameter.name)
      // Not a product with `keep`: what is no number must not outlast its sum.
      let new = try builder.apply(Select(), keep, grown, gradient, path: parameter.name)
      try builder.update(name, with: new)
    }
  }

  private static func sumName(of parameter: String) -> String { "optimizer/sum/\(parameter)" }

  private static let scaledLossName = "loss/scaled"
}
