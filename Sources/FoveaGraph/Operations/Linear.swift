public import FoveaTensors

/// Multiplies rows, which lie along the last axis, by a weight matrix: `y = x · weightᵀ + bias`.
///
/// | tensor | shape |
/// | --- | --- |
/// | input | `[…, inFeatures]`, with one axis or more before the features |
/// | weight | `[outFeatures, inFeatures]` |
/// | bias | `[outFeatures]`, a third input where there is one |
/// | output | `[…, outFeatures]` |
public struct Linear: Operation {
  public static let typeName = "Linear"

  /// Makes the operation; all sizes follow from the weight.
  public init() {}

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .global }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...3, inputs)
    let (rows, weight) = (inputs[0], inputs[1])
    guard rows.rank >= 2 else { throw .rank(name, expected: 2, actual: rows) }
    guard weight.rank == 2 else { throw .rank("\(name) weight", expected: 2, actual: weight) }
    guard rows.elementCount > 0 else { throw .empty(name, actual: rows) }
    guard rows[rows.rank - 1] == weight[1] else {
      throw .features(name, expected: weight[1], actual: rows)
    }
    guard weight[0] > 0, inputs.count == 2 || inputs[2] == [weight[0]] else {
      throw .shape(name, input: "bias", expected: [weight[0]], actual: inputs.last ?? .scalar)
    }
    guard let output = Shape(checking: rows.dimensions.dropLast() + [weight[0]]) else {
      throw .tooLarge(name)
    }
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(
      multiplyAdds: saturatingProduct(outputs[0].elementCount, inputs[1][1]),
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
    let rank = builder.shape(of: gradient).rank
    if node.wanted[1] {
      var (left, right) = (gradient, node.inputs[0])
      if rank > 2 {
        let rows = Flatten(startAxis: 0, endAxis: -2)
        left = try builder.apply(rows, left, path: node.path)
        right = try builder.apply(rows, right, path: node.path)
      }
      result[1] = try builder.apply(MatMul(transposeLeft: true), left, right, path: node.path)
    }
    if node.inputs.count == 3, node.wanted[2] {
      result[2] = try builder.apply(
        Reduce(.sum, axes: Array(0..<rank - 1), keepDimensions: false), gradient, path: node.path)
    }
    return result
  }
}
