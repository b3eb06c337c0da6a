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
  public init(
    channels: Int, expandedChannels: Int, kernel: Int = 3, stride: Int = 1, dilation: Int = 1,
    gate: (any Layer)? = nil, activation: any Layer = SiLU(),
    normalization: FoveaLayers.BatchNorm2d = BatchNorm2d()
  ) {
    self.channels = channels
    self.expandedChannels = expandedChannels
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.gate = gate
    self.activation = activation
    self.normalization = normalization
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let inputChannels = try input.channels
    let learnt = try branch(inputChannels: inputChannels).named("block")(input)
    return stride == 1 && inputChannels == channels ? try input + learnt : learnt
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
