public import FoveaTensors

/// The largest value of each cell of a grid laid over the image, whatever the image's size.
///
/// `[N, C, H, W] → [N, C, height, width]`; cell `i` of `n` covers `⌊i·H/n⌋ ..< ⌈(i+1)·H/n⌉`. A grid of 1×1 is global
/// maximum pooling.
public struct AdaptiveMaxPool2d: Operation {
  public static let typeName = "AdaptiveMaxPool2d"
  /// Cells along the height.
  public let height: Int
  /// Cells along the width.
  public let width: Int

  /// Makes a pooling to a grid of `height` × `width`.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .cells(height: height, width: width) }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    try expectImages(inputs[0])
    guard height > 0, width > 0 else {
      throw .setting(name, name: "output size", value: "\(height)×\(width)", allowed: "1 or more")
    }
    guard let output = Shape(checking: [inputs[0][0], inputs[0][1], height, width]) else {
      throw .tooLarge(name)
    }
    return [output]
  }

  /// As many comparisons as averaging has additions.
  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    AdaptiveAvgPool2d(height: height, width: width).cost(inputs: inputs, outputs: outputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [
      try builder.apply(
        AdaptiveMaxPool2dGradient(pooling: self), node.inputs[0], try node.gradient(),
        path: node.path)
    ]
  }
}

/// The gradient of adaptive max-pooling: each cell's gradient goes to its first largest pixel.
///
/// Inputs: image, output gradient. Result: the image's shape.
public struct AdaptiveMaxPool2dGradient: Operation {
  public static let typeName = "AdaptiveMaxPool2dGradient"
  /// The pooling that is differentiated.
  public let pooling: AdaptiveMaxPool2d

  /// Differentiates `pooling`.
  public init(pooling: AdaptiveMaxPool2d) { self.pooling = pooling }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    try expectGradient(inputs[1], of: pooling.outputShapes(for: [inputs[0]])[0])
    return [inputs[0]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    pooling.cost(inputs: [inputs[0]], outputs: [inputs[1]])
  }
}
