public import FoveaGraph

/// A number for height and width alike, or one for each.
public struct Extent2d: Hashable, Sendable, ExpressibleByIntegerLiteral {
  /// Along the height.
  public let height: Int
  /// Along the width.
  public let width: Int

  /// A number for each.
  public init(_ height: Int, _ width: Int) {
    self.height = height
    self.width = width
  }

  /// One number for both.
  public init(integerLiteral value: Int) { self.init(value, value) }

  /// One number for both.
  public init(_ both: Int) { self.init(both, both) }
}

/// The settings that every layer with a sliding window has, as PyTorch names them.
struct WindowSettings: Hashable, Sendable {
  let kernel: Extent2d
  let stride: Extent2d
  let padding: Padding
  var dilation: Extent2d = 1
  var ceilMode = false

  /// The windows along height and width; what is wrong is thrown under the layer's path.
  func windows(_ path: String) throws(GraphError) -> (rows: Window, columns: Window) {
    do {
      let rows = try Window(
        kernel: kernel.height, stride: stride.height, dilation: dilation.height, ceilMode: ceilMode)
      let columns = try Window(
        kernel: kernel.width, stride: stride.width, dilation: dilation.width, ceilMode: ceilMode)
      return (try padding.along(rows: rows), try padding.along(columns: columns))
    } catch {
      throw .operation(path: path, error)
    }
  }
}

/// Slides filters over an image: `[N, C, H, W] → [N, outChannels, H', W']`.
///
/// `H' = ⌊(H + padding − dilation · (kernel − 1) − 1) / stride⌋ + 1`, and `W'` alike. Parameters are
/// `weight` `[outChannels, inChannels / groups, kernel, kernel]` and `bias` `[outChannels]`.
///
/// - SeeAlso: V. Dumoulin and F. Visin, arXiv:1603.07285.
public struct Conv2d: Layer {
  /// Channels that come in; taken from the input where left out.
  public let inChannels: Int?
  /// Filters, and so channels that go out.
  public let outChannels: Int
  /// Channels are cut into this many groups, each convolved by itself.
  public let groups: Int
  /// Whether each filter adds a number of its own.
  public let bias: Bool
  /// What the padding is made of.
  public let paddingMode: PaddingMode
  /// How the weight starts; PyTorch's way by default.
  public let weightInitializer: Initializer
  private let window: WindowSettings

  /// Makes a convolution with the input channels inferred.
  public init(
    _ outChannels: Int, kernel: Extent2d, stride: Extent2d = 1, padding: Padding = 0,
    dilation: Extent2d = 1, groups: Int = 1, bias: Bool = true, paddingMode: PaddingMode = .zeros,
    weightInitializer: Initializer = .pytorchDefault
  ) {
    self.init(
      inChannels: nil, outChannels, kernel: kernel, stride: stride, padding: padding,
      dilation: dilation, groups: groups, bias: bias, paddingMode: paddingMode,
      weightInitializer: weightInitializer)
  }

  /// Makes a convolution that takes a certain number of channels, and refuses others.
  public init(
    _ inChannels: Int, _ outChannels: Int, kernel: Extent2d, stride: Extent2d = 1,
    padding: Padding = 0, dilation: Extent2d = 1, groups: Int = 1, bias: Bool = true,
    paddingMode: PaddingMode = .zeros, weightInitializer: Initializer = .pytorchDefault
  ) {
    self.init(
      inChannels: inChannels, outChannels, kernel: kernel, stride: stride, padding: padding,
      dilation: dilation, groups: groups, bias: bias, paddingMode: paddingMode,
      weightInitializer: weightInitializer)
  }

  private init(
    inChannels: Int?, _ outChannels: Int, kernel: Extent2d, stride: Extent2d, padding: Padding,
    dilation: Extent2d, groups: Int, bias: Bool, paddingMode: PaddingMode,
    weightInitializer: Initializer
  ) {
    self.inChannels = inChannels
    self.outChannels = outChannels
    self.groups = groups
    self.bias = bias
    self.paddingMode = paddingMode
    self.weightInitializer = weightInitializer
    window = WindowSettings(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectChannels(of: input, inChannels, for: "Conv2d")
    let (rows, columns) = try window.windows(tracer.path)
    let (input, windows) = try paddingMode.pad(input, for: [rows, columns])
    let convolution = FoveaGraph.Conv2d(rows: windows[0], columns: windows[1], groups: groups)
    guard groups > 0, outChannels > 0, channels % groups == 0 else {
      throw .operation(
        path: tracer.path, .groups(groups, inChannels: channels, outChannels: outChannels))
    }
    let perFilter = [channels / groups, rows.kernel, columns.kernel]
    let weight = try tracer.parameter("weight", [outChannels] + perFilter, weightInitializer)
    guard bias else { return try tracer.append(convolution, [input, weight])[0] }
    let fanIn = perFilter.reduce(1, *)
    let bias = try tracer.parameter("bias", [outChannels], .pytorchBias(fanIn: fanIn))
    return try tracer.append(convolution, [input, weight, bias])[0]
  }
}

extension Tracer {
  /// The channels of an image, which must be as many as the layer was told, if it was.
  func expectChannels(of input: SymbolicTensor, _ expected: Int?, for operation: String)
    throws(GraphError) -> Int
  {
    let shape = input.shape
    guard shape.rank == 4 else {
      throw .operation(path: path, .rank(operation, expected: 4, actual: shape))
    }
    if let expected, expected != shape[1] {
      throw .operation(path: path, .channels(operation, expected: expected, actual: shape))
    }
    return shape[1]
  }
}
