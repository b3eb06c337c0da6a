public import FoveaGraph
import FoveaTensors

/// The largest value of each cell of a grid, whatever the image's size: `[N, C, H, W] → [N, C, height, width]`.
public struct AdaptiveMaxPool2d: Layer {
  /// The grid.
  public let outputSize: Extent2d

  /// Makes a pooling to `outputSize` cells.
  public init(_ outputSize: Extent2d) { self.outputSize = outputSize }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let pooling = FoveaGraph.AdaptiveMaxPool2d(
      height: outputSize.height, width: outputSize.width)
    return try input.tracer.append(pooling, [input])[0]
  }
}

/// The largest value of each channel: `[N, C, H, W] → [N, C, 1, 1]`.
public struct GlobalMaxPool2d: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try AdaptiveMaxPool2d(1).forward(input)
  }
}

/// The power mean without division under each window: `(Σ xᵖ)^(1/p)` for the norm p, `[N, C, H, W] → [N, C, H', W']`.
///
/// As in PyTorch the result is 0 where the sum is negative, and the gradient is not a number where it is 0.
public struct LpPool2d: Layer {
  /// The norm, a whole number of 1 or more.
  public let norm: Int
  /// The window.
  public let kernel: Extent2d
  /// Pixels from one window to the next; the kernel where left out.
  public let stride: Extent2d?
  /// Whether a last window that hangs over the edge counts.
  public let ceilMode: Bool

  /// The largest norm; a higher one overflows on numbers of 10.
  public static let largestNorm = 32

  /// Makes a pooling.
  public init(_ norm: Int, kernel: Extent2d, stride: Extent2d? = nil, ceilMode: Bool = false) {
    self.norm = norm
    self.kernel = kernel
    self.stride = stride
    self.ceilMode = ceilMode
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try lpPool2d(input, norm: norm, kernel: kernel, stride: stride, ceilMode: ceilMode)
  }
}

/// The largest value under windows at uneven distances, drawn anew each run: `[N, C, H, W] → [N, C, H', W']`.
///
/// As in PyTorch windows are random in inference as well; the run's seed and step settle them.
///
/// - SeeAlso: B. Graham, *Fractional Max-Pooling*, arXiv:1412.6071.
public struct FractionalMaxPool2d: Layer {
  /// The window.
  public let kernel: Extent2d
  private let target: FoveaGraph.FractionalMaxPool2d.Target

  /// Makes a pooling to so many windows.
  public init(kernel: Extent2d, outputSize: Extent2d) {
    self.kernel = kernel
    target = .size(height: outputSize.height, width: outputSize.width)
  }

  /// Makes a pooling to a share of height and width, such as 0.7.
  public init(kernel: Extent2d, outputRatio: Double) {
    self.kernel = kernel
    target = .ratio(height: outputRatio, width: outputRatio)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let stream = RandomStream(seed: 0, named: input.tracer.path).stream
    let samples = try input.tracer.append(
      RandomUniform(leadingAxes: min(2, input.shape.rank), extents: [2], stream: stream), [input])[
        0]
    let pooling = FoveaGraph.FractionalMaxPool2d(
      kernelHeight: kernel.height, kernelWidth: kernel.width, target: target)
    return try input.tracer.append(pooling, [input, samples])[0]
  }
}

/// Blurs, then takes every `stride`-th pixel: `[N, C, H, W] → [N, C, ⌈H / stride⌉, ⌈W / stride⌉]`.
///
/// - SeeAlso: R. Zhang, *Making Convolutional Networks Shift-Invariant Again*, arXiv:1904.11486.
public struct BlurPool2d: Layer {
  /// Weights of the binomial filter along each axis, 1 to 7.
  public let filterSize: Int
  /// Pixels from one position to the next.
  public let stride: Int

  /// Makes a pooling.
  public init(filterSize: Int = 4, stride: Int = 2) {
    self.filterSize = filterSize
    self.stride = stride
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try blurPool2d(input, filterSize: filterSize, stride: stride)
  }
}

