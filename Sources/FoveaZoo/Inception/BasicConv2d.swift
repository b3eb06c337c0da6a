public import FoveaLayers

/// A convolution without bias, batch normalisation and ReLU: what Inception networks are made of.
///
/// `[N, C, H, W] → [N, channels, H', W']`. Its layers are called `conv`, `bn` and `relu`; `epsilon` of
/// the batch normalisation is 0.001.
public struct BasicConv2d: CompositeLayer {
  /// Filters, and so channels that go out.
  public let channels: Int
  /// The window.
  public let kernel: Extent2d
  /// Pixels from one position to the next.
  public let stride: Extent2d
  /// Zeros around the image.
  public let padding: Padding

  /// Makes a block.
  ///
  /// - Parameter padding: Half the kernel where left out, which keeps the size at stride 1.
  public init(
    _ channels: Int, kernel: Extent2d = 1, stride: Extent2d = 1, padding: Padding? = nil
  ) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding ?? .symmetric(kernel.height / 2, kernel.width / 2)
  }

  public var body: some Layer {
    Conv2d(
      channels, kernel: kernel, stride: stride, padding: padding, bias: false,
      weightInitializer: .kaimingNormal(fan: .fanOut)
    ).named("conv")
    BatchNorm2d(epsilon: 0.001).named("bn")
    ReLU().named("relu")
  }

  /// A 3×3 convolution that halves the size, without padding.
  static func reduction(_ channels: Int) -> BasicConv2d {
    BasicConv2d(channels, kernel: 3, stride: 2, padding: 0)
  }
}

extension Extent2d {
  static let oneBySeven = Extent2d(1, 7)
  static let sevenByOne = Extent2d(7, 1)
  static let oneByThree = Extent2d(1, 3)
  static let threeByOne = Extent2d(3, 1)
}

/// Blocks one after another, called `name_1`, `name_2` and so on.
func chain(_ name: String, _ blocks: BasicConv2d...) -> some Layer {
  Sequential(blocks.enumerated().map { $1.named("\(name)_\($0 + 1)") }).inlined()
}

/// Blocks one after another, numbered below `name`.
func sequence(_ name: String, _ blocks: BasicConv2d...) -> some Layer {
  Sequential(blocks).named(name)
}
