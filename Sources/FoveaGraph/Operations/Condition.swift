public import FoveaTensors

/// 1 where every element of every input is a finite number, else 0.
///
/// Inputs: any number of tensors, at least one. Result: a scalar.
public struct AllFinite: Operation {
  public static let typeName = "AllFinite"

  /// Makes the operation.
  public init() {}

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...Int.max, inputs)
    return [.scalar]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    inputs.reduce(Cost()) { $0 + Cost(otherOperations: $1.elementCount) }
  }
}

/// The second input where the first, a scalar, is not 0; else the third.
///
/// Inputs: condition; two tensors of one shape. Result: that shape.
public struct Select: Operation {
  public static let typeName = "Select"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...3, inputs)
    guard inputs[0] == .scalar else {
      throw .shape(name, input: "the condition", expected: .scalar, actual: inputs[0])
    }
    guard inputs[1] == inputs[2] else {
      throw .shape(name, input: "input 2", expected: inputs[1], actual: inputs[2])
    }
    return [inputs[1]]
  }
}
