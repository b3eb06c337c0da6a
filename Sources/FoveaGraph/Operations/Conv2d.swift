public import FoveaTensors

/// Slides `outChannels` filters over an image batch (cross-correlation, which CNNs call convolution).
///
/// | tensor | shape |
/// | --- | --- |
/// | input | `[N, inChannels, H, W]` |
/// | weight | `[outChannels, inChannels / groups, rows.kernel, columns.kernel]` |
/// | bias | `[outChannels]`, a third input where there is one |
/// | output | `[N, outChannels, rows.positions(on: H), columns.positions(on: W)]` |
///
/// - SeeAlso: V. Dumoulin and F. Visin, arXiv:1603.07285.
public struct Conv2d: Operation {
  public static let typeName = "Conv2d"
  /// The window along the height.
  public let rows: Window
  /// The window along the width.
  public let columns: Window
  /// Channels are cut into this many groups, each convolved by itself.
  public let groups: Int

  /// Makes a convolution; channels follow from the weight.
  public init(rows: Window, columns: Window, groups: Int = 1) {
    self.rows = rows
    self.columns = columns
    self.groups = groups
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .windows(rows: rows, columns: columns)
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...3, inputs)
    let (image, weight) = (inputs[0], inputs[1])
    let output = try outputShape(image: image, weight: weight)
    if inputs.count == 3, inputs[2] != [weight[0]] {
      throw .shape(name, input: "bias", expected: [weight[0]], actual: inputs[2])
    }
    return [output]
  }

  /// The result's shape, after every check of image and weight.
  func outputShape(image: Shape, weight: Shape) throws(OperationError) -> Shape {
    try expectImages(image)
    guard weight.rank == 4 else { throw .rank("\(name) weight", expected: 4, actual: weight) }
    guard groups > 0, image[1] % groups == 0, weight[0] % groups == 0 else {
      throw .groups(groups, inChannels: image[1], outChannels: weight[0])
    }
    guard weight[1] == image[1] / groups else {
      throw .channels(name, expected: saturatingProduct(weight[1], groups), actual: image)
    }
    let expected: Shape = [weight[0], weight[1], rows.kernel, columns.kernel]
    guard weight == expected, weight.elementCount > 0 else {
      throw .shape(name, input: "weight", expected: expected, actual: weight)
    }
    guard let height = rows.positions(on: image[2]), let width = columns.positions(on: image[3])
    else { throw .windowTooLarge(name, rows: rows, columns: columns, actual: image) }
    guard let output = Shape(checking: [image[0], weight[0], height, width]) else {
      throw .tooLarge(name)
    }
    return output
  }

  /// Multiply-adds on the output grid; a bias is an addition of its own.
  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    let perOutput = [inputs[1][1], rows.kernel, columns.kernel]
    return Cost(
      multiplyAdds: perOutput.reduce(outputs[0].elementCount, saturatingProduct),
      otherOperations: inputs.count == 3 ? outputs[0].elementCount : 0)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = try node.gradient()
    let (image, weight) = (node.inputs[0], node.inputs[1])
    var result = [Value?](repeating: nil, count: node.inputs.count)
    if node.wanted[0] {
      result[0] = try builder.apply(
        Conv2dInputGradient(convolution: self), gradient, weight, image, path: node.path)
    }
    if node.wanted[1] {
      result[1] = try builder.apply(
        Conv2dWeightGradient(convolution: self), image, gradient, weight, path: node.path)
    }
    if node.inputs.count == 3, node.wanted[2] {
      result[2] = try builder.apply(
        Reduce(.sum, axes: [0, 2, 3], keepDimensions: false), gradient, path: node.path)
    }
    return result
  }
}

/// The gradient of a convolution with respect to its image: the transposed convolution.
///
/// Inputs: output gradient, weight, and the image for its shape. Result: the image's shape.
public struct Conv2dInputGradient: Operation {
  public static let typeName = "Conv2dInputGradient"
  /// The convolution that is differentiated.
  public let convolution: Conv2d

  /// Differentiates `convolution`.
  public init(convolution: Conv2d) { self.convolution = convolution }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    .transposedWindows(rows: convolution.rows, columns: convolution.columns)
  }
  public func readsElements(ofInput index: Int) -> Bool { index != 2 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...3, inputs)
    let expected = try convolution.outputShape(image: inputs[2], weight: inputs[1])
    guard inputs[0] == expected else {
      throw .shape(name, input: "gradient", expected: expected, actual: inputs[0])
    }
    return [inputs[2]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    convolution.cost(inputs: [inputs[2], inputs[1]], outputs: [inputs[0]])
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let upstream = try node.gradient()
    let (gradient, weight) = (node.inputs[0], node.inputs[1])
    return [
      node.wanted[0] ? try builder.apply(convolution, upstream, weight, path: node.path) : nil,
      node.wanted[1]
        ? try builder.apply(
          Conv2dWeightGradient(convolution: convolution), upstream, gradient, weight,
          path: node.path) : nil,
      nil,
    ]
  }
}

/// The gradient of a convolution with respect to its weight.
///
/// Inputs: image, output gradient, and the weight for its shape. Result: the weight's shape.
public struct Conv2dWeightGradient: Operation {
  public static let typeName = "Conv2dWeightGradient"
  /// The convolution that is differentiated.
  public let convolution: Conv2d

  /// Differentiates `convolution`.
  public init(convolution: Conv2d) { self.convolution = convolution }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index != 2 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...3, inputs)
    let expected = try convolution.outputShape(image: inputs[0], weight: inputs[2])
    guard inputs[1] == expected else {
      throw .shape(name, input: "gradient", expected: expected, actual: inputs[1])
    }
    return [inputs[2]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    convolution.cost(inputs: [inputs[0], inputs[2]], outputs: [inputs[1]])
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let upstream = try node.gradient()
    let (image, gradient) = (node.inputs[0], node.inputs[1])
    return [
      node.wanted[0]
        ? try builder.apply(
          Conv2dInputGradient(convolution: convolution), gradient, upstream, image,
          path: node.path) : nil,
      node.wanted[1] ? try builder.apply(convolution, image, upstream, path: node.path) : nil,
      nil,
    ]
  }
}
