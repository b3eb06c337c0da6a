public import FoveaGraph
public import FoveaLayers

/// Two 3×3 convolutions with a shortcut past them: `[N, C, H, W] → [N, channels, H / stride, W / stride]`.
///
/// The shortcut is the input itself, or a 1×1 convolution where the shape changes. Weights have
/// torchvision's names: `conv1`, `bn1`, `conv2`, `bn2`, `downsample`.
///
/// - SeeAlso: K. He et al., arXiv:1512.03385.
public struct BasicBlock: Layer {
  /// The channels that go out.
  public let channels: Int
  /// What height and width are divided by.
  public let stride: Int
  /// The distance of taps in the first convolution and in the second.
  public let dilation: (first: Int, second: Int)
  /// What all blocks of the network have in common.
  public let options: ResidualOptions

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - stride: What height and width are divided by.
  ///   - dilation: The distance of taps.
  ///   - firstDilation: The same in the first convolution, where it differs.
  ///   - options: What all blocks of the network have in common; groups and their width are a bottleneck's alone.
  public init(
    channels: Int, stride: Int = 1, dilation: Int = 1, firstDilation: Int? = nil,
    options: ResidualOptions = ResidualOptions()
  ) {
    self.channels = channels
    self.stride = stride
    self.dilation = (firstDilation ?? dilation, dilation)
    self.options = options
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let sum = Residual(
      shortcut: projection(
        from: input, to: channels, stride: stride, dilation: dilation.second, options)
    ) {
      convolution(channels, kernel: 3, stride: stride, dilation: dilation.first).named("conv1")
      options.normalization().named("bn1")
      ReLU().named("relu1")
      convolution(channels, kernel: 3, dilation: dilation.second).named("conv2")
      options.normalization().named("bn2")
      if let gate = options.gate { gate(channels).named("se") }
    }
    return try ReLU().named("relu")(sum.forward(input))
  }
}

/// A 3×3 convolution between 1×1 convolutions that narrow and widen, with a shortcut past them:
/// `[N, C, H, W] → [N, 4 · channels, H / stride, W / stride]`.
///
/// The shortcut is the input itself, or a 1×1 convolution where the shape changes. Weights have
/// torchvision's names: `conv1`, `bn1`, … `conv3`, `bn3`, `downsample`.
///
/// - SeeAlso: K. He et al., arXiv:1512.03385; with groups S. Xie et al., arXiv:1611.05431; wide
///   S. Zagoruyko and N. Komodakis, arXiv:1605.07146.
public struct BottleneckBlock: Layer {
  /// The channels inside, before groups and their width change that; four times as many go out.
  public let channels: Int
  /// What height and width are divided by.
  public let stride: Int
  /// The distance of taps in the 3×3 convolution.
  public let dilation: Int
  /// What all blocks of the network have in common.
  public let options: ResidualOptions
  /// Whether a later block of the stage has a larger dilation, which the averaging of variant D follows.
  private let stageDilation: Int

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: A quarter of the channels that go out.
  ///   - stride: What height and width are divided by.
  ///   - dilation: The distance of taps in the 3×3 convolution.
  ///   - firstDilation: The same where this is the first block of a stage that stopped to stride.
  ///   - options: What all blocks of the network have in common.
  public init(
    channels: Int, stride: Int = 1, dilation: Int = 1, firstDilation: Int? = nil,
    options: ResidualOptions = ResidualOptions()
  ) {
    self.channels = channels
    self.stride = stride
    self.dilation = firstDilation ?? dilation
    self.options = options
    stageDilation = dilation
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let width = channels * options.widthPerGroup / 64 * options.groups
    let stridesFirst = options.variant == .v1
    let sum = Residual(
      shortcut: projection(
        from: input, to: 4 * channels, stride: stride, dilation: stageDilation, options)
    ) {
      convolution(width, kernel: 1, stride: stridesFirst ? stride : 1).named("conv1")
      options.normalization().named("bn1")
      ReLU().named("relu1")
      convolution(
        width, kernel: 3, stride: stridesFirst ? 1 : stride, dilation: dilation,
        groups: options.groups
      ).named("conv2")
      options.normalization().named("bn2")
      ReLU().named("relu2")
      convolution(4 * channels, kernel: 1).named("conv3")
      options.normalization().named("bn3")
      if let gate = options.gate { gate(4 * channels).named("se") }
    }
    return try ReLU().named("relu")(sum.forward(input))
  }
}

/// A convolution without bias that keeps the size but for its stride.
func convolution(
  _ channels: Int, kernel: Int, stride: Int = 1, dilation: Int = 1, groups: Int = 1
) -> FoveaLayers.Conv2d {
  Conv2d(
    channels, kernel: Extent2d(kernel), stride: Extent2d(stride),
    padding: .all(dilation * (kernel / 2)), dilation: Extent2d(dilation), groups: groups,
    bias: false, weightInitializer: .kaimingNormal(fan: .fanOut))
}

/// The shortcut of a block that changes the shape; none where it stays.
private func projection(
  from input: SymbolicTensor, to channels: Int, stride: Int, dilation: Int,
  _ options: ResidualOptions
) -> Sequential? {
  guard stride != 1 || input.shape.rank != 4 || input.shape[1] != channels else { return nil }
  guard options.variant == .d else {
    return Sequential {
      convolution(channels, kernel: 1, stride: stride)
      options.normalization()
    }
  }
  // The places that timm gives the layers, and its averaging where a dilation stands for the stride.
  return Sequential {
    if dilation > 1 {
      AvgPool2d(kernel: 2, stride: 1, padding: .sides(top: 0, left: 0, bottom: 1, right: 1))
    } else if stride != 1 {
      AvgPool2d(kernel: 2, stride: Extent2d(stride), ceilMode: true, countIncludePad: false)
    } else {
      Identity()
    }
    convolution(channels, kernel: 1)
    options.normalization()
  }
}
