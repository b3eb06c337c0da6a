public import FoveaGraph

/// Slides filters over a signal: `[N, C, L] → [N, outChannels, L']`.
///
/// `L' = ⌊(L + padding − dilation · (kernel − 1) − 1) / stride⌋ + 1`. Parameters are `weight`
/// `[outChannels, inChannels / groups, kernel]` and `bias` `[outChannels]`.
public struct Conv1d: Layer {
  /// Filters, and so channels that go out.
  public let outChannels: Int
  /// Taps of a filter.
  public let kernel: Int
  /// Elements from one position to the next.
  public let stride: Int
  /// How the signal is padded: as an image of one row, of which the columns are meant.
  public let padding: Padding
  /// Elements from one tap to the next.
  public let dilation: Int
  /// Channels are cut into this many groups, each convolved by itself.
  public let groups: Int
  /// Whether each filter adds a number of its own.
  public let bias: Bool
  /// What the padding is made of.
  public let paddingMode: PaddingMode
  /// How the weight starts; PyTorch's way by default.
  public let weightInitializer: Initializer

  /// Makes a convolution with the input channels inferred.
  public init(
    _ outChannels: Int, kernel: Int, stride: Int = 1, padding: Padding = 0, dilation: Int = 1,
    groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros,
    weightInitializer: Initializer = .pytorchDefault
  ) {
    self.outChannels = outChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
    self.bias = bias
    self.paddingMode = paddingMode
    self.weightInitializer = weightInitializer
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectChannels(of: input, rank: 3, for: "Conv1d")
    let window = try tracer.window(
      kernel: kernel, stride: stride, dilation: dilation, padding: padding)
    let (input, windows) = try paddingMode.pad(input, for: [window])
    let operation = FoveaGraph.Conv1d(window: windows[0], groups: groups)
    try tracer.expectGroups(groups, dividing: channels, and: outChannels)
    return try tracer.weighted(
      operation, input, weight: [outChannels, channels / groups, kernel], weightInitializer,
      bias: bias ? outChannels : nil)
  }
}

/// Adds a scaled filter to the result for each element of a signal: `[N, C, L] → [N, outChannels, L']`.
///
/// `L' = (L − 1) · stride − 2 · padding + dilation · (kernel − 1) + outputPadding + 1`. Parameters are `weight`
/// `[inChannels, outChannels / groups, kernel]` and `bias` `[outChannels]`.
public struct ConvTranspose1d: Layer {
  /// Channels that go out.
  public let outChannels: Int
  /// Taps of a filter.
  public let kernel: Int
  /// Elements of the result from one position to the next.
  public let stride: Int
  /// Elements that are cut off at both ends of the result.
  public let padding: Int
  /// Elements that the result has more at its end.
  public let outputPadding: Int
  /// Channels are cut into this many groups, each treated by itself.
  public let groups: Int
  /// Whether each channel adds a number of its own.
  public let bias: Bool
  /// Elements from one tap to the next.
  public let dilation: Int
  /// How the weight starts; PyTorch's way by default.
  public let weightInitializer: Initializer

  /// Makes a transposed convolution with the input channels inferred.
  public init(
    _ outChannels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, outputPadding: Int = 0,
    groups: Int = 1, bias: Bool = true, dilation: Int = 1,
    weightInitializer: Initializer = .pytorchDefault
  ) {
    self.outChannels = outChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.outputPadding = outputPadding
    self.groups = groups
    self.bias = bias
    self.dilation = dilation
    self.weightInitializer = weightInitializer
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let window = try tracer.window(
      kernel: kernel, stride: stride, dilation: dilation, padding: padding)
    let operation = FoveaGraph.ConvTranspose1d(
      window: window, outputPadding: outputPadding, groups: groups)
    let channels = try tracer.expectChannels(of: input, rank: 3, for: operation.name)
    try tracer.expectGroups(groups, dividing: channels, and: outChannels)
    return try tracer.weighted(
      operation, input, weight: [channels, outChannels / groups, kernel], weightInitializer,
      bias: bias ? outChannels : nil)
  }
}

extension Tracer {
  /// A window with the same padding at both ends; what is wrong is thrown under the layer's path.
  func window(
    kernel: Int, stride: Int, dilation: Int, padding: Int
  ) throws(GraphError) -> Window {
    try window(kernel: kernel, stride: stride, dilation: dilation, padding: .all(padding))
  }

  /// A window with the padding of an image's columns; what is wrong is thrown under the layer's path.
  func window(
    kernel: Int, stride: Int, dilation: Int, padding: Padding
  ) throws(GraphError) -> Window {
    do {
      return try padding.along(
        columns: Window(kernel: kernel, stride: stride, dilation: dilation))
    } catch {
      throw .operation(path: path, error)
    }
  }

  /// The channels of a value with so many axes.
  func expectChannels(of input: SymbolicTensor, rank: Int, for operation: String)
    throws(GraphError) -> Int
  {
    guard input.shape.rank == rank else {
      throw .operation(path: path, .rank(operation, expected: rank, actual: input.shape))
    }
    return input.shape[1]
  }

  /// Throws unless groups divide both numbers of channels.
  func expectGroups(
    _ groups: Int, dividing inChannels: Int, and outChannels: Int
  ) throws(GraphError) {
    guard groups > 0, outChannels > 0, inChannels % groups == 0, outChannels % groups == 0 else {
      throw .operation(
        path: path, .groups(groups, inChannels: inChannels, outChannels: outChannels))
    }
  }

  /// Appends a convolution with its parameters `weight` and, where it has so many numbers, `bias`.
  func weighted(
    _ operation: some Operation, _ input: SymbolicTensor, weight extents: [Int],
    _ initializer: Initializer, bias: Int?
  ) throws(GraphError) -> SymbolicTensor {
    var inputs = [input, try parameter("weight", extents, initializer)]
    if let bias {
      let fanIn = extents.dropFirst().reduce(1, *)
      inputs.append(try parameter("bias", [bias], .pytorchBias(fanIn: fanIn)))
    }
    return try append(operation, inputs)[0]
  }
}
