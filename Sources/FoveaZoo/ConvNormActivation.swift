import FoveaLayers

/// A convolution that keeps the size but for its stride, batch normalisation, and an activation.
struct ConvNormActivation: CompositeLayer {
  let channels: Int
  var kernel = 1
  var stride = 1
  var groups = 1
  /// None where a block ends without one.
  var activation: (any Layer)?

  var body: some Layer {
    Conv2d(
      channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
      groups: groups, bias: false, weightInitializer: .kaimingNormal(fan: .fanOut))
    BatchNorm2d()
    if let activation { [activation] }
  }
}
