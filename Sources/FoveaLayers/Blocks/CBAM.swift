public import FoveaGraph

/// Weighs channels, then pixels: the convolutional block attention module.
///
/// Channels by `σ(mlp(mean) + mlp(max))` of each, with one two-layer network for both; pixels by
/// `σ(conv([mean, max] over the channels))`. Names are timm's: `channel.fc1`, `channel.fc2` (1×1, without bias),
/// `spatial.conv.conv` and `spatial.conv.bn`.
///
/// - SeeAlso: S. Woo et al., arXiv:1807.06521.
public struct CBAM: Layer {
  /// What the channels are divided by between the two layers.
  public let reduction: Int
  /// Rows and columns of the pixels' window; odd.
  public let kernel: Int

  /// Makes a block; the defaults are the paper's.
  public init(reduction: Int = 16, kernel: Int = 7) {
    self.reduction = reduction
    self.kernel = kernel
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    guard kernel > 0, kernel % 2 == 1 else {
      throw .operation(
        path: tracer.path,
        .setting("CBAM", name: "kernel", value: "\(kernel)", allowed: "an odd number, 1 or more"))
    }
    let weighed = try tracer.scoped(.name("channel")) { () throws(GraphError) in
      try weighChannels(input)
    }
    return try tracer.scoped(.name("spatial")) { () throws(GraphError) in
      try weighPixels(weighed)
    }
  }

  private func weighChannels(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectChannels(of: input, nil, for: "CBAM")
    let squeezed = try SqueezeExcitation.Width.reduction(reduction)
      .squeezed(channels, "CBAM", tracer)
    let path = tracer.path
    func mlp(_ pooled: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
      let hidden = try Conv2d(squeezed, kernel: 1, bias: false).shared(as: path + ".fc1")(pooled)
      return try Conv2d(channels, kernel: 1, bias: false).shared(as: path + ".fc2")(relu(hidden))
    }
    let mean = try mlp(GlobalAvgPool2d().forward(input))
    let largest = try mlp(
      tracer.append(Reduce(.max, axes: [2, 3], keepDimensions: true), [input])[0])
    return try input * sigmoid(mean + largest)
  }

  private func weighPixels(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let mean = try mean(input, axes: [1], keepDimensions: true)
    let largest = try input.tracer.append(
      Reduce(.max, axes: [1], keepDimensions: true), [input])[0]
    let convolution = Sequential {
      Conv2d(1, kernel: Extent2d(kernel), padding: .all(kernel / 2), bias: false).named("conv")
      BatchNorm2d().named("bn")
    }.named("conv")
    return try input * sigmoid(convolution(concatenate([mean, largest])))
  }
}
