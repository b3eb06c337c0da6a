public import FoveaGraph

/// The axes in another order: axis `i` of the result is axis `axes[i]` of the input.
public struct Permute: Layer {
  /// For each axis of the result, the axis of the input.
  public let axes: [Int]

  /// Makes a layer; the batch is axis 0.
  public init(_ axes: Int...) { self.axes = axes }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try permute(input, axes: axes)
  }
}

/// Blocks of pixels from channels: `[N, C·r², H, W] → [N, C, H·r, W·r]` for the factor r.
///
/// - SeeAlso: W. Shi et al., arXiv:1609.05158.
public struct PixelShuffle: Layer {
  /// Pixels of a block along each axis.
  public let factor: Int

  /// Makes a layer.
  public init(_ factor: Int) { self.factor = factor }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try pixelShuffle(input, factor: factor)
  }
}

/// Channels from blocks of pixels: `[N, C, H·r, W·r] → [N, C·r², H, W]` for the factor r.
public struct PixelUnshuffle: Layer {
  /// Pixels of a block along each axis.
  public let factor: Int

  /// Makes a layer.
  public init(_ factor: Int) { self.factor = factor }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try pixelUnshuffle(input, factor: factor)
  }
}

/// The channels of `groups` groups, dealt out in turns.
///
/// - SeeAlso: X. Zhang et al., *ShuffleNet*, arXiv:1707.01083.
public struct ChannelShuffle: Layer {
  /// Groups of neighbouring channels.
  public let groups: Int

  /// Makes a layer.
  public init(_ groups: Int) { self.groups = groups }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try channelShuffle(input, groups: groups)
  }
}

/// An image resized by interpolation, by PyTorch's rules.
public struct Upsample: Layer {
  private enum Target: Hashable {
    case size(Extent2d)
    case scaleFactor(Double)
  }

  private let target: Target
  /// How pixels are made.
  public let mode: InterpolationMode
  /// Whether the centres of the corner pixels stay in the corners; not for nearest pixels.
  public let alignCorners: Bool
  /// Whether shrinking averages; for bilinear and bicubic interpolation.
  public let antialias: Bool

  /// Makes a layer that enlarges height and width by a factor.
  public init(
    scaleFactor: Double, mode: InterpolationMode = .nearest, alignCorners: Bool = false,
    antialias: Bool = false
  ) {
    target = .scaleFactor(scaleFactor)
    self.mode = mode
    self.alignCorners = alignCorners
    self.antialias = antialias
  }

  /// Makes a layer whose result has this size.
  public init(
    size: Extent2d, mode: InterpolationMode = .nearest, alignCorners: Bool = false,
    antialias: Bool = false
  ) {
    target = .size(size)
    self.mode = mode
    self.alignCorners = alignCorners
    self.antialias = antialias
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    switch target {
    case .size(let size):
      try interpolate(
        input, size: size, mode: mode, alignCorners: alignCorners, antialias: antialias)
    case .scaleFactor(let factor):
      try interpolate(
        input, scaleFactor: factor, mode: mode, alignCorners: alignCorners, antialias: antialias)
    }
  }
}
