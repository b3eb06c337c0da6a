public import FoveaTensors

/// Exponentials along an axis, divided by their sum: each result is in 0…1 and they add to 1.
public struct Softmax: Operation {
  public static let typeName = "Softmax"
  /// The axis; negative counts from the last.
  public let axis: Int

  /// Makes the operation.
  public init(axis: Int) { self.axis = axis }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    inputs[0].reach(ofMixing: [inputs[0].fromFirst(axis)])
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    _ = try normalisedAxes([axis], of: inputs[0])
    return inputs
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 4 * outputs[0].elementCount)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    // dx = y · (g − Σ g·y)
    let (path, output) = (node.path, node.outputs[0])
    let gradient = try node.gradient()
    let weighted = try builder.apply(Binary(.multiply), gradient, output, path: path)
    let sum = try builder.apply(
      Reduce(.sum, axes: [axis], keepDimensions: true), weighted, path: path)
    let centred = try builder.apply(Binary(.subtract), gradient, sum, path: path)
    return [try builder.apply(Binary(.multiply), output, centred, path: path)]
  }
}

/// The logarithm of softmax, computed without overflow: `x − log Σ eˣ` along an axis.
public struct LogSoftmax: Operation {
  public static let typeName = "LogSoftmax"
  /// The axis; negative counts from the last.
  public let axis: Int

  /// Makes the operation.
  public init(axis: Int) { self.axis = axis }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    _ = try normalisedAxes([axis], of: inputs[0])
    return inputs
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 4 * outputs[0].elementCount)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    // dx = g − eʸ · Σ g
    let path = node.path
    let gradient = try node.gradient()
    let sum = try builder.apply(
      Reduce(.sum, axes: [axis], keepDimensions: true), gradient, path: path)
    let probabilities = try builder.apply(Unary(.exp), node.outputs[0], path: path)
    let share = try builder.apply(Binary(.multiply), probabilities, sum, path: path)
    return [try builder.apply(Binary(.subtract), gradient, share, path: path)]
  }
}
