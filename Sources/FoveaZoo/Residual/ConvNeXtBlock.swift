public import FoveaGraph
public import FoveaLayers

/// The block of ConvNeXt: `[N, C, H, W] → [N, C, H, W]`.
///
/// A depthwise 7×7 convolution, layer normalisation, and two dense layers along the channels with GELU between
/// them; what comes of it is scaled for each channel and added to the input. Weights have torchvision's names:
/// `block.0`, `block.2`, `block.3`, `block.5`, `layer_scale`.
///
/// - SeeAlso: Z. Liu et al., *A ConvNet for the 2020s*, arXiv:2201.03545.
public struct ConvNeXtBlock: Layer {
  /// The extent of the depthwise convolution; odd.
  public let kernel: Int
  /// How many times as wide as the input the block is inside.
  public let expansion: Int
  /// What the scale of each channel starts from.
  public let layerScale: Float
  /// The probability that training leaves the block out for an image.
  public let stochasticDepth: Float

  /// Makes a block; the defaults are the paper's, but for `stochasticDepth`, which depends on the network.
  public init(
    kernel: Int = 7, expansion: Int = 4, layerScale: Float = 1e-6, stochasticDepth: Float = 0
  ) {
    self.kernel = kernel
    self.expansion = expansion
    self.layerScale = layerScale
    self.stochasticDepth = stochasticDepth
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let channels = try input.channels
    // The places that torchvision gives the layers; 1 and 6 move its channels to the end and back.
    let branch = Sequential {
      Conv2d(
        channels, kernel: Extent2d(kernel), padding: .all(kernel / 2), groups: channels,
        weightInitializer: .normal(deviation: 0.02)
      ).named("0")
      LayerNorm2d().named("2")
      channelLinear(expansion * channels).named("3")
      GELU().named("4")
      channelLinear(channels).named("5")
    }
    let learnt = try branch.named("block")(input)
    let scale = try input.tracer.parameter(
      "layer_scale", [channels, 1, 1], .constant(layerScale))
    let dropped = try DropPath(stochasticDepth).named("stochastic_depth")(learnt * scale)
    return try input + dropped
  }
}

/// A dense layer along the channels: a 1×1 convolution whose weight is learnt in the shape of a dense layer's.
private func channelLinear(_ features: Int) -> some Layer {
  Conv2d(features, kernel: 1, weightInitializer: .normal(deviation: 0.02))
    .parametrized(by: MatrixWeight())
}

/// A weight `[out, in, 1, 1]` from a parameter `[out, in]`.
private struct MatrixWeight: WeightParametrization {
  func weight(_ extents: [Int], _ initializer: Initializer, _ tracer: Tracer)
    throws(GraphError) -> SymbolicTensor
  {
    try reshape(tracer.parameter("weight", Array(extents.prefix(2)), initializer), extents)
  }
}
