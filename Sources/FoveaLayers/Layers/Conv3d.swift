public import FoveaGraph

/// A number for depth, height and width alike, or one for each.
public struct Extent3d: Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// Along the depth.
  public let depth: Int
  /// Along the height.
  public let height: Int
  /// Along the width.
  public let width: Int

  /// A number for each.
  public init(_ depth: Int, _ height: Int, _ width: Int) {
    self.depth = depth
    self.height = height
    self.width = width
  }

  /// One number for all.
  public init(integerLiteral value: Int) { self.init(value, value, value) }
}

/// Slides filters over a volume, such as a video or a scan: `[N, C, D, H, W] → [N, outChannels, D', H', W']`.
///
/// `D' = ⌊(D + 2 · padding − dilation · (kernel − 1) − 1) / stride⌋ + 1`, and `H'`, `W'` alike. Parameters are
/// `weight` `[outChannels, inChannels / groups, kernel, kernel, kernel]` and `bias` `[outChannels]`.
///
/// - SeeAlso: D. Tran et al., arXiv:1412.0767.
public struct Conv3d: Layer {
  /// Filters, and so channels that go out.
  public let outChannels: Int
  /// Taps of a filter.
  public let kernel: Extent3d
  /// Elements from one position to the next.
  public let stride: Extent3d
  /// Zeros at both ends of each axis.
  public let padding: Extent3d
  /// Elements from one tap to the next.
  public let dilation: Extent3d
  /// Channels are cut into this many groups, each convolved by itself.
  public let groups: Int
  /// Whether each filter adds a number of its own.
  public let bias: Bool
  /// How the weight starts; PyTorch's way by default.
  public let weightInitializer: Initializer

  /// Makes a convolution with the input channels inferred.
  public init(
    _ outChannels: Int, kernel: Extent3d, stride: Extent3d = 1, padding: Extent3d = 0,
    dilation: Extent3d = 1, groups: Int = 1, bias: Bool = true,
    weightInitializer: Initializer = .pytorchDefault
  ) {
    self.outChannels = outChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.bias = bias
    self.weightInitializer = weightInitializer
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    func window(_ extent: (Extent3d) -> Int) throws(GraphError) -> Window {
      try tracer.window(
        kernel: extent(kernel), stride: extent(stride), dilation: extent(dilation),
        padding: extent(padding))
    }
    let operation = FoveaGraph.Conv3d(
      depth: try window { $0.depth }, rows: try window { $0.height },
      columns: try window { $0.width }, groups: groups)
    let channels = try tracer.expectChannels(of: input, rank: 5, for: operation.name)
    try tracer.expectGroups(groups, dividing: channels, and: outChannels)
    return try tracer.weighted(
      operation, input,
      weight: [outChannels, channels / groups] + operation.windows.map(\.kernel),
      weightInitializer, bias: bias ? outChannels : nil)
  }
}
