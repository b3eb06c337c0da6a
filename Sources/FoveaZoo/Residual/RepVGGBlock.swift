public import FoveaGraph
public import FoveaLayers

/// A 3×3 convolution that is trained as three branches: `[N, C, H, W] → [N, channels, H / stride, W / stride]`.
///
/// In training a 3×3 convolution, a 1×1 convolution and, where the shape stays, the input itself are each batch
/// normalised and added up, and ReLU follows. All three are linear, so that one 3×3 convolution does the same in
/// inference: `Weights.reparameterizingRepVGG(epsilon:)` makes its weights. Weights have the names of the paper's code:
/// `rbr_dense`, `rbr_1x1`, `rbr_identity`, and `rbr_reparam` for the one.
///
/// - SeeAlso: X. Ding et al., *RepVGG: Making VGG-style ConvNets Great Again*, arXiv:2101.03697.
public struct RepVGGBlock: Layer {
  /// The channels that go out.
  public let channels: Int
  /// What height and width are divided by.
  public let stride: Int
  /// Groups of both convolutions.
  public let groups: Int
  /// Added to the variance by each normalisation.
  public let epsilon: Float
  /// Whether this is the one convolution in place of the branches.
  public let isReparameterized: Bool

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - stride: What height and width are divided by.
  ///   - groups: Groups of both convolutions.
  ///   - epsilon: Added to the variance by each normalisation.
  ///   - isReparameterized: Whether to make the one convolution in place of the branches.
  public init(
    channels: Int, stride: Int = 1, groups: Int = 1, epsilon: Float = 1e-5,
    isReparameterized: Bool = false
  ) {
    self.channels = channels
    self.stride = stride
    self.groups = groups
    self.epsilon = epsilon
    self.isReparameterized = isReparameterized
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let activation = ReLU().named("nonlinearity")
    if isReparameterized {
      let convolution = Conv2d(
        channels, kernel: 3, stride: Extent2d(stride), padding: 1, groups: groups)
      return try activation(convolution.named("rbr_reparam")(input))
    }
    let inputChannels = try input.channels
    let sum =
      try branch(kernel: 3).named("rbr_dense")(input)
      + branch(kernel: 1).named("rbr_1x1")(input)
    guard stride == 1, inputChannels == channels else { return try activation(sum) }
    let identity = BatchNorm2d(epsilon: epsilon).named("rbr_identity")
    return try activation(sum + identity(input))
  }

  private func branch(kernel: Int) -> Sequential {
    Sequential {
      convolution(channels, kernel: kernel, stride: stride, groups: groups).named("conv")
      BatchNorm2d(epsilon: epsilon).named("bn")
    }
  }
}
