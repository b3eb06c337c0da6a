public import FoveaTensors

/// A step of RMSprop, in PyTorch's form.
///
/// With `g' = g + weightDecay · w`: `v ← alpha · v + (1 − alpha) g'²`, centred also
/// `a ← alpha · a + (1 − alpha) g'`; `b ← momentum · b + g' / (√v + epsilon)`, centred with `√(v − a²)`;
/// then `w ← w − lr · b`.
///
/// Inputs: weight, gradient, b, v, where centred a, and the settings `[learning rate, momentum]` of shape
/// `[2]`. Results: new weight, new b, new v and, where centred, new a.
///
/// - SeeAlso: T. Tieleman and G. Hinton, *Lecture 6.5: rmsprop*, Coursera 2012; A. Graves,
///   arXiv:1308.0850, section 4.2, for the centred form.
public struct RMSpropUpdate: Operation {
  public static let typeName = "RMSpropUpdate"
  /// The share of the old mean square that is kept.
  public let alpha: Float
  /// Added to the root of the mean square.
  public let epsilon: Float
  /// The share of the weight that is added to its gradient.
  public let weightDecay: Float
  /// Whether the square of the mean gradient is taken off the mean square.
  public let centered: Bool

  /// Makes the operation.
  public init(alpha: Float, epsilon: Float, weightDecay: Float, centered: Bool) {
    self.alpha = alpha
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.centered = centered
  }

  /// How many settings a step reads.
  public static let settingCount = 2

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectUpdate(inputs, states: centered ? 3 : 2, settings: Self.settingCount)
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 9 * outputs[0].elementCount)
  }
}

/// A step of Lion: `w ← w − lr · (sign(β₁ m + (1 − β₁) g) + weightDecay · w)`, then
/// `m ← β₂ m + (1 − β₂) g`.
///
/// Inputs: weight, gradient, m, and the settings `[learning rate, β₁]` of shape `[2]`. Results: new
/// weight, new m.
///
/// - SeeAlso: X. Chen et al., arXiv:2302.06675.
public struct LionUpdate: Operation {
  public static let typeName = "LionUpdate"
  /// The share of the old momentum that is kept.
  public let beta2: Float
  /// How much weights shrink, over the learning rate.
  public let weightDecay: Float

  /// Makes the operation.
  public init(beta2: Float, weightDecay: Float) {
    self.beta2 = beta2
    self.weightDecay = weightDecay
  }

  /// How many settings a step reads.
  public static let settingCount = 2

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectUpdate(inputs, states: 1, settings: Self.settingCount)
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 7 * outputs[0].elementCount)
  }
}

/// Where Adam would go with a learning rate of 1: `(m / c₁) / (√(v / c₂) + epsilon) + weightDecay · w`.
///
/// The moments are those of `AdamUpdate`. Inputs: weight, gradient, first and second moment, and the
/// settings `[lr, β₁, c₁, c₂]` of shape `[4]`, of which the rate is not read. Results: the direction, new
/// moments.
///
/// - SeeAlso: Y. You et al., arXiv:1904.00962, algorithm 2, which sets its length anew.
public struct AdamDirection: Operation {
  public static let typeName = "AdamDirection"
  /// The share of the old second moment that is kept.
  public let beta2: Float
  /// Added to the root of the second moment.
  public let epsilon: Float
  /// The share of the weight that is added to the direction.
  public let weightDecay: Float

  /// Makes the operation.
  public init(beta2: Float, epsilon: Float, weightDecay: Float) {
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectUpdate(inputs, states: 2, settings: AdamUpdate.settingCount)
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 10 * outputs[0].elementCount)
  }
}
