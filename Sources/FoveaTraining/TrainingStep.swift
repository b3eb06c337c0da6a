public import FoveaGraph
public import FoveaLayers
import FoveaTensors

/// What training makes small.
public enum Loss: Hashable, Codable, Sendable {
  /// Cross-entropy with class indices.
  case crossEntropy(labelSmoothing: Float = 0)

  /// Cross-entropy without smoothing.
  public static let crossEntropy = Loss.crossEntropy(labelSmoothing: 0)

  /// Appends the loss of the model's output against an input `target`, as output `loss`.
  ///
  /// - Parameter heads: Further outputs, of which a share of their own loss is added.
  func append(to graph: Graph, heads: [String] = []) throws(GraphError) -> Graph {
    var builder = try GraphBuilder(extending: graph)
    let logits = try graph.output(named: Model.outputName)
    let shape = builder.shape(of: logits)
    let path = TrainingStep.lossName
    switch self {
    case .crossEntropy(let labelSmoothing):
      let targetShape = Shape([shape.dimensions.first ?? 1] + shape.dimensions.dropFirst(2))
      let target = try builder.input(TrainingStep.targetName, targetShape, .int32)
      let crossEntropy = CrossEntropy(labelSmoothing: labelSmoothing)
      var loss = try builder.apply(crossEntropy, logits, target, path: path)
      for head in heads {
        let own = try builder.apply(
          crossEntropy, try graph.output(named: head), target, path: path)
        let share = try builder.apply(
          Scale(TrainingStep.auxiliaryShare, shift: 0), own, path: path)
        loss = try builder.apply(Binary(.add), loss, share, path: path)
      }
      try builder.output(TrainingStep.lossName, loss)
    }
    return builder.graph
  }
}

/// The graphs of a training: a step with its updates, and the evaluation beside it.
public struct TrainingStep: Hashable, Sendable {
  /// Forward, loss, gradients and updates; outputs `output` and `loss`.
  public let step: Graph
  /// The first node of the backward pass in `step`.
  public let backwardStart: Int
  /// Forward and loss as the network answers; outputs `output` and `loss`.
  public let evaluation: Graph

  /// The name of the input that takes what the output should be.
  public static let targetName = "target"
  /// The name of the output that is made small.
  public static let lossName = "loss"
  /// The name of the input that the loss is multiplied by, where it is scaled.
  public static let lossScaleName = "loss/scale"
  /// The name of the output that is 1 where all gradients are finite, and else 0 and nothing is updated;
  /// where the loss is scaled.
  public static let finiteName = "gradients/finite"

  /// The share of the loss of an auxiliary head, an output that the model has in training alone.
  ///
  /// C. Szegedy et al., arXiv:1409.4842, section 5.
  public static let auxiliaryShare: Float = 0.3

  /// Joins a model, a loss and an optimiser.
  ///
  /// - Parameter scalesLoss: Whether gradients are of the loss times the input `loss/scale`, and divided
  ///   by it before the update, which is left out where one of them is not finite.
  /// - Throws: `GraphError` where the loss does not take the model's output.
  public init(
    _ model: Model, loss: Loss, optimizer: Optimizer, scalesLoss: Bool = false
  ) throws(GraphError) {
    evaluation = try loss.append(to: model.inference)
    let heads = model.training.outputs.map(\.key).filter { model.inference.outputs[$0] == nil }
    var builder = try GraphBuilder(extending: try loss.append(to: model.training, heads: heads))
    let scale =
      scalesLoss ? try builder.input(Self.lossScaleName, .scalar) as Value? : nil
    let source = scale == nil ? Self.lossName : Self.scaledLossName
    if let scale {
      let loss = try builder.graph.output(named: Self.lossName)
      let scaled = try builder.apply(Binary(.multiply), loss, scale, path: source)
      try builder.output(source, scaled)
    }
    backwardStart = builder.graph.nodes.count
    let parameters = builder.graph.variables.filter { $0.role == .parameter }
    builder = try GraphBuilder(
      extending: differentiate(
        builder.graph, loss: source, withRespectTo: parameters.map(\.name)))
    var gradients: [(parameter: Variable, gradient: Value)] = []
    for parameter in parameters {
      // A gradient is needed until its update alone, not as a result of the step.
      let name = Graph.gradientName(of: parameter.name)
      gradients.append((parameter, try builder.removeOutput(name)))
    }
    var isFinite: Value?
    if let scale {
      _ = try builder.removeOutput(source)
      let finite = try builder.append(
        AllFinite(), gradients.map(\.gradient), path: Self.finiteName)[0]
      try builder.output(Self.finiteName, finite)
      for index in gradients.indices {
        let (parameter, gradient) = gradients[index]
        gradients[index].gradient = try builder.apply(
          Binary(.divide), gradient, scale, path: parameter.name)
      }
      isFinite = finite
    }
    try optimizer.appendUpdates(of: gradients, where: isFinite, to: &builder)
    step = builder.graph
  }

  private static let scaledLossName = "loss/scaled"
}
