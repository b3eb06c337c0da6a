public import FoveaGraph

/// The largest value under a sliding window: `[N, C, H, W] → [N, C, H', W']`.
public struct MaxPool2d: Layer {
  private let window: WindowSettings

  /// Makes a pooling.
  ///
  /// - Parameters:
  ///   - stride: The kernel where left out, as in PyTorch.
  ///   - padding: At most half the kernel.
  ///   - ceilMode: Whether a last window that hangs over the edge counts.
  public init(
    kernel: Extent2d, stride: Extent2d? = nil, padding: Padding = 0, dilation: Extent2d = 1,
    ceilMode: Bool = false
  ) {
    window = WindowSettings(
      kernel: kernel, stride: stride ?? kernel, padding: padding, dilation: dilation,
      ceilMode: ceilMode)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let (rows, columns) = try window.windows(input.tracer.path)
    return try input.tracer.append(FoveaGraph.MaxPool2d(rows: rows, columns: columns), [input])[0]
  }
}

/// The mean under a sliding window: `[N, C, H, W] → [N, C, H', W']`.
public struct AvgPool2d: Layer {
  /// Whether padding counts in the divisor.
  public let countIncludePad: Bool
  private let window: WindowSettings

  /// Makes a pooling.
  ///
  /// - Parameters:
  ///   - stride: The kernel where left out, as in PyTorch.
  ///   - padding: At most half the kernel.
  ///   - ceilMode: Whether a last window that hangs over the edge counts.
  public init(
    kernel: Extent2d, stride: Extent2d? = nil, padding: Padding = 0, ceilMode: Bool = false,
    countIncludePad: Bool = true
  ) {
    window = WindowSettings(
      kernel: kernel, stride: stride ?? kernel, padding: padding, ceilMode: ceilMode)
    self.countIncludePad = countIncludePad
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let (rows, columns) = try window.windows(input.tracer.path)
    let pooling = FoveaGraph.AvgPool2d(
      rows: rows, columns: columns, countIncludePad: countIncludePad)
    return try input.tracer.append(pooling, [input])[0]
  }
}

/// The mean of each cell of a grid, whatever the image's size: `[N, C, H, W] → [N, C, height, width]`.
public struct AdaptiveAvgPool2d: Layer {
  /// The grid.
  public let outputSize: Extent2d

  /// Makes a pooling to `outputSize` cells.
  public init(_ outputSize: Extent2d) { self.outputSize = outputSize }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let pooling = FoveaGraph.AdaptiveAvgPool2d(
      height: outputSize.height, width: outputSize.width)
    return try input.tracer.append(pooling, [input])[0]
  }
}

/// The mean of each channel: `[N, C, H, W] → [N, C, 1, 1]`.
///
/// - SeeAlso: M. Lin, Q. Chen, S. Yan, *Network In Network*, arXiv:1312.4400.
public struct GlobalAvgPool2d: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try AdaptiveAvgPool2d(1).forward(input)
  }
}
