public import FoveaGraph
public import FoveaLayers

/// Atrous spatial pyramid pooling: a 1×1 convolution, 3×3 convolutions of several dilations, and the mean of the whole
/// map, side by side, then a 1×1 convolution over all of them.
///
/// `[N, C, H, W] → [N, channels, H, W]`. Weights have torchvision's names: `convs.0` … and `project`.
///
/// - SeeAlso: L.-C. Chen et al., *Rethinking Atrous Convolution for Semantic Image Segmentation* (2017),
///   arXiv:1706.05587.
public struct ASPP: Layer {
  /// The dilations of the 3×3 convolutions.
  public let rates: [Int]
  /// The channels of each branch, and of the result.
  public let channels: Int

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - rates: The dilations of the 3×3 convolutions: 6, 12, 18 for maps of a sixteenth of the image's size, and twice
  ///     as much for an eighth.
  ///   - channels: The channels of each branch, and of the result.
  public init(rates: [Int] = [12, 24, 36], channels: Int = 256) {
    self.rates = rates
    self.channels = channels
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    var branches = [
      try ConvNormActivation(channels: channels, activation: ReLU()).named("convs.0")(input)
    ]
    for (index, rate) in rates.enumerated() {
      let branch = Sequential {
        Conv2d(
          channels, kernel: 3, padding: .all(rate), dilation: Extent2d(rate), bias: false,
          weightInitializer: .kaimingNormal())
        BatchNorm2d()
        ReLU()
      }
      branches.append(try branch.named("convs.\(index + 1)")(input))
    }
    let mean = Sequential {
      GlobalAvgPool2d()
      ConvNormActivation(channels: channels, activation: ReLU()).inlined()
    }.named("convs.\(rates.count + 1)")
    branches.append(
      try interpolate(mean(input), size: input.extent(), mode: .bilinear))
    return try Sequential {
      ConvNormActivation(channels: channels, activation: ReLU()).inlined()
      Dropout()
    }.named("project")(concatenate(branches))
  }
}