/// Max-pooling at every pixel, then `BlurPool2d` with the stride: max-pooling that small shifts hardly change.
///
/// - SeeAlso: R. Zhang, arXiv:1904.11486.
public struct MaxBlurPool2d: Layer {
  /// The window of which the largest value is taken.
  public let kernel: Extent2d
  /// Padding of that window.
  public let padding: Padding
  /// Weights of the binomial filter along each axis, 1 to 7.
  public let filterSize: Int
  /// Pixels from one position to the next.
  public let stride: Int

  /// Makes a pooling.
  public init(kernel: Extent2d, stride: Int = 2, padding: Padding = 0, filterSize: Int = 4) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.filterSize = filterSize
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let dense = try MaxPool2d(kernel: kernel, stride: 1, padding: padding).forward(input)
    return try blurPool2d(dense, filterSize: filterSize, stride: stride)
  }
}

/// The largest value under a sliding window: `[N, C, L] → [N, C, L']`.
public struct MaxPool1d: Layer {
  private let row: MaxPool2d

  /// Makes a pooling; the stride is the kernel where left out.
  public init(
    kernel: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
  ) {
    row = MaxPool2d(
      kernel: Extent2d(1, kernel), stride: Extent2d(1, stride ?? kernel),
      padding: .symmetric(0, padding), dilation: Extent2d(1, dilation), ceilMode: ceilMode)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try input.pooledAsRow("MaxPool1d", row)
  }
}

/// The mean under a sliding window: `[N, C, L] → [N, C, L']`.
public struct AvgPool1d: Layer {
  private let row: AvgPool2d

  /// Makes a pooling; the stride is the kernel where left out.
  public init(
    kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false,
    countIncludePad: Bool = true
  ) {
    row = AvgPool2d(
      kernel: Extent2d(1, kernel), stride: Extent2d(1, stride ?? kernel),
      padding: .symmetric(0, padding), ceilMode: ceilMode, countIncludePad: countIncludePad)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try input.pooledAsRow("AvgPool1d", row)
  }
}

/// The mean of each of `outputSize` cells, whatever the length: `[N, C, L] → [N, C, outputSize]`.
public struct AdaptiveAvgPool1d: Layer {
  /// The number of cells.
  public let outputSize: Int

  /// Makes a pooling.
  public init(_ outputSize: Int) { self.outputSize = outputSize }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try input.pooledAsRow("AdaptiveAvgPool1d", AdaptiveAvgPool2d(Extent2d(1, outputSize)))
  }
}

/// The largest value under a sliding box: `[N, C, D, H, W] → [N, C, D', H', W']`.
public struct MaxPool3d: Layer {
  private let plane: MaxPool2d
  private let depth: MaxPool2d

  /// Makes a pooling with the same numbers along all three axes; the stride is the kernel where left out.
  public init(
    kernel: Int, stride: Int? = nil, padding: Int = 0, dilation: Int = 1, ceilMode: Bool = false
  ) {
    plane = MaxPool2d(
      kernel: Extent2d(kernel), stride: stride.map { Extent2d($0) }, padding: .all(padding),
      dilation: Extent2d(dilation), ceilMode: ceilMode)
    depth = MaxPool2d(
      kernel: Extent2d(kernel, 1), stride: Extent2d(stride ?? kernel, 1),
      padding: .symmetric(padding, 0), dilation: Extent2d(dilation, 1), ceilMode: ceilMode)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try input.pooledBySlices("MaxPool3d", plane, depth)
  }
}

/// The mean under a sliding box: `[N, C, D, H, W] → [N, C, D', H', W']`.
public struct AvgPool3d: Layer {
  private let plane: AvgPool2d
  private let depth: AvgPool2d

  /// Makes a pooling with the same numbers along all three axes; the stride is the kernel where left out.
  public init(
    kernel: Int, stride: Int? = nil, padding: Int = 0, ceilMode: Bool = false,
    countIncludePad: Bool = true
  ) {
    plane = AvgPool2d(
      kernel: Extent2d(kernel), stride: stride.map { Extent2d($0) }, padding: .all(padding),
      ceilMode: ceilMode, countIncludePad: countIncludePad)
    depth = AvgPool2d(
      kernel: Extent2d(kernel, 1), stride: Extent2d(stride ?? kernel, 1),
      padding: .symmetric(padding, 0), ceilMode: ceilMode, countIncludePad: countIncludePad)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try input.pooledBySlices("AvgPool3d", plane, depth)
  }
}
