import Foundation
public import FoveaGraph
public import FoveaTensors

/// How weights follow their gradients.
public enum Optimizer: Hashable, Codable, Sendable {
  /// Stochastic gradient descent with momentum.
  case sgd(momentum: Double = 0.9, nesterov: Bool = false, weightDecay: Double = 0)
  /// Adam; weight decay goes through the gradient (L2).
  case adam(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0)
  /// Adam with weight decay of its own.
  case adamW(
    beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01)

  /// The name of the graph's input for what changes from step to step.
  public static let settingsName = "optimizer/settings"

  /// SGD's momentum, or Adam's β₁, where no schedule changes it.
  public var momentum: Double {
    switch self {
    case .sgd(let momentum, _, _): momentum
    case .adam(let beta1, _, _, _), .adamW(let beta1, _, _, _): beta1
    }
  }

  /// The names of the tensors that are remembered for each parameter.
  private var states: [String] {
    switch self {
    case .sgd: ["velocity"]
    case .adam, .adamW: ["mean", "variance"]
    }
  }

  /// What the updates read in step `step`, counted from 0.
  public func settings(_ settings: StepSettings, step: Int) -> Tensor {
    let (rate, momentum) = (settings.learningRate, settings.momentum)
    switch self {
    case .sgd: return Tensor([SGDUpdate.settingCount], [rate, momentum])
    case .adam(_, let beta2, _, _), .adamW(_, let beta2, _, _):
      let corrections = [Double(momentum), beta2].map { Float(1 - pow($0, Double(step + 1))) }
      return Tensor([AdamUpdate.settingCount], [rate, momentum] + corrections)
    }
  }

  private var settingCount: Int {
    switch self {
    case .sgd: SGDUpdate.settingCount
    case .adam, .adamW: AdamUpdate.settingCount
    }
  }

  /// Appends an update of each parameter by its gradient, with the optimiser's state as variables.
  ///
  /// Weight decay leaves out biases and normalisation weights, that is, vectors.
  ///
  /// - Parameters:
  ///   - gradients: The gradient of each parameter, by the parameter's name.
  ///   - condition: A scalar that leaves everything as it is where it is 0.
  public func appendUpdates(
    of gradients: [(parameter: Variable, gradient: Value)], where condition: Value? = nil,
    to builder: inout GraphBuilder
  ) throws(GraphError) {
    let settings = try builder.input(Self.settingsName, [settingCount])
    for (parameter, gradient) in gradients {
      guard let weight = builder.graph.source(named: parameter.name) else { continue }
      var memory: [(name: String, value: Value)] = []
      for state in states {
        let name = "optimizer/\(state)/\(parameter.name)"
        memory.append(
          (name, try builder.variable(name, parameter.shape, role: .optimizerState)))
      }
      let results = try appendUpdate(
        [weight, gradient] + memory.map(\.value) + [settings], decays: parameter.shape.rank > 1,
        path: parameter.name, to: &builder)
      let written = [(name: parameter.name, value: weight)] + memory
      for (variable, result) in zip(written, results) {
        let new =
          if let condition {
            try builder.apply(Select(), condition, result, variable.value, path: parameter.name)
          } else { result }
        try builder.update(variable.name, with: new)
      }
    }
  }

  private func appendUpdate(
    _ inputs: [Value], decays: Bool, path: String, to builder: inout GraphBuilder
  ) throws(GraphError) -> [Value] {
    switch self {
    case .sgd(_, let nesterov, let weightDecay):
      let update = SGDUpdate(weightDecay: decays ? Float(weightDecay) : 0, nesterov: nesterov)
      return try builder.append(update, inputs, path: path)
    case .adam(_, let beta2, let epsilon, let weightDecay):
      let update = AdamUpdate(
        beta2: Float(beta2), epsilon: Float(epsilon), weightDecay: decays ? Float(weightDecay) : 0,
        decoupled: false)
      return try builder.append(update, inputs, path: path)
    case .adamW(_, let beta2, let epsilon, let weightDecay):
      let update = AdamUpdate(
        beta2: Float(beta2), epsilon: Float(epsilon), weightDecay: decays ? Float(weightDecay) : 0,
        decoupled: true)
      return try builder.append(update, inputs, path: path)
    }
  }
}
