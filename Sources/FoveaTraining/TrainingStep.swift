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
  func append(to graph: Graph) throws(GraphError) -> Graph {
    var builder = try GraphBuilder(extending: graph)
    let logits = try graph.output(named: Model.outputName)
    let shape = builder.shape(of: logits)
    switch self {
    case .crossEntropy(let labelSmoothing):
      let targetShape = Shape([shape.dimensions.first ?? 1] + shape.dimensions.dropFirst(2))
      let target = try builder.input(TrainingStep.targetName, targetShape, .int32)
      let loss = try builder.apply(
        CrossEntropy(labelSmoothing: labelSmoothing), logits, target, path: TrainingStep.lossName)
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

  /// Joins a model, a loss and an optimiser.
  ///
  /// - Throws: `GraphError` where the loss does not take the model's output.
  public init(_ model: Model, loss: Loss, optimizer: Optimizer) throws(GraphError) {
    evaluation = try loss.append(to: model.inference)
    let forward = try loss.append(to: model.training)
    backwardStart = forward.nodes.count
    let parameters = forward.variables.filter { $0.role == .parameter }
    let differentiated = try differentiate(
      forward, loss: Self.lossName, withRespectTo: parameters.map(\.name))
    var builder = try GraphBuilder(extending: differentiated)
    var gradients: [(parameter: Variable, gradient: Value)] = []
    for parameter in parameters {
      // A gradient is needed until its update alone, not as a result of the step.
      let name = Graph.gradientName(of: parameter.name)
      gradients.append((parameter, try builder.removeOutput(name)))
    }
    try optimizer.appendUpdates(of: gradients, to: &builder)
    step = builder.graph
  }
}
