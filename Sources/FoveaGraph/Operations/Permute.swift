public import FoveaTensors

/// The same elements with the axes in another order: axis `i` of the result is axis `axes[i]` of the input.
public struct Permute: Operation {
  public static let typeName = "Permute"
  /// For each axis of the result, the axis of the input; negative counts from the last.
  public let axes: [Int]

  /// Makes the operation; each axis is named once.
  public init(axes: [Int]) { self.axes = axes }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    let order = axes.map(inputs[0].fromFirst)
    return order.suffix(2) == [2, 3] ? .pointwise : .undefined
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    guard try normalisedAxes(axes, of: inputs[0]).count == inputs[0].rank else {
      throw .axes(name, axes: axes, actual: inputs[0])
    }
    return [Shape(axes.map { inputs[0][inputs[0].fromFirst($0)] })]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let input = builder.shape(of: node.inputs[0])
    var inverse = [Int](repeating: 0, count: axes.count)
    for (place, axis) in axes.enumerated() { inverse[input.fromFirst(axis)] = place }
    return [try builder.apply(Permute(axes: inverse), try node.gradient(), path: node.path)]
  }
}
