public import FoveaTensors

/// A window that two pooling operations share: its checks and its result's shape.
struct PoolGeometry {
  let name: String
  let rows: Window
  let columns: Window

  func outputShape(for image: Shape) throws(OperationError) -> Shape {
    guard image.rank == 4 else { throw .rank(name, expected: 4, actual: image) }
    guard image.elementCount > 0 else { throw .empty(name, actual: image) }
    for window in [rows, columns] {
      guard max(window.padding.before, window.padding.after) * 2 <= window.kernel else {
        throw .poolPadding(rows: rows, columns: columns)
      }
    }
    guard let height = rows.positions(on: image[2]), let width = columns.positions(on: image[3])
    else { throw .windowTooLarge(name, rows: rows, columns: columns, actual: image) }
    // Two taps farther apart than the image is wide would both lie in padding.
    for (window, extent) in [(rows, image[2]), (columns, image[3])] {
      guard window.kernel == 1 || window.dilation <= extent else {
        throw .setting(
          name, name: "dilation", value: "\(window.dilation)",
          allowed: "at most the image's \(extent), so that each window sees a pixel")
      }
    }
    guard let output = Shape(checking: [image[0], image[1], height, width]) else {
      throw .tooLarge(name)
    }
    return output
  }

  func cost(_ output: Shape) -> Cost {
    Cost(
      otherOperations: [rows.kernel, columns.kernel].reduce(
        output.elementCount, saturatingProduct))
  }
}

/// The largest value under a window, for each channel; padding never wins.
///
/// `[N, C, H, W] → [N, C, rows.positions(on: H), columns.positions(on: W)]`
public struct MaxPool2d: Operation {
  public static let typeName = "MaxPool2d"
  /// The window along the height.
  public let rows: Window
  /// The window along the width.
  public let columns: Window

  /// Makes a pooling; padding may be at most half the kernel.
  public init(rows: Window, columns: Window) {
    self.rows = rows
    self.columns = columns
  }

  private var geometry: PoolGeometry { PoolGeometry(name: name, rows: rows, columns: columns) }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .windows(rows: rows, columns: columns)
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return [try geometry.outputShape(for: inputs[0])]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { geometry.cost(outputs[0]) }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [
      try builder.apply(
        MaxPool2dGradient(pooling: self), node.inputs[0], try node.gradient(), path: node.path)
    ]
  }
}

/// The gradient of max-pooling: each window's gradient goes to its first largest pixel.
///
/// Inputs: image, output gradient. Result: the image's shape.
public struct MaxPool2dGradient: Operation {
  public static let typeName = "MaxPool2dGradient"
  /// The pooling that is differentiated.
  public let pooling: MaxPool2d

  /// Differentiates `pooling`.
  public init(pooling: MaxPool2d) { self.pooling = pooling }

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

/// The mean under a window, for each channel.
///
/// `[N, C, H, W] → [N, C, rows.positions(on: H), columns.positions(on: W)]`
public struct AvgPool2d: Operation {
  public static let typeName = "AvgPool2d"
  /// The window along the height; its dilation is 1.
  public let rows: Window
  /// The window along the width; its dilation is 1.
  public let columns: Window
  /// Whether padding counts in the divisor (PyTorch's `count_include_pad`).
  public let countIncludePad: Bool

  /// Makes a pooling; padding may be at most half the kernel.
  public init(rows: Window, columns: Window, countIncludePad: Bool = true) {
    self.rows = rows
    self.columns = columns
    self.countIncludePad = countIncludePad
  }

  private var geometry: PoolGeometry { PoolGeometry(name: name, rows: rows, columns: columns) }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .windows(rows: rows, columns: columns)
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    guard rows.dilation == 1, columns.dilation == 1 else {
      throw .setting(
        name, name: "dilation", value: "\(rows.dilation)×\(columns.dilation)", allowed: "1")
    }
    return [try geometry.outputShape(for: inputs[0])]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { geometry.cost(outputs[0]) }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [
      try builder.apply(
        AvgPool2dGradient(pooling: self), try node.gradient(), node.inputs[0], path: node.path)
    ]
  }
}

/// The gradient of average pooling: each window's gradient, shared out evenly.
///
/// Inputs: output gradient, and the image for its shape. Result: the image's shape.
public struct AvgPool2dGradient: Operation {
  public static let typeName = "AvgPool2dGradient"
  /// The pooling that is differentiated.
  public let pooling: AvgPool2d

  /// Differentiates `pooling`.
  public init(pooling: AvgPool2d) { self.pooling = pooling }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index == 0 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    try expectGradient(inputs[0], of: pooling.outputShapes(for: [inputs[1]])[0])
    return [inputs[1]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    pooling.cost(inputs: [inputs[1]], outputs: [inputs[0]])
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(pooling, try node.gradient(), path: node.path), nil]
  }
}

/// The mean of each cell of a grid laid over the image, whatever the image's size.
///
/// `[N, C, H, W] → [N, C, height, width]`; cell `i` of `n` covers `⌊i·H/n⌋ ..< ⌈(i+1)·H/n⌉`. A grid
/// of 1×1 is global average pooling.
public struct AdaptiveAvgPool2d: Operation {
  public static let typeName = "AdaptiveAvgPool2d"
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

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    let image = inputs[0]
    let covered = [Self.covered(image[2], height), Self.covered(image[3], width)]
    return Cost(otherOperations: covered.reduce(image[0] * image[1], saturatingProduct))
  }

  /// Pixels that all cells of an axis cover together; cells may overlap by one.
  private static func covered(_ extent: Int, _ cells: Int) -> Int {
    let common = greatestCommonDivisor(extent, cells)
    return common * (extent / common + cells / common - 1)
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [
      try builder.apply(
        AdaptiveAvgPool2dGradient(pooling: self), try node.gradient(), node.inputs[0],
        path: node.path)
    ]
  }
}

/// The gradient of adaptive average pooling.
///
/// Inputs: output gradient, and the image for its shape. Result: the image's shape.
public struct AdaptiveAvgPool2dGradient: Operation {
  public static let typeName = "AdaptiveAvgPool2dGradient"
  /// The pooling that is differentiated.
  public let pooling: AdaptiveAvgPool2d

  /// Differentiates `pooling`.
  public init(pooling: AdaptiveAvgPool2d) { self.pooling = pooling }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index == 0 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    try expectGradient(inputs[0], of: pooling.outputShapes(for: [inputs[1]])[0])
    return [inputs[1]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    pooling.cost(inputs: [inputs[1]], outputs: [inputs[0]])
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(pooling, try node.gradient(), path: node.path), nil]
  }
}

extension Operation {
  /// Throws unless a gradient has the shape of the result that it belongs to.
  func expectGradient(_ gradient: Shape, of output: Shape) throws(OperationError) {
    guard gradient == output else {
      throw .shape(name, input: "gradient", expected: output, actual: gradient)
    }
  }
}
