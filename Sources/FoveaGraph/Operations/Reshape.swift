public import FoveaTensors

/// The same elements in row-major order under another shape.
///
/// With a second input, that value's shape is taken and `target` must be empty; else `target`, where
/// one extent may be -1, to be inferred.
public struct Reshape: Operation {
  public static let typeName = "Reshape"
  /// The wanted extents.
  public let target: [Int]

  /// Reshapes to `target`.
  public init(_ target: [Int]) { self.target = target }

  /// Reshapes to the shape of the second input.
  public init() { target = [] }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { reachOfReshaping(inputs) }
  public func readsElements(ofInput index: Int) -> Bool { index == 0 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...2, inputs)
    let input = inputs[0]
    if inputs.count == 2 {
      guard target.isEmpty, inputs[1].elementCount == input.elementCount else {
        throw .reshape(inputs[1].dimensions, actual: input)
      }
      return [inputs[1]]
    }
    let unknown = target.indices.filter { target[$0] == -1 }
    guard unknown.count <= 1, let known = Shape(checking: target.filter { $0 != -1 }) else {
      throw .reshape(target, actual: input)
    }
    var result = target
    if let axis = unknown.first {
      guard known.elementCount > 0, input.elementCount % known.elementCount == 0 else {
        throw .reshape(target, actual: input)
      }
      result[axis] = input.elementCount / known.elementCount
    }
    guard let shape = Shape(checking: result), shape.elementCount == input.elementCount else {
      throw .reshape(target, actual: input)
    }
    return [shape]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let own = try builder.apply(
      Reshape(), try node.gradient(), node.inputs[0], path: node.path)
    return node.inputs.count == 2 ? [own, nil] : [own]
  }
}

/// Merges the axes from `startAxis` to `endAxis` into one; it keeps the order of the elements.
///
/// `[64, 32, 2, 2] → [64, 128]` by default. Axes of extent 1 have no special part in it.
public struct Flatten: Operation {
  public static let typeName = "Flatten"
  /// The first merged axis.
  public let startAxis: Int
  /// The last merged axis; negative counts from the last.
  public let endAxis: Int

  /// Makes the operation.
  public init(startAxis: Int = 1, endAxis: Int = -1) {
    self.startAxis = startAxis
    self.endAxis = endAxis
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { reachOfReshaping(inputs) }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let input = inputs[0]
    let (start, end) = (input.fromFirst(startAxis), input.fromFirst(endAxis))
    guard start >= 0, start <= end, end < input.rank else {
      throw .axes(name, axes: [startAxis, endAxis], actual: input)
    }
    let extents = input.dimensions
    return [
      Shape(
        extents[..<start] + [extents[start...end].reduce(1, *)] + extents[(end + 1)...])
    ]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(Reshape(), try node.gradient(), node.inputs[0], path: node.path)]
  }
}

/// Puts axes of extent 1 at the given places of the result.
public struct Unsqueeze: Operation {
  public static let typeName = "Unsqueeze"
  /// The places, ascending, as axes of the result.
  public let axes: [Int]

  /// Makes the operation.
  public init(axes: [Int]) { self.axes = axes }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { reachOfReshaping(inputs) }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let rank = inputs[0].rank + axes.count
    guard axes.allSatisfy({ 0..<rank ~= $0 }), Set(axes).count == axes.count else {
      throw .axes(name, axes: axes, actual: inputs[0])
    }
    var remaining = inputs[0].dimensions[...]
    return [Shape((0..<rank).map { axes.contains($0) ? 1 : remaining.removeFirst() })]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(Reshape(), try node.gradient(), node.inputs[0], path: node.path)]
  }
}

extension Operation {
  /// How far a result sees that has the same elements in the same order: where height and width stay, the grid does.
  fileprivate func reachOfReshaping(_ inputs: [Shape]) -> SpatialReach {
    guard let output = try? outputShapes(for: inputs)[0], output.rank > 2, inputs[0].rank > 2,
      output.gridExtents == inputs[0].gridExtents
    else { return .flattened }
    return .pointwise
  }
}

extension Shape {
  /// Height and width; a signal of three axes has one row.
  fileprivate var gridExtents: [Int] { rank > 3 ? dimensions.suffix(2) : [1, self[rank - 1]] }
}
