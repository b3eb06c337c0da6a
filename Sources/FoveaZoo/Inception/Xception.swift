public import FoveaGraph
public import FoveaLayers

/// A convolution of each channel by itself, then a 1×1 convolution across them; neither has a bias.
///
/// `[N, C, H, W] → [N, channels, H', W']`. For k×k windows it takes about k² times fewer multiply-adds than
/// a convolution of as many channels. Its layers are called `conv1` and `pointwise`.
///
/// - SeeAlso: F. Chollet, *Xception*, arXiv:1610.02357.
public struct SeparableConv2d: Layer {
  /// The channels that go out.
  public let channels: Int
  /// The window of the first convolution.
  public let kernel: Extent2d
  /// Pixels from one position to the next.
  public let stride: Extent2d
  /// Zeros around the image.
  public let padding: Padding

  /// Makes a block.
  ///
  /// - Parameter padding: Half the kernel where left out, which keeps the size at stride 1.
  public init(
    _ channels: Int, kernel: Extent2d = 3, stride: Extent2d = 1, padding: Padding? = nil
  ) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding ?? .symmetric(kernel.height / 2, kernel.width / 2)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let inputChannels = input.shape[1]
    return try Sequential {
      Conv2d(
        inputChannels, kernel: kernel, stride: stride, padding: padding, groups: inputChannels,
        bias: false, weightInitializer: .kaimingNormal(fan: .fanOut)
      ).named("conv1")
      Conv2d(channels, kernel: 1, bias: false, weightInitializer: .kaimingNormal(fan: .fanOut))
        .named("pointwise")
    }.forward(input)
  }
}

/// Separable convolutions with batch normalisation, and a shortcut past them.
private struct XceptionBlock: Layer {
  /// The channels behind each convolution.
  let channels: [Int]
  /// Whether max-pooling halves the size at the end, and a 1×1 convolution projects the shortcut.
  var isStrided = false
  var startsWithReLU = true

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let branch = Sequential {
      for (index, channels) in channels.enumerated() {
        if index > 0 || startsWithReLU { ReLU() }
        SeparableConv2d(channels)
        BatchNorm2d()
      }
      if isStrided { MaxPool2d(kernel: 3, stride: 2, padding: 1) }
    }.named("rep")
    let learnt = try branch(input)
    guard isStrided, let last = channels.last else { return try learnt + input }
    let projection = Sequential {
      Conv2d(
        last, kernel: 1, stride: 2, bias: false, weightInitializer: .kaimingNormal(fan: .fanOut)
      )
      .named("skip")
      BatchNorm2d().named("skipbn")
    }
    return try learnt + projection.forward(input)
  }
}

extension ZooModel {
  /// Xception as timm has it, where it is called `legacy_xception`.
  public static let xception = ZooModel(
    name: "xception",
    summary: "34 separable convolutions and two plain ones, for 299×299 images",
    source: "F. Chollet, arXiv:1610.02357; names of timm's legacy_xception",
    defaultInput: [3, 299, 299], defaultClasses: 1000, parameterCount: 22_855_952
  ) { classes in
    Sequential {
      for (index, (channels, stride)) in [(32, 2), (64, 1)].enumerated() {
        Conv2d(
          channels, kernel: 3, stride: Extent2d(stride), bias: false,
          weightInitializer: .kaimingNormal(fan: .fanOut)
        ).named("conv\(index + 1)")
        BatchNorm2d().named("bn\(index + 1)")
        ReLU().named("act\(index + 1)")
      }
      XceptionBlock(channels: [128, 128], isStrided: true, startsWithReLU: false).named("block1")
      XceptionBlock(channels: [256, 256], isStrided: true).named("block2")
      XceptionBlock(channels: [728, 728], isStrided: true).named("block3")
      for number in 4...11 { XceptionBlock(channels: [728, 728, 728]).named("block\(number)") }
      XceptionBlock(channels: [728, 1024], isStrided: true).named("block12")
      for (number, channels) in [(3, 1536), (4, 2048)] {
        SeparableConv2d(channels).named("conv\(number)")
        BatchNorm2d().named("bn\(number)")
        ReLU().named("act\(number)")
      }
      GlobalAvgPool2d().named("global_pool")
      Flatten()
      Linear(classes).named("fc")
    }
  }
}
