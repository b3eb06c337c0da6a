public import FoveaGraph

/// A convolution whose filters have mean 0 and variance 1: weight standardisation.
///
/// `weight' = (weight − mean) / √(variance + epsilon)` over each filter, with the biased variance, as timm's
/// `StdConv2d`. Parameters are those of `Conv2d`; `Graph.separatingWeights()` has plain ones made of them.
///
/// - SeeAlso: S. Qiao et al., arXiv:1903.10520.
public struct StdConv2d: Layer {
  private let convolution: Conv2d
  /// Added to the variance.
  public let epsilon: Float

  /// Makes a convolution with the input channels inferred; the defaults are timm's.
  public init(
    _ outChannels: Int, kernel: Extent2d, stride: Extent2d = 1, padding: Padding = 0,
    dilation: Extent2d = 1, groups: Int = 1, bias: Bool = false, epsilon: Float = 1e-6,
    weightInitializer: Initializer = .pytorchDefault
  ) {
    convolution = Conv2d(
      outChannels, kernel: kernel, stride: stride, padding: padding, dilation: dilation,
      groups: groups, bias: bias, weightInitializer: weightInitializer)
    self.epsilon = epsilon
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try convolution.weightStandardised(epsilon: epsilon).forward(input)
  }
}
