public import FoveaGraph
public import FoveaLayers

/// A convolution that keeps the size but for its stride, batch normalisation and SiLU, or a depthwise and a 1×1 one.
///
/// Weights have the names of Megvii-BaseDetection/YOLOX: `conv` and `bn`; of a depthwise separable one `dconv` and
/// `pconv`, each with these.
///
/// - SeeAlso: F. Chollet, *Xception* (2017), arXiv:1610.02357, for depthwise separable convolutions.
public struct YOLOXConvolution: CompositeLayer {
  /// The channels that go out; the input's where there is none.
  public let channels: Int
  /// The extent of the kernel.
  public let kernel: Int
  /// What height and width are divided by.
  public let stride: Int
  /// Whether each channel is convolved by itself, and a 1×1 convolution mixes them.
  public let isSeparable: Bool

  /// Makes a convolution.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - kernel: The extent of the kernel; odd.
  ///   - stride: What height and width are divided by.
  ///   - isSeparable: Whether each channel is convolved by itself, and a 1×1 convolution mixes them.
  public init(_ channels: Int, kernel: Int = 1, stride: Int = 1, isSeparable: Bool = false) {
    self.channels = channels
    self.kernel = kernel
    self.stride = stride
    self.isSeparable = isSeparable
  }

  public var body: some Layer {
    if isSeparable {
      YOLOXDepthwiseConvolution(kernel: kernel, stride: stride).named("dconv")
      YOLOXConvolution(channels).named("pconv")
    } else {
      Conv2d(
        channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
        bias: false
      ).named("conv")
      BatchNorm2d(epsilon: 1e-3, momentum: 0.03).named("bn")
      SiLU().named("act")
    }
  }
}

/// A convolution of each channel by itself, batch normalisation and SiLU.
struct YOLOXDepthwiseConvolution: Layer {
  let kernel: Int
  let stride: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let channels = try input.channels
    return try Sequential {
      Conv2d(
        channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
        groups: channels, bias: false
      ).named("conv")
      BatchNorm2d(epsilon: 1e-3, momentum: 0.03).named("bn")
      SiLU().named("act")
    }.forward(input)
  }
}

/// A cross-stage partial block: half of the channels goes through bottlenecks, the other half past them.
///
/// `[N, C, H, W] → [N, channels, H, W]`. Weights have the names of YOLOX: `conv1` … `conv3`, and `m`.
///
/// - SeeAlso: C.-Y. Wang et al., *CSPNet* (2019), arXiv:1911.11929.
public struct CSPBlock: CompositeLayer {
  /// The channels that go out.
  public let channels: Int
  /// The bottlenecks.
  public let depth: Int
  /// Whether each bottleneck is added to its input.
  public let hasShortcuts: Bool
  /// Whether the 3×3 convolutions are depthwise separable.
  public let isSeparable: Bool

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - depth: The bottlenecks, of a 1×1 and a 3×3 convolution each.
  ///   - hasShortcuts: Whether each bottleneck is added to its input.
  ///   - isSeparable: Whether the 3×3 convolutions are depthwise separable.
  public init(
    _ channels: Int, depth: Int = 1, hasShortcuts: Bool = true, isSeparable: Bool = false
  ) {
    self.channels = channels
    self.depth = depth
    self.hasShortcuts = hasShortcuts
    self.isSeparable = isSeparable
  }

  public var body: some Layer {
    Concatenate {
      Sequential {
        YOLOXConvolution(channels / 2).named("conv1")
        Sequential((0..<depth).map { _ in bottleneck }).named("m")
      }.inlined()
      YOLOXConvolution(channels / 2).named("conv2")
    }.inlined()
    YOLOXConvolution(channels).named("conv3")
  }

  private var bottleneck: any Layer {
    let layers = Sequential {
      YOLOXConvolution(channels / 2).named("conv1")
      YOLOXConvolution(channels / 2, kernel: 3, isSeparable: isSeparable).named("conv2")
    }
    return hasShortcuts ? Residual { layers.inlined() } : layers
  }
}

/// Spatial pyramid pooling: a map beside its maxima under windows of several sizes.
///
/// `[N, C, H, W] → [N, C, H, W]`. Weights have the names of YOLOX: `conv1` and `conv2`.
///
/// - SeeAlso: K. He et al. (2014), arXiv:1406.4729; J. Redmon and A. Farhadi, YOLOv3 (2018), arXiv:1804.02767.
public struct SpatialPyramidPooling: Layer {
  /// The extents of the windows.
  public let kernels: [Int]

  /// Makes a block.
  ///
  /// - Parameter kernels: The extents of the windows; odd.
  public init(kernels: [Int] = [5, 9, 13]) { self.kernels = kernels }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let channels = try input.channels
    return try Sequential {
      YOLOXConvolution(channels / 2).named("conv1")
      Concatenate {
        Identity()
        for kernel in kernels {
          MaxPool2d(kernel: Extent2d(kernel), stride: 1, padding: .all(kernel / 2))
        }
      }.named("m")
      YOLOXConvolution(channels).named("conv2")
    }.forward(input)
  }
}

/// Puts the four pixels of each 2×2 square into the channels, and convolves.
///
/// `[N, C, H, W] → [N, channels, H / 2, W / 2]`, of even height and width. The pixels' order is top left, bottom left,
/// top right, bottom right.
///
/// - SeeAlso: Z. Ge et al., *YOLOX* (2021), arXiv:2107.08430.
public struct Focus: Layer {
  /// The channels that go out.
  public let channels: Int

  /// Makes a block.
  ///
  /// - Parameter channels: The channels that go out.
  public init(_ channels: Int) { self.channels = channels }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let size = try input.extent()
    guard size.height % 2 == 0, size.width % 2 == 0 else {
      throw .operation(
        path: tracer.path,
        .setting(
          "Focus", name: "input", value: "\(input.shape)", allowed: "even height and width"))
    }
    var pixels: [SymbolicTensor] = []
    for (left, top) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      let rows = try tracer.append(Slice(axis: 2, start: top, end: size.height), [input])
      let shifted = try tracer.append(Slice(axis: 3, start: left, end: size.width), rows)[0]
      // Of a window of one pixel, pooling picks every second.
      pixels.append(try MaxPool2d(kernel: 1, stride: 2).named("pick")(shifted))
    }
    return try YOLOXConvolution(channels, kernel: 3).named("conv")(concatenate(pixels))
  }
}
