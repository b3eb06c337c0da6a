import FoveaLayers

/// A convolution that keeps the size but for its stride, batch normalisation, and an activation.
struct ConvNormActivation: CompositeLayer {
  let channels: Int
  var kernel = 1
  var stride = 1
  var dilation = 1
  var groups = 1
  var normalization = BatchNorm2d()
  /// None where a block ends without one.
  var activation: (any Layer)?

  var body: some Layer {
    Conv2d(
      channels, kernel: Extent2d(kernel), stride: Extent2d(stride),
      padding: .all(dilation * (kernel / 2)), dilation: Extent2d(dilation), groups: groups,
      bias: false, weightInitializer: .kaimingNormal(fan: .fanOut))
    normalization
    if let activation { [activation] }
  }
}
