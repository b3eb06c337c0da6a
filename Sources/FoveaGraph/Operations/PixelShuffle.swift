public import FoveaTensors

/// How the channels of a small image number those of the large one and the pixels of a block.
public enum BlockOrder: String, Hashable, Codable, Sendable, CaseIterable {
  /// Channel, then place in the block: PyTorch's `PixelShuffle`, ONNX's `CRD`.
  case channelFirst
  /// Place in the block, then channel: TensorFlow's `depth_to_space`, ONNX's `DCR`.
  case blockFirst
}

/// Lays each group of `factor²` channels out as blocks of `factor` × `factor` pixels.
///
/// `[N, C·r², H, W] → [N, C, H·r, W·r]` for the factor r.
///
/// - SeeAlso: W. Shi et al., *Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel
///   Convolutional Neural Network*, arXiv:1609.05158.
public struct PixelShuffle: Operation {
  public static let typeName = "PixelShuffle"
  /// Pixels of a block along each axis.
  public let factor: Int
  /// What a channel's number means.
  public let order: BlockOrder

  /// Makes the operation.
  public init(factor: Int, order: BlockOrder = .channelFirst) {
    self.factor = factor
    self.order = order
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    guard let window = try? Window(kernel: factor, stride: factor) else { return .undefined }
    return .transposedWindows(rows: window, columns: window)
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let image = inputs[0]
    try expectImages(image)
    let factor = try checkedBlockFactor(factor)
    guard image[1] % (factor * factor) == 0 else {
      throw .setting(
        name, name: "factor", value: "\(factor)",
        allowed: "one whose square divides the \(image[1]) channels")
    }
    let dimensions = [
      image[0], image[1] / (factor * factor), saturatingProduct(image[2], factor),
      saturatingProduct(image[3], factor),
    ]
    guard let output = Shape(checking: dimensions) else { throw .tooLarge(name) }
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = PixelUnshuffle(factor: factor, order: order)
    return [try builder.apply(gradient, try node.gradient(), path: node.path)]
  }
}

/// Stacks the pixels of each block of `factor` × `factor` as channels: the inverse of `PixelShuffle`.
///
/// `[N, C, H·r, W·r] → [N, C·r², H, W]` for the factor r.
public struct PixelUnshuffle: Operation {
  public static let typeName = "PixelUnshuffle"
  /// Pixels of a block along each axis.
  public let factor: Int
  /// What a channel's number means.
  public let order: BlockOrder

  /// Makes the operation.
  public init(factor: Int, order: BlockOrder = .channelFirst) {
    self.factor = factor
    self.order = order
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    guard let window = try? Window(kernel: factor, stride: factor) else { return .undefined }
    return .windows(rows: window, columns: window)
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let image = inputs[0]
    try expectImages(image)
    let factor = try checkedBlockFactor(factor)
    guard image[2] % factor == 0, image[3] % factor == 0 else {
      throw .setting(
        name, name: "factor", value: "\(factor)",
        allowed: "one that divides the \(image[2])×\(image[3]) pixels")
    }
    // As many elements as the input has, so the shape is valid.
    return [[image[0], image[1] * factor * factor, image[2] / factor, image[3] / factor]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = PixelShuffle(factor: factor, order: order)
    return [try builder.apply(gradient, try node.gradient(), path: node.path)]
  }
}

extension Operation {
  /// The factor, where a window may have it as its kernel.
  fileprivate func checkedBlockFactor(_ factor: Int) throws(OperationError) -> Int {
    guard 1...Window.largest ~= factor else {
      throw .setting(name, name: "factor", value: "\(factor)", allowed: "1 to \(Window.largest)")
    }
    return factor
  }
}

/// Deals the channels of `groups` groups out in turns: channel `i` of group `g` becomes channel `i · groups + g`.
///
/// `[N, C, …] → [N, C, …]`
///
/// - SeeAlso: X. Zhang et al., *ShuffleNet*, arXiv:1707.01083.
public struct ChannelShuffle: Operation {
  public static let typeName = "ChannelShuffle"
  /// Groups of neighbouring channels.
  public let groups: Int

  /// Makes the operation.
  public init(groups: Int) { self.groups = groups }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let input = inputs[0]
    guard input.rank >= 2 else { throw .rank(name, expected: 4, actual: input) }
    guard groups > 0, input[1] > 0, input[1] % groups == 0 else {
      throw .setting(
        name, name: "groups", value: "\(groups)",
        allowed: "a number that divides the \(input[1]) channels")
    }
    return [input]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let inverse = ChannelShuffle(groups: builder.shape(of: node.inputs[0])[1] / groups)
    return [try builder.apply(inverse, try node.gradient(), path: node.path)]
  }
}
