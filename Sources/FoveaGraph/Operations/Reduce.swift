public import FoveaTensors

/// Sum, mean or maximum over some axes.
public struct Reduce: Operation {
  /// The functions.
  public enum Function: String, Hashable, Codable, Sendable, CaseIterable {
    /// The sum.
    case sum
    /// The sum over the number of terms.
    case mean
    /// The largest element.
    case max
  }

  public static let typeName = "Reduce"
  /// Which function.
  public let function: Function
  /// The axes, each 0 or more, or negative to count from the last.
  public let axes: [Int]
  /// Whether the axes stay, with extent 1.
  public let keepDimensions: Bool

  /// Makes the operation.
  public init(_ function: Function, axes: [Int], keepDimensions: Bool) {
    self.function = function
    self.axes = axes
    self.keepDimensions = keepDimensions
  }

  public var name: String {
    switch function {
    case .sum: "Sum"
    case .mean: "Mean"
    case .max: "Max"
    }
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    inputs[0].reach(ofMixing: Set(axes.map(inputs[0].fromFirst)))
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let input = inputs[0]
    let reduced = try normalisedAxes(axes, of: input)
    guard input.elementCount > 0 else { throw .empty(name, actual: input) }
    return [
      Shape(
        input.dimensions.enumerated().compactMap { axis, extent in
          reduced.contains(axis) ? (keepDimensions ? 1 : nil) : extent
        })
    ]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: inputs[0].elementCount)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let shape = builder.shape(of: node.inputs[0])
    // With the axes back as extent 1, a result broadcasts over its input.
    func widened(_ value: Value) throws(GraphError) -> Value {
      guard !keepDimensions else { return value }
      let axes = axes.map(shape.fromFirst).sorted()
      return try builder.apply(Unsqueeze(axes: axes), value, path: node.path)
    }
    let gradient = try widened(try node.gradient())
    switch function {
    case .sum, .mean:
      return [
        try builder.apply(
          BroadcastTo(averaging: function == .mean), gradient, node.inputs[0], path: node.path)
      ]
    case .max:
      let largest = try widened(node.outputs[0])
      return [
        try builder.apply(MaxGradient(), node.inputs[0], largest, gradient, path: node.path)
      ]
    }
  }
}

/// The gradient of a maximum: shared evenly by the elements that are the largest (`torch.amax`).
///
/// Inputs: the tensor, its maxima and their gradients; the last two with reduced axes of extent 1.
public struct MaxGradient: Operation {
  public static let typeName = "MaxGradient"

  /// Makes the operation.
  public init() {}

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...3, inputs)
    guard inputs[0].rank == inputs[1].rank, Shape.broadcast(inputs[1], inputs[0]) == inputs[0]
    else { throw .broadcast(name, inputs[0], inputs[1]) }
    try expectGradient(inputs[2], of: inputs[1])
    return [inputs[0]]
  }
}

extension Operation {
  /// The axes as 0 or more, in order; each must exist and be named once.
  func normalisedAxes(_ axes: [Int], of shape: Shape) throws(OperationError) -> [Int] {
    let result = axes.map(shape.fromFirst).sorted()
    guard result.allSatisfy({ 0..<shape.rank ~= $0 }), Set(result).count == result.count else {
      throw .axes(name, axes: axes, actual: shape)
    }
    return result
  }
}

extension Shape {
  /// How far an operation sees that mixes what lies along `axes` of images or signals.
  func reach(ofMixing axes: Set<Int>) -> SpatialReach {
    guard 3...4 ~= rank else { return .global }
    let spatial = Set(2..<rank)
    return axes.isDisjoint(with: spatial)
      ? .pointwise : axes.isSuperset(of: spatial) ? .global : .undefined
  }
}
