public import FoveaTensors

/// Where the largest value under each window lies: `row · W + column` in the image, as int32.
///
/// Input: image. Result: an index for each value of the same `MaxPool2d`, PyTorch's `return_indices`.
public struct MaxPool2dIndices: Operation {
  public static let typeName = "MaxPool2dIndices"
  /// The pooling whose values the indices belong to.
  public let pooling: MaxPool2d

  /// Makes the operation.
  public init(pooling: MaxPool2d) { self.pooling = pooling }

  public var outputElementType: ElementType { .int32 }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { pooling.spatialReach(inputs: inputs) }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let output = try pooling.outputShapes(for: inputs)
    try expectIndexable(inputs[0])
    return output
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    pooling.cost(inputs: inputs, outputs: outputs)
  }
}

/// Puts values back to where max-pooling took them from, among zeros.
///
/// Inputs: values and their indices, both `[N, C, H, W]`, and optionally a value of the wanted size. Result:
/// `[N, C, H', W']` with that size, else with the smallest one that the windows fit on that often. Where windows
/// overlap and share an index, the last one's value remains.
///
/// - SeeAlso: M. Zeiler, G. Taylor, R. Fergus, ICCV 2011, doi:10.1109/ICCV.2011.6126474; V. Badrinarayanan,
///   A. Kendall, R. Cipolla, *SegNet*, arXiv:1511.00561.
public struct MaxUnpool2d: Operation {
  public static let typeName = "MaxUnpool2d"
  /// The pooling's window along the height.
  public let rows: Window
  /// The pooling's window along the width.
  public let columns: Window

  /// Makes the operation that belongs to a pooling with these windows.
  public init(rows: Window, columns: Window) {
    self.rows = rows
    self.columns = columns
  }

  /// A value lands anywhere that its window saw.
  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .transposedWindows(rows: rows, columns: columns)
  }

  public func readsElements(ofInput index: Int) -> Bool { index < 2 }
  public func elementType(ofInput index: Int) -> ElementType { index == 1 ? .int32 : .float32 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...3, inputs)
    let values = inputs[0]
    try expectImages(values)
    guard inputs[1] == values else {
      throw .shape(name, input: "indices", expected: values, actual: inputs[1])
    }
    let output: Shape
    if inputs.count == 3 {
      try expectImages(inputs[2])
      guard let wanted = Shape(checking: [values[0], values[1], inputs[2][2], inputs[2][3]]) else {
        throw .tooLarge(name)
      }
      output = wanted
    } else {
      guard let height = rows.extents(forPositions: values[2])?.lowerBound,
        let width = columns.extents(forPositions: values[3])?.lowerBound,
        let smallest = Shape(checking: [values[0], values[1], height, width])
      else { throw .tooLarge(name) }
      output = smallest
    }
    try expectIndexable(output)
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: inputs[0].elementCount)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = try builder.apply(
      MaxUnpool2dGradient(unpooling: self), try node.gradient(), node.inputs[1], path: node.path)
    return [gradient] + Array(repeating: nil, count: node.inputs.count - 1)
  }
}

/// The gradient of max-unpooling: what stands at each index.
///
/// Inputs: output gradient, indices. Result: the indices' shape.
public struct MaxUnpool2dGradient: Operation {
  public static let typeName = "MaxUnpool2dGradient"
  /// What is differentiated.
  public let unpooling: MaxUnpool2d

  /// Differentiates `unpooling`.
  public init(unpooling: MaxUnpool2d) { self.unpooling = unpooling }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func elementType(ofInput index: Int) -> ElementType { index == 1 ? .int32 : .float32 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    let (gradient, indices) = (inputs[0], inputs[1])
    try expectGradient(
      gradient, of: unpooling.outputShapes(for: [indices, indices, gradient])[0])
    return [indices]
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [
      try builder.apply(
        unpooling, try node.gradient(), node.inputs[1], node.inputs[0], path: node.path), nil,
    ]
  }
}

extension Operation {
  /// Throws where an image has more pixels than an int32 counts.
  fileprivate func expectIndexable(_ image: Shape) throws(OperationError) {
    guard saturatingProduct(image[2], image[3]) <= Int(Int32.max) else { throw .tooLarge(name) }
  }
}
