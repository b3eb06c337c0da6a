public import FoveaGraph

/// Adds a scaled filter to the result for each pixel: `[N, C, H, W] → [N, outChannels, H', W']`.
///
/// `H' = (H − 1) · stride − 2 · padding + dilation · (kernel − 1) + outputPadding + 1`, and `W'` alike. Parameters are
/// `weight` `[inChannels, outChannels / groups, kernel, kernel]` and `bias` `[outChannels]`. Where the stride does not
/// divide the kernel, pixels are covered by different numbers of filters, which shows as a checkerboard
/// (doi:10.23915/distill.00003).
///
/// - SeeAlso: V. Dumoulin and F. Visin, arXiv:1603.07285.
public struct ConvTranspose2d: Layer {
  /// Channels that go out.
  public let outChannels: Int
  /// Rows and columns that the result has more, behind.
  public let outputPadding: Extent2d
  /// Channels are cut into this many groups, each treated by itself.
  public let groups: Int
  /// Whether each channel adds a number of its own.
  public let bias: Bool
  /// How the weight starts; PyTorch's way by default.
  public let weightInitializer: Initializer
  private let window: WindowSettings

  /// Makes a transposed convolution with the input channels inferred.
  public init(
    _ outChannels: Int, kernel: Extent2d, stride: Extent2d = 1, padding: Padding = 0,
    outputPadding: Extent2d = 0, groups: Int = 1, bias: Bool = true, dilation: Extent2d = 1,
    weightInitializer: Initializer = .pytorchDefault
  ) {
    self.outChannels = outChannels
    self.outputPadding = outputPadding
    self.groups = groups
    self.bias = bias
    self.weightInitializer = weightInitializer
    window = WindowSettings(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let (rows, columns) = try window.windows(tracer.path)
    let operation = FoveaGraph.ConvTranspose2d(
      rows: rows, columns: columns, outputPadding: [outputPadding.height, outputPadding.width],
      groups: groups)
    let channels = try tracer.expectChannels(of: input, nil, for: operation.name)
    guard groups > 0, outChannels > 0, channels % groups == 0, outChannels % groups == 0 else {
      throw .operation(
        path: tracer.path, .groups(groups, inChannels: channels, outChannels: outChannels))
    }
    let perChannel = [outChannels / groups, rows.kernel, columns.kernel]
    let weight = try tracer.parameter("weight", [channels] + perChannel, weightInitializer)
    guard bias else { return try tracer.append(operation, [input, weight])[0] }
    let fanIn = perChannel.reduce(1, *)
    let bias = try tracer.parameter("bias", [outChannels], .pytorchBias(fanIn: fanIn))
    return try tracer.append(operation, [input, weight, bias])[0]
  }
}
