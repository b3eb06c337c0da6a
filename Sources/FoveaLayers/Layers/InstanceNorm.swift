public import FoveaGraph

/// Normalises each channel of each signal by itself: `[N, C, L]`.
///
/// Parameters, where `affine`, are `weight` and `bias` `[C]`; there are no running statistics.
///
/// - SeeAlso: D. Ulyanov, A. Vedaldi, V. Lempitsky, arXiv:1607.08022.
public struct InstanceNorm1d: Layer {
  /// Added to the variance.
  public let epsilon: Float
  /// Whether there are weight and bias.
  public let affine: Bool

  /// Makes a layer; the defaults are PyTorch's.
  public init(epsilon: Float = 1e-5, affine: Bool = false) {
    self.epsilon = epsilon
    self.affine = affine
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try normaliseInstances(input, "InstanceNorm1d", rank: 3, epsilon: epsilon, affine: affine)
  }
}

/// Normalises each channel of each image by itself: `[N, C, H, W]`.
///
/// Parameters, where `affine`, are `weight` and `bias` `[C]`; there are no running statistics.
///
/// - SeeAlso: D. Ulyanov, A. Vedaldi, V. Lempitsky, arXiv:1607.08022.
public struct InstanceNorm2d: Layer {
  /// Added to the variance.
  public let epsilon: Float
  /// Whether there are weight and bias.
  public let affine: Bool

  /// Makes a layer; the defaults are PyTorch's.
  public init(epsilon: Float = 1e-5, affine: Bool = false) {
    self.epsilon = epsilon
    self.affine = affine
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try normaliseInstances(input, "InstanceNorm2d", rank: 4, epsilon: epsilon, affine: affine)
  }
}

/// Normalises each channel of each volume by itself: `[N, C, D, H, W]`.
///
/// Parameters, where `affine`, are `weight` and `bias` `[C]`; there are no running statistics.
///
/// - SeeAlso: D. Ulyanov, A. Vedaldi, V. Lempitsky, arXiv:1607.08022.
public struct InstanceNorm3d: Layer {
  /// Added to the variance.
  public let epsilon: Float
  /// Whether there are weight and bias.
  public let affine: Bool

  /// Makes a layer; the defaults are PyTorch's.
  public init(epsilon: Float = 1e-5, affine: Bool = false) {
    self.epsilon = epsilon
    self.affine = affine
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try normaliseInstances(input, "InstanceNorm3d", rank: 5, epsilon: epsilon, affine: affine)
  }
}

/// Group normalisation with a group for each channel.
private func normaliseInstances(
  _ input: SymbolicTensor, _ name: String, rank: Int, epsilon: Float, affine: Bool
) throws(GraphError) -> SymbolicTensor {
  let (path, shape) = (input.tracer.path, input.shape)
  guard shape.rank == rank else {
    throw .operation(path: path, .rank(name, expected: rank, actual: shape))
  }
  let values = shape.dimensions.dropFirst(2).reduce(1, *)
  guard values != 1 else {
    throw .operation(
      path: path,
      .setting(
        name, name: "places of a channel", value: "1", allowed: "2 or more: a larger input"))
  }
  return try GroupNorm(groups: shape[1], epsilon: epsilon, affine: affine).forward(input)
}
