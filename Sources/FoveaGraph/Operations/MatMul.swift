public import FoveaTensors

/// The products of matrices, which lie along the last two axes and may be taken transposed.
///
/// `[…, m, k] · […, k, n] → […, m, n]`, before transposing. The axes before them are broadcast by NumPy's rule.
public struct MatMul: Operation {
  public static let typeName = "MatMul"
  /// Whether the left matrices are given as `[k, m]`.
  public let transposeLeft: Bool
  /// Whether the right matrices are given as `[n, k]`.
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
      guard input.rank >= 2 else { throw .rank(name, expected: 2, actual: input) }
      guard input.elementCount > 0 else { throw .empty(name, actual: input) }
    }
    let (left, right) = (inputs[0], inputs[1])
    let (m, k) = left.lastTwo(transposed: transposeLeft)
    let (other, n) = right.lastTwo(transposed: transposeRight)
    guard k == other else {
      let expected = right.beforeLastTwo.dimensions + (transposeRight ? [n, k] : [k, n])
      guard let shape = Shape(checking: expected) else { throw .tooLarge(name) }
      throw .shape(name, input: "the right matrix", expected: shape, actual: right)
    }
    guard let batch = Shape.broadcast(left.beforeLastTwo, right.beforeLastTwo) else {
      throw .broadcast("\(name)'s batch", left.beforeLastTwo, right.beforeLastTwo)
    }
    guard let output = Shape(checking: batch.dimensions + [m, n]) else { throw .tooLarge(name) }
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(
      multiplyAdds: saturatingProduct(
        outputs[0].elementCount, inputs[0].lastTwo(transposed: transposeLeft).columns))
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = try node.gradient()
    let (left, right) = (node.inputs[0], node.inputs[1])
    var result: [Value?] = [nil, nil]
    if node.wanted[0] {
      let own =
        transposeLeft
        ? try builder.apply(
          MatMul(transposeLeft: transposeRight, transposeRight: true), right, gradient,
          path: node.path)
        : try builder.apply(
          MatMul(transposeRight: !transposeRight), gradient, right, path: node.path)
      result[0] = try builder.summed(own, to: left, path: node.path)
    }
    if node.wanted[1] {
      let own =
        transposeRight
        ? try builder.apply(
          MatMul(transposeLeft: true, transposeRight: transposeLeft), gradient, left,
          path: node.path)
        : try builder.apply(
          MatMul(transposeLeft: !transposeLeft), left, gradient, path: node.path)
      result[1] = try builder.summed(own, to: right, path: node.path)
    }
    return result
  }
}

extension Shape {
  /// All axes but the last two.
  var beforeLastTwo: Shape { Shape(Array(dimensions.dropLast(2))) }

  /// The extents of the last two axes, in order or the other way round.
  fileprivate func lastTwo(transposed: Bool) -> (rows: Int, columns: Int) {
    let (first, last) = (self[rank - 2], self[rank - 1])
    return transposed ? (last, first) : (first, last)
  }
}

extension GraphBuilder {
  /// Sums a gradient over the axes along which the value that it belongs to may be broadcast.
  fileprivate mutating func summed(
    _ gradient: Value, to value: Value, path: String
  ) throws(GraphError) -> Value {
    shape(of: gradient).rank == 2
      ? gradient : try apply(SumTo(), gradient, value, path: path)
  }
}
