public import FoveaTensors

extension Shape {
  /// The shape that two shapes broadcast to by NumPy's rule, or `nil` where they do not fit.
  public static func broadcast(_ left: Shape, _ right: Shape) -> Shape? {
    let rank = max(left.rank, right.rank)
    var result: [Int] = []
    for axis in 0..<rank {
      let a = left.extent(axis, ofRank: rank)
      let b = right.extent(axis, ofRank: rank)
      guard a == b || a == 1 || b == 1 else { return nil }
      result.append(a == 1 ? b : a)
    }
    return Shape(checking: result)
  }

  /// The extent along `axis` when axes of extent 1 are put before the first, up to `rank`.
  func extent(_ axis: Int, ofRank rank: Int) -> Int {
    let own = axis - (rank - self.rank)
    return own < 0 ? 1 : self[own]
  }
}

/// Repeats a tensor along axes of extent 1, until it has another value's shape.
///
/// Inputs: the tensor, and a value whose shape is wanted.
public struct BroadcastTo: Operation {
  public static let typeName = "BroadcastTo"
  /// Whether each element is divided by the number of its copies, as a mean's gradient is.
  public let averaging: Bool

  /// Makes the operation.
  public init(averaging: Bool = false) { self.averaging = averaging }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index == 0 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    guard Shape.broadcast(inputs[0], inputs[1]) == inputs[1] else {
      throw .broadcast(name, inputs[0], inputs[1])
    }
    return [inputs[1]]
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let sum = SumTo(averaging: averaging)
    return [try builder.apply(sum, try node.gradient(), node.inputs[0], path: node.path), nil]
  }
}

/// Sums a tensor over the axes along which another value's shape would be broadcast to it.
///
/// Inputs: the tensor, and a value whose shape is wanted.
public struct SumTo: Operation {
  public static let typeName = "SumTo"
  /// Whether each sum is divided by the number of its terms.
  public let averaging: Bool

  /// Makes the operation.
  public init(averaging: Bool = false) { self.averaging = averaging }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func readsElements(ofInput index: Int) -> Bool { index == 0 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    guard Shape.broadcast(inputs[1], inputs[0]) == inputs[0] else {
      throw .broadcast(name, inputs[0], inputs[1])
    }
    return [inputs[1]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: inputs[0] == inputs[1] ? 0 : inputs[0].elementCount)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let copy = BroadcastTo(averaging: averaging)
    return [try builder.apply(copy, try node.gradient(), node.inputs[0], path: node.path), nil]
  }
}
