public import FoveaGraph
public import FoveaLayers

/// Widens the channels, convolves each by itself, and narrows them again without an activation:
/// `[N, C, H, W] → [N, channels, H / stride, W / stride]`.
///
/// The block of MobileNetV3 and EfficientNet, with torchvision's weight names (`block.0.0`, …). There is a
/// shortcut past it where input and output have the same shape.
///
/// - SeeAlso: M. Sandler et al., arXiv:1801.04381; A. Howard et al., arXiv:1905.02244.
public struct MBConv: Layer {
  /// The channels that go out.
  public let channels: Int
  /// The channels inside; where the input has as many, nothing is widened.
  public let expandedChannels: Int
  /// The extent of the depthwise convolution.
  public let kernel: Int
  /// What height and width are divided by.
  public let stride: Int
  /// The distance of the depthwise convolution's taps.
  public let dilation: Int
  /// What weighs the wide channels, such as squeeze-and-excitation; may be none.
  public let gate: (any Layer)?
  /// What follows the first convolutions' normalisation.
  public let activation: any Layer
  /// What follows each convolution.
  public let normalization: FoveaLayers.BatchNorm2d
  /// Whether the input is added where the shape stays.
  public let hasShortcut: Bool
  /// The probability that training leaves the block out for an image, where it has a shortcut.
  public let stochasticDepth: Float

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - expandedChannels: The channels inside.
  ///   - kernel: The extent of the depthwise convolution; odd.
  ///   - stride: What height and width are divided by.
  ///   - dilation: The distance of the depthwise convolution's taps.
  ///   - gate: What weighs the wide channels, such as squeeze-and-excitation.
  ///   - activation: What follows the first convolutions' normalisation.
  ///   - normalization: What follows each convolution.
  ///   - hasShortcut: Whether the input is added where the shape stays.
  ///   - stochasticDepth: The probability that training leaves the block out for an image (arXiv:1603.09382).
  public init(
    channels: Int, expandedChannels: Int, kernel: Int = 3, stride: Int = 1, dilation: Int = 1,
    gate: (any Layer)? = nil, activation: any Layer = SiLU(),
    normalization: FoveaLayers.BatchNorm2d = BatchNorm2d(), hasShortcut: Bool = true,
    stochasticDepth: Float = 0
  ) {
    self.channels = channels
    self.expandedChannels = expandedChannels
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.gate = gate
    self.activation = activation
    self.normalization = normalization
    self.hasShortcut = hasShortcut
    self.stochasticDepth = stochasticDepth
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let branch = branch(inputChannels: try input.channels).named("block")
    guard hasShortcut else { return try branch(input) }
    return try passing(
      input, by: branch, channels: channels, stride: stride, stochasticDepth: stochasticDepth)
  }

  /// The layers that the shortcut goes past.
  func branch(inputChannels: Int) -> Sequential {
    Sequential {
      if expandedChannels != inputChannels {
        ConvNormActivation(
          channels: expandedChannels, normalization: normalization, activation: activation)
      }
      ConvNormActivation(
        channels: expandedChannels, kernel: kernel, stride: stride, dilation: dilation,
        groups: expandedChannels, normalization: normalization, activation: activation)
      if let gate { [gate] }
      ConvNormActivation(channels: channels, normalization: normalization)
    }
  }
}

/// An `MBConv` whose first two convolutions are one: 3×3 over all channels.
///
/// Faster in a network's first stages, where channels are few and maps large. Weight names are torchvision's.
///
/// - SeeAlso: M. Tan and Q. Le, *EfficientNetV2*, arXiv:2104.00298.
public struct FusedMBConv: Layer {
  /// The channels that go out.
  public let channels: Int
  /// The channels inside; where the input has as many, one convolution is all.
  public let expandedChannels: Int
  /// The extent of the first convolution.
  public let kernel: Int
  /// What height and width are divided by.
  public let stride: Int
  /// What follows the first convolution's normalisation.
  public let activation: any Layer
  /// What follows each convolution.
  public let normalization: FoveaLayers.BatchNorm2d
  /// The probability that training leaves the block out for an image, where it has a shortcut.
  public let stochasticDepth: Float

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - expandedChannels: The channels inside.
  ///   - kernel: The extent of the first convolution; odd.
  ///   - stride: What height and width are divided by.
  ///   - activation: What follows the first convolution's normalisation.
  ///   - normalization: What follows each convolution.
  ///   - stochasticDepth: The probability that training leaves the block out for an image (arXiv:1603.09382).
  public init(
    channels: Int, expandedChannels: Int, kernel: Int = 3, stride: Int = 1,
    activation: any Layer = SiLU(), normalization: FoveaLayers.BatchNorm2d = BatchNorm2d(),
    stochasticDepth: Float = 0
  ) {
    self.channels = channels
    self.expandedChannels = expandedChannels
    self.kernel = kernel
    self.stride = stride
    self.activation = activation
    self.normalization = normalization
    self.stochasticDepth = stochasticDepth
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let isWider = try expandedChannels != input.channels
    let branch = Sequential {
      ConvNormActivation(
        channels: isWider ? expandedChannels : channels, kernel: kernel, stride: stride,
        normalization: normalization, activation: activation)
      if isWider { ConvNormActivation(channels: channels, normalization: normalization) }
    }
    return try passing(
      input, by: branch.named("block"), channels: channels, stride: stride,
      stochasticDepth: stochasticDepth)
  }
}

/// What a branch makes of the input, with the input added where the shape stays.
///
/// - Parameter stochasticDepth: The probability that training adds nothing to the input, for each image.
func passing(
  _ input: SymbolicTensor, by branch: some Layer, channels: Int, stride: Int,
  stochasticDepth: Float = 0
) throws(GraphError) -> SymbolicTensor {
  let inputChannels = try input.channels
  let learnt = try branch(input)
  guard stride == 1, inputChannels == channels else { return learnt }
  return try input + DropPath(stochasticDepth).named("stochastic_depth")(learnt)
}
