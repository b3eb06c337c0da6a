public import FoveaTensors

/// Multiplies rows by a weight matrix: `y = x · weightᵀ + bias`.
///
/// | tensor | shape |
/// | --- | --- |
/// | input | `[N, inFeatures]` |
/// | weight | `[outFeatures, inFeatures]` |
/// | bias | `[outFeatures]`, a third input where there is one |
/// | output | `[N, outFeatures]` |
public struct Linear: Operation {
  public static let typeName = "Linear"

  /// Makes the operation; all sizes follow from the weight.
  public init() {}

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .global }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...3, inputs)
    let (rows, weight) = (inputs[0], inputs[1])
    guard rows.rank == 2 else { throw .rank(name, expected: 2, actual: rows) }
    guard weight.rank == 2 else { throw .rank("\(name) weight", expected: 2, actual: weight) }
    guard rows.elementCount > 0 else { throw .empty(name, actual: rows) }
    guard rows[1] == weight[1] else { throw .features(name, expected: weight[1], actual: rows) }
    guard weight[0] > 0, inputs.count == 2 || inputs[2] == [weight[0]] else {
      throw .shape(name, input: "bias", expected: [weight[0]], actual: inputs.last ?? .scalar)
    }
    guard let output = Shape(checking: [rows[0], weight[0]]) else { throw .tooLarge(name) }
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(
      multiplyAdds: saturatingProduct(outputs[0].elementCount, inputs[0][1]),
      otherOperations: inputs.count == 3 ? outputs[0].elementCount : 0)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = try node.gradient()
    var result = [Value?](repeating: nil, count: node.inputs.count)
    if node.wanted[0] {
      result[0] = try builder.apply(MatMul(), gradient, node.inputs[1], path: node.path)
    }
    if node.wanted[1] {
      result[1] = try builder.apply(
        MatMul(transposeLeft: true), gradient, node.inputs[0], path: node.path)
    }
    if node.inputs.count == 3, node.wanted[2] {
      result[2] = try builder.apply(
        Reduce(.sum, axes: [0], keepDimensions: false), gradient, path: node.path)
    }
    return result
  }
}

/// The product of two matrices, each of which may be taken transposed.
///
/// `[m, k] · [k, n] → [m, n]`, before transposing.
public struct MatMul: Operation {
  public static let typeName = "MatMul"
  /// Whether the left matrix is given as `[k, m]`.
  public let transposeLeft: Bool
  /// Whether the right matrix is given as `[n, k]`.
  public let transposeRight: Bool

  /// Makes a product.
  public init(transposeLeft: Bool = false, transposeRight: Bool = false) {
    self.transposeLeft = transposeLeft
    self.transposeRight = transposeRight
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    for input in inputs {
      guard input.rank == 2 else { throw .rank(name, expected: 2, actual: input) }
      guard input.elementCount > 0 else { throw .empty(name, actual: input) }
    }
    let (left, right) = (inputs[0], inputs[1])
    let (m, k) = transposeLeft ? (left[1], left[0]) : (left[0], left[1])
    let (n, other) = transposeRight ? (right[0], right[1]) : (right[1], right[0])
    guard k == other else {
      let expected: Shape = transposeRight ? [n, k] : [k, n]
      throw .shape(name, input: "the right matrix", expected: expected, actual: right)
    }
    guard let output = Shape(checking: [m, n]) else { throw .tooLarge(name) }
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(
      multiplyAdds: saturatingProduct(
        outputs[0].elementCount, inputs[0][transposeLeft ? 0 : 1]))
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = try node.gradient()
    let (left, right) = (node.inputs[0], node.inputs[1])
    var result: [Value?] = [nil, nil]
    if node.wanted[0] {
      result[0] =
        transposeLeft
        ? try builder.apply(
          MatMul(transposeLeft: transposeRight, transposeRight: true), right, gradient,
          path: node.path)
        : try builder.apply(
          MatMul(transposeRight: !transposeRight), gradient, right, path: node.path)
    }
    if node.wanted[1] {
      result[1] =
        transposeRight
        ? try builder.apply(
          MatMul(transposeLeft: true, transposeRight: transposeLeft), gradient, left,
          path: node.path)
        : try builder.apply(
          MatMul(transposeLeft: !transposeLeft), left, gradient, path: node.path)
    }
    return result
  }
}
