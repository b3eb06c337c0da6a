public import FoveaTensors

/// Puts tensors one after another along an axis; all other extents are equal.
public struct Concat: Operation {
  public static let typeName = "Concat"
  /// The axis; negative counts from the last.
  public let axis: Int

  /// Makes the operation.
  public init(axis: Int) { self.axis = axis }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    inputs[0].fromFirst(axis) < 2 ? .pointwise : .undefined
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    guard let first = inputs.first else { throw .inputCount(name, expected: 1...1024, actual: 0) }
    let axis = try normalisedAxes([axis], of: first)[0]
    var extent = 0
    for (index, input) in inputs.enumerated() {
      guard input.rank == first.rank else {
        throw .rank(name, expected: first.rank, actual: input)
      }
      let expected = first.replacing(axis, with: input[axis])
      guard input == expected else {
        throw .shape(name, input: "input \(index)", expected: expected, actual: input)
      }
      extent = saturatingSum(extent, input[axis])
    }
    var dimensions = first.dimensions
    dimensions[axis] = extent
    guard let output = Shape(checking: dimensions) else { throw .tooLarge(name) }
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let parts = try builder.append(
      Split(axis: axis), [try node.gradient()] + node.inputs, path: node.path)
    return zip(node.wanted, parts).map { $0 ? $1 : nil }
  }
}

/// Cuts a tensor along an axis into pieces with the shapes of the inputs that follow it.
public struct Split: Operation {
  public static let typeName = "Split"
  /// The axis; negative counts from the last.
  public let axis: Int

  /// Makes the operation.
  public init(axis: Int) { self.axis = axis }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index == 0 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    guard inputs.count > 1 else {
      throw .inputCount(name, expected: 2...1024, actual: inputs.count)
    }
    let pieces = Array(inputs.dropFirst())
    try expectGradient(inputs[0], of: Concat(axis: axis).outputShapes(for: pieces)[0])
    return pieces
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    var pieces: [Value] = []
    for (output, gradient) in zip(node.outputs, node.outputGradients) {
      // A piece that the loss does not depend on has a gradient of zero, in its own shape.
      if let gradient {
        pieces.append(gradient)
      } else {
        pieces.append(try builder.apply(Scale(0, shift: 0), output, path: node.path))
      }
    }
    let joined = try builder.append(Concat(axis: axis), pieces, path: node.path)[0]
    return [joined] + Array(repeating: nil, count: node.inputs.count - 1)
  }
}

/// The part `start ..< end` of a tensor along one axis.
public struct Slice: Operation {
  public static let typeName = "Slice"
  /// The axis; negative counts from the last.
  public let axis: Int
  /// The first index that is taken.
  public let start: Int
  /// The first index that is not taken any more.
  public let end: Int

  /// Makes the operation.
  public init(axis: Int, start: Int, end: Int) {
    self.axis = axis
    self.start = start
    self.end = end
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    switch inputs[0].fromFirst(axis) {
    case 0, 1: .pointwise
    case 2: .offset(rows: start, columns: 0)
    case 3: .offset(rows: 0, columns: start)
    default: .undefined
    }
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let axis = try normalisedAxes([axis], of: inputs[0])[0]
    guard 0 <= start, start < end, end <= inputs[0][axis] else {
      throw .range(name, start: start, end: end, actual: inputs[0])
    }
    return [inputs[0].replacing(axis, with: end - start)]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [
      try builder.apply(
        SliceGradient(slice: self), try node.gradient(), node.inputs[0], path: node.path)
    ]
  }
}

/// The gradient of a slice: in its place, between zeros.
///
/// Inputs: output gradient, and the sliced tensor for its shape.
public struct SliceGradient: Operation {
  public static let typeName = "SliceGradient"
  /// The slice that is differentiated.
  public let slice: Slice

  /// Differentiates `slice`.
  public init(slice: Slice) { self.slice = slice }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index == 0 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    try expectGradient(inputs[0], of: slice.outputShapes(for: [inputs[1]])[0])
    return [inputs[1]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(slice, try node.gradient(), path: node.path), nil]
  }
}
