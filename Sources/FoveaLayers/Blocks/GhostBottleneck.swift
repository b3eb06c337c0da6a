public import FoveaGraph

/// Widens the channels by a ghost module and narrows them by another, past which goes a shortcut:
/// `[N, C, H, W] → [N, channels, H / stride, W / stride]`.
///
/// Where the stride is above 1, a depthwise convolution between the modules has it, and the shortcut is a depthwise and
/// a 1×1 convolution; this also where the channels change. Weight names are timm's: `ghost1`, `conv_dw`, `bn_dw`, `se`,
/// `ghost2`, `shortcut`.
///
/// - SeeAlso: K. Han et al., *GhostNet: More Features from Cheap Operations*, arXiv:1911.11907, figure 3.
public struct GhostBottleneck: Layer {
  /// The channels that go out.
  public let channels: Int
  /// The channels inside.
  public let expandedChannels: Int
  /// Taps of the depthwise convolutions, along height and width; odd.
  public let kernel: Int
  /// What height and width are divided by.
  public let stride: Int
  /// The channels between the layers of squeeze-and-excitation; `nil` for a block without.
  public let squeezed: Int?

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - expandedChannels: The channels inside.
  ///   - kernel: Taps of the depthwise convolutions; odd.
  ///   - stride: What height and width are divided by.
  ///   - squeezed: The channels between the layers of squeeze-and-excitation; none where left out.
  public init(
    _ channels: Int, expandedChannels: Int, kernel: Int = 3, stride: Int = 1, squeezed: Int? = nil
  ) {
    self.channels = channels
    self.expandedChannels = expandedChannels
    self.kernel = kernel
    self.stride = stride
    self.squeezed = squeezed
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let inChannels = try input.tracer.expectChannels(of: input, nil, for: "GhostBottleneck")
    let branch = Sequential {
      GhostModule(expandedChannels).named("ghost1")
      if stride > 1 {
        depthwise(expandedChannels).named("conv_dw")
        BatchNorm2d().named("bn_dw")
      }
      if let squeezed { Gate(squeezed: squeezed).named("se") }
      GhostModule(channels, activation: nil).named("ghost2")
    }
    let result = try branch.forward(input)
    if stride == 1, inChannels == channels { return try result + input }
    let shortcut = Sequential {
      depthwise(inChannels)
      BatchNorm2d()
      Conv2d(channels, kernel: 1, bias: false)
      BatchNorm2d()
    }
    return try result + shortcut.named("shortcut")(input)
  }

  private func depthwise(_ channels: Int) -> Conv2d {
    Conv2d(
      channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
      groups: channels, bias: false)
  }
}

/// Squeeze-and-excitation with a hard sigmoid, under timm's names.
private struct Gate: Layer {
  let squeezed: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let weigh = Sequential {
      GlobalAvgPool2d().named("avg_pool")
      Conv2d(squeezed, kernel: 1).named("conv_reduce")
      ReLU().named("act1")
      Conv2d(input.shape[1], kernel: 1).named("conv_expand")
      Hardsigmoid().named("gate")
    }
    return try input * weigh.forward(input)
  }
}
