public import FoveaTensors

/// What the taps of a deformable convolution read: pixels between those of the image, at places that are data.
///
/// | tensor | shape |
/// | --- | --- |
/// | input | `[N, C, H, W]` |
/// | offset | `[N, offsetGroups · taps · 2, H', W']`: down, then right, for each tap |
/// | mask | `[N, offsetGroups · taps, H', W']`, a third input where there is one |
/// | output | `[N, C · taps, H', W']`: for each channel its taps, row by row |
///
/// Tap `t` of a window is moved by its offset, and the pixel there interpolated linearly between its four neighbours, of
/// which those outside the image count as 0; a mask multiplies it. All channels of one of the `offsetGroups` groups move
/// alike. A 1×1 convolution of the result with the weights as rows is the deformable convolution.
///
/// - SeeAlso: J. Dai et al., *Deformable Convolutional Networks*, arXiv:1703.06211; with a mask X. Zhu et al.,
///   *Deformable ConvNets v2*, arXiv:1811.11168.
public struct DeformableSampling: Operation {
  public static let typeName = "DeformableSampling"
  /// The window along the height.
  public let rows: Window
  /// The window along the width.
  public let columns: Window
  /// The groups of channels with offsets of their own.
  public let offsetGroups: Int

  /// Makes the operation.
  public init(rows: Window, columns: Window, offsetGroups: Int = 1) {
    self.rows = rows
    self.columns = columns
    self.offsetGroups = offsetGroups
  }

  /// Where a tap lies is data.
  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...3, inputs)
    let image = inputs[0]
    try expectImages(image)
    guard offsetGroups > 0, image[1] % offsetGroups == 0 else {
      throw .setting(
        name, name: "offset groups", value: "\(offsetGroups)",
        allowed: "a divisor of the \(image[1]) channels")
    }
    guard let height = rows.positions(on: image[2]), let width = columns.positions(on: image[3])
    else { throw .windowTooLarge(name, rows: rows, columns: columns, actual: image) }
    let taps = rows.kernel * columns.kernel
    func map(_ channels: Int) throws(OperationError) -> Shape {
      let all = saturatingProduct(channels, taps)
      guard let shape = Shape(checking: [image[0], all, height, width]) else {
        throw .tooLarge(name)
      }
      return shape
    }
    let expected = [try map(2 * offsetGroups), try map(offsetGroups)]
    for (input, (role, shape)) in zip(inputs.dropFirst(), zip(["offset", "mask"], expected)) {
      guard input == shape else { throw .shape(name, input: role, expected: shape, actual: input) }
    }
    return [try map(image[1])]
  }

  /// Four products and three sums for each pixel that is read, and a product with the mask.
  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(
      otherOperations: saturatingProduct(outputs[0].elementCount, inputs.count == 3 ? 8 : 7))
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let inputs = [try node.gradient()] + node.inputs
    var result = [Value?](repeating: nil, count: node.inputs.count)
    if node.wanted[0] {
      result[0] = try builder.append(
        DeformableSamplingInputGradient(sampling: self), inputs, path: node.path)[0]
    }
    if node.wanted.dropFirst().contains(true) {
      let found = try builder.append(
        DeformableSamplingOffsetGradient(sampling: self), inputs, path: node.path)
      for (index, value) in found.enumerated() { result[index + 1] = value }
    }
    return result
  }
}

/// The gradient of deformable sampling with respect to the image: what each pixel gave is gathered where it lies.
///
/// Inputs: output gradient, the image for its shape, offset, and mask where there is one. Result: the image's shape.
public struct DeformableSamplingInputGradient: Operation {
  public static let typeName = "DeformableSamplingInputGradient"
  /// The sampling that is differentiated.
  public let sampling: DeformableSampling

  /// Differentiates `sampling`.
  public init(sampling: DeformableSampling) { self.sampling = sampling }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index != 1 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...4, inputs)
    try expectGradient(inputs[0], of: sampling.outputShapes(for: Array(inputs.dropFirst()))[0])
    return [inputs[1]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    sampling.cost(inputs: Array(inputs.dropFirst()), outputs: [inputs[0]])
  }
}

/// The gradients of deformable sampling with respect to offsets and mask.
///
/// Where a tap lies on a whole number there is no derivative; that of the pixels below and to the right is taken.
///
/// Inputs: output gradient, image, offset, and mask where there is one. Results: the shapes of offset and mask.
public struct DeformableSamplingOffsetGradient: Operation {
  public static let typeName = "DeformableSamplingOffsetGradient"
  /// The sampling that is differentiated.
  public let sampling: DeformableSampling

  /// Differentiates `sampling`.
  public init(sampling: DeformableSampling) { self.sampling = sampling }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...4, inputs)
    try expectGradient(inputs[0], of: sampling.outputShapes(for: Array(inputs.dropFirst()))[0])
    return Array(inputs.dropFirst(2))
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    sampling.cost(inputs: Array(inputs.dropFirst()), outputs: [inputs[0]])
  }
}
