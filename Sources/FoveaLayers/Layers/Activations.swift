public import FoveaGraph

/// Each element where it is above 0, and a part of it elsewhere.
///
/// - SeeAlso: A. Maas, A. Hannun, A. Ng, *Rectifier Nonlinearities Improve Neural Network Acoustic
///   Models*, ICML 2013.
public struct LeakyReLU: Layer {
  /// What elements of 0 and less are multiplied by; finite.
  public let negativeSlope: Float

  /// Makes a layer.
  public init(negativeSlope: Float = 0.01) { self.negativeSlope = negativeSlope }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try leakyReLU(input, negativeSlope: negativeSlope)
  }
}

/// Each element, held between two bounds.
public struct Hardtanh: Layer {
  /// The least result; finite.
  public let minimum: Float
  /// The largest result; finite and above `minimum`.
  public let maximum: Float

  /// Makes a layer.
  public init(minimum: Float = -1, maximum: Float = 1) {
    self.minimum = minimum
    self.maximum = maximum
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try hardtanh(input, minimum: minimum, maximum: maximum)
  }
}

/// Each element, held to 0 … 6: `Hardtanh` with these bounds.
///
/// - SeeAlso: M. Sandler et al., arXiv:1801.04381.
public struct ReLU6: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try relu6(input)
  }
}

/// The logistic function of each element, `1 / (1 + e⁻ˣ)`, in 0…1.
public struct Sigmoid: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try sigmoid(input)
  }
}

/// Each element times its logistic function, `x · σ(x)`; also called swish.
///
/// - SeeAlso: S. Elfwing, E. Uchibe, K. Doya, arXiv:1702.03118.
public struct SiLU: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try silu(input)
  }
}

/// A line in place of the logistic function of each element: `x / 6 + 1/2`, held to 0…1.
public struct Hardsigmoid: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try hardsigmoid(input)
  }
}

/// Each element times its hard sigmoid.
///
/// - SeeAlso: A. Howard et al., arXiv:1905.02244.
public struct Hardswish: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try hardswish(input)
  }
}
