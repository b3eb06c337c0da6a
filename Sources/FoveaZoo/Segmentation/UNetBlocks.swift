public import FoveaGraph
public import FoveaLayers

/// Two 3×3 convolutions with ReLU: what U-Net is made of.
///
/// Padded, they keep the size and have batch normalisation; unpadded, as in the paper, they lose two pixels on each
/// side and have none.
///
/// - SeeAlso: O. Ronneberger et al., arXiv:1505.04597.
public struct UNetDoubleConvolution: CompositeLayer {
  /// The channels that go out.
  public let channels: Int
  /// The channels between the convolutions.
  public let innerChannels: Int
  /// Whether the size is kept.
  public let isPadded: Bool

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - innerChannels: The channels between the convolutions; those that go out where left out.
  ///   - isPadded: Whether the size is kept, and there is batch normalisation.
  public init(_ channels: Int, innerChannels: Int? = nil, isPadded: Bool = true) {
    self.channels = channels
    self.innerChannels = innerChannels ?? channels
    self.isPadded = isPadded
  }

  public var body: some Layer {
    Sequential {
      for channels in [innerChannels, channels] {
        Conv2d(
          channels, kernel: 3, padding: isPadded ? 1 : 0, bias: !isPadded,
          weightInitializer: .kaimingNormal())
        if isPadded { BatchNorm2d() }
        ReLU()
      }
    }.named("double_conv")
  }
}

/// Halves height and width by max-pooling; two convolutions follow.
public struct UNetDown: CompositeLayer {
  /// The channels that go out.
  public let channels: Int
  /// Whether convolutions keep the size.
  public let isPadded: Bool

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - isPadded: Whether convolutions keep the size, and there is batch normalisation.
  public init(_ channels: Int, isPadded: Bool = true) {
    self.channels = channels
    self.isPadded = isPadded
  }

  public var body: some Layer {
    Sequential {
      MaxPool2d(kernel: 2)
      UNetDoubleConvolution(channels, isPadded: isPadded)
    }.named("maxpool_conv")
  }
}

/// Doubles height and width, lays the map of the way down beside the result, and convolves both twice.
///
/// Padded, what comes up is padded with zeros to the size of the other map; unpadded, that one is cropped around its
/// middle.
public struct UNetUp: Sendable {
  /// How height and width are doubled.
  public enum Upsampling: String, Hashable, Codable, Sendable, CaseIterable {
    /// By a 2×2 transposed convolution of stride 2 to half the channels.
    case transposedConvolution
    /// By bilinear interpolation with aligned corners, which keeps the channels.
    case bilinear
  }

  /// The channels that go out.
  public let channels: Int
  /// How height and width are doubled.
  public let upsampling: Upsampling
  /// Whether convolutions keep the size.
  public let isPadded: Bool

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - upsampling: How height and width are doubled.
  ///   - isPadded: Whether convolutions keep the size, and there is batch normalisation.
  public init(_ channels: Int, upsampling: Upsampling, isPadded: Bool = true) {
    self.channels = channels
    self.upsampling = upsampling
    self.isPadded = isPadded
  }

  /// Appends the block under `name`.
  ///
  /// - Parameters:
  ///   - input: What comes up, `[N, C, H, W]`.
  ///   - skip: The map of the way down, of about twice that height and width.
  ///   - name: The name of the block in the paths of its parameters.
  public func callAsFunction(
    _ input: SymbolicTensor, skip: SymbolicTensor, named name: String
  ) throws(GraphError) -> SymbolicTensor {
    try input.tracer.scoped(.name(name)) { () throws(GraphError) -> SymbolicTensor in
      var (up, skip) = (input, skip)
      switch upsampling {
      case .transposedConvolution:
        up = try ConvTranspose2d(input.channels / 2, kernel: 2, stride: 2).named("up")(input)
      case .bilinear:
        up = try interpolate(input, scaleFactor: 2, mode: .bilinear, alignCorners: true)
      }
      if isPadded {
        up = try up.centred(in: skip.extent())
      } else {
        skip = try skip.centred(in: up.extent())
      }
      let both = try concatenate([skip, up])
      // With interpolation nothing has halved the channels yet.
      return try UNetDoubleConvolution(
        channels, innerChannels: upsampling == .bilinear ? both.shape[1] / 2 : nil,
        isPadded: isPadded
      ).named("conv")(both)
    }
  }
}

extension SymbolicTensor {
  /// The map cropped to `size`, or with zeros around it, as many on either side; of an odd number, the larger part after.
  fileprivate func centred(in size: Extent2d) throws(GraphError) -> SymbolicTensor {
    let own = try extent()
    let (rows, columns) = (size.height - own.height, size.width - own.width)
    guard rows != 0 || columns != 0 else { return self }
    let (top, left) = (rows / 2, columns / 2)
    return try pad(self, left: left, right: columns - left, top: top, bottom: rows - top)
  }
}
