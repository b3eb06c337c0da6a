public import FoveaTensors

/// A step of stochastic gradient descent, in PyTorch's form.
///
/// With `g' = g + weightDecay · w`: `v ← momentum · v + g'`, then `w ← w − lr · v`, or with Nesterov
/// `w ← w − lr · (g' + momentum · v)`.
///
/// Inputs: weight, gradient, velocity, and the settings `[learning rate, momentum]` of shape `[2]`.
/// Results: new weight, new velocity.
///
/// - SeeAlso: I. Sutskever et al., ICML 2013.
public struct SGDUpdate: Operation {
  public static let typeName = "SGDUpdate"
  /// The share of the weight that is added to its gradient.
  public let weightDecay: Float
  /// Whether the gradient is looked up one momentum step ahead.
  public let nesterov: Bool

  /// Makes the operation.
  public init(weightDecay: Float, nesterov: Bool) {
    self.weightDecay = weightDecay
    self.nesterov = nesterov
  }

  /// How many settings a step reads.
  public static let settingCount = 2

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectUpdate(inputs, states: 1, settings: Self.settingCount)
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 4 * outputs[0].elementCount)
  }
}

/// A step of Adam or AdamW, in PyTorch's form.
///
/// Adam adds `weightDecay · w` to the gradient; AdamW shrinks the weight by `lr · weightDecay`
/// instead (`decoupled`). Then `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²` and
/// `w ← w − lr · (m / c₁) / (√(v / c₂) + epsilon)`, where `c` are the bias corrections.
///
/// Inputs: weight, gradient, first and second moment, and the settings `[lr, β₁, c₁, c₂]` of shape
/// `[4]`. Results: new weight, new moments.
///
/// - SeeAlso: D. Kingma and J. Ba, arXiv:1412.6980; I. Loshchilov and F. Hutter, arXiv:1711.05101.
public struct AdamUpdate: Operation {
  public static let typeName = "AdamUpdate"
  /// The share of the old second moment that is kept.
  public let beta2: Float
  /// Added to the root of the second moment.
  public let epsilon: Float
  /// How much weights shrink.
  public let weightDecay: Float
  /// Whether weights shrink by themselves (AdamW) or through the gradient (Adam).
  public let decoupled: Bool

  /// Makes the operation.
  public init(beta2: Float, epsilon: Float, weightDecay: Float, decoupled: Bool) {
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.decoupled = decoupled
  }

  /// How many settings a step reads.
  public static let settingCount = 4

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectUpdate(inputs, states: 2, settings: Self.settingCount)
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 10 * outputs[0].elementCount)
  }
}

extension Operation {
  /// Checks weight, gradient, states and settings, and returns the shapes of weight and states.
  func expectUpdate(_ inputs: [Shape], states: Int, settings: Int)
    throws(OperationError) -> [Shape]
  {
    try expectInputs(states + 3...states + 3, inputs)
    for (index, shape) in inputs.dropLast().enumerated() where shape != inputs[0] {
      throw .shape(name, input: "input \(index)", expected: inputs[0], actual: shape)
    }
    guard inputs[states + 2] == [settings] else {
      throw .shape(
        name, input: "the settings", expected: [settings], actual: inputs[states + 2])
    }
    return Array(repeating: inputs[0], count: states + 1)
  }
}
