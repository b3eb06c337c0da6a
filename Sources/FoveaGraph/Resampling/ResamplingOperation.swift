public import FoveaTensors

/// An operation whose result is a weighted sum along one axis after another: resizing, padding, blurring.
public protocol ResamplingOperation: Operation {
  /// For each axis that is not left as it is, how its places are made.
  ///
  /// - Parameter input: A shape that `outputShapes` accepts.
  func tables(for input: Shape) -> [(axis: Int, table: ResamplingTable)]

  /// What stands where a place is made of nothing.
  var emptyValue: Float { get }

  /// The same sums with 0 as `emptyValue`, which are linear: the gradient's gradient.
  var withoutOffset: Self { get }
}

extension ResamplingOperation {
  public var emptyValue: Float { 0 }
  public var withoutOffset: Self { self }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [
      try builder.apply(
        ResamplingGradient(of: self), try node.gradient(), node.inputs[0], path: node.path)
    ]
  }

  /// Checks that an axis is not longer than a table may be.
  func expectExtents(_ input: Int, _ output: Int) throws(OperationError) {
    guard 1...ResamplingTable.largestExtent ~= input, 1...ResamplingTable.largestExtent ~= output
    else {
      throw .setting(
        name, name: "an axis from \(input) to", value: "\(output)",
        allowed: "extents of 1 to \(ResamplingTable.largestExtent)")
    }
  }
}

/// The gradient of an operation that resamples: the transposed sums.
///
/// Inputs: output gradient, and the operation's input for its shape. Result: the input's shape.
public struct ResamplingGradient<Resampled: ResamplingOperation>: Operation {
  public static var typeName: String { Resampled.typeName + "Gradient" }
  /// The operation that is differentiated.
  public let operation: Resampled

  /// Differentiates `operation`.
  public init(of operation: Resampled) { self.operation = operation }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index == 0 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    try expectGradient(inputs[0], of: operation.outputShapes(for: [inputs[1]])[0])
    return [inputs[1]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    operation.cost(inputs: [inputs[1]], outputs: [inputs[0]])
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(operation.withoutOffset, try node.gradient(), path: node.path), nil]
  }
}
