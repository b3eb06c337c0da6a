public import FoveaGraph

/// Each element times the probability that a standard normal number is at most it.
///
/// - SeeAlso: D. Hendrycks and K. Gimpel, arXiv:1606.08415.
public struct GELU: Layer {
  /// How the probability is computed: by the error function, or by a hyperbolic tangent.
  public let approximate: FoveaGraph.GELU.Approximation

  /// Makes a layer.
  public init(approximate: FoveaGraph.GELU.Approximation = .none) {
    self.approximate = approximate
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try gelu(input, approximate: approximate)
  }
}

/// Each element where it is above 0, and `alpha · (eˣ − 1)` elsewhere.
///
/// - SeeAlso: D. Clevert, T. Unterthiner, S. Hochreiter, arXiv:1511.07289.
public struct ELU: Layer {
  /// What the result tends to, negated, far below 0; finite, 0 or more.
  public let alpha: Float

  /// Makes a layer.
  public init(alpha: Float = 1) { self.alpha = alpha }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try elu(input, alpha: alpha)
  }
}

/// An ELU with the numbers with which activations keep mean 0 and variance 1 from layer to layer.
///
/// - SeeAlso: G. Klambauer et al., arXiv:1706.02515.
public struct SELU: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try selu(input)
  }
}

/// Each element where it is above 0, and a learnt part of it elsewhere.
///
/// The parameter is `weight`, `[C]`, or `[1]` where all channels share one slope.
///
/// - SeeAlso: K. He et al., arXiv:1502.01852.
public struct PReLU: Layer {
  /// Whether each channel has a slope of its own.
  public let perChannel: Bool
  /// What the slopes start from.
  public let initialSlope: Float

  /// Makes a layer; the defaults are PyTorch's.
  public init(perChannel: Bool = false, initialSlope: Float = 0.25) {
    self.perChannel = perChannel
    self.initialSlope = initialSlope
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let shape = input.shape
    guard shape.rank > 1 else {
      throw .operation(path: tracer.path, .rank("PReLU", expected: 2, actual: shape))
    }
    let slope = try tracer.parameter(
      "weight", [perChannel ? shape[1] : 1], .constant(initialSlope))
    return try prelu(input, slope: slope)
  }
}

/// A smooth ReLU: `log(1 + e^(beta · x)) / beta`.
public struct Softplus: Layer {
  /// How sharp the bend at 0 is; finite and above 0.
  public let beta: Float
  /// Where `beta · x` is above this, the result is `x`.
  public let threshold: Float

  /// Makes a layer.
  public init(beta: Float = 1, threshold: Float = 20) {
    self.beta = beta
    self.threshold = threshold
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try softplus(input, beta: beta, threshold: threshold)
  }
}

/// Each element times the hyperbolic tangent of its softplus.
///
/// - SeeAlso: D. Misra, arXiv:1908.08681.
public struct Mish: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try mish(input)
  }
}
