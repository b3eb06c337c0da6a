public import FoveaTensors

/// Normalises over some axes of each image: `y = (x − mean) / √(variance + epsilon) · weight + bias`.
///
/// | value | shape |
/// | --- | --- |
/// | inputs | `[N, …]`; weight, or weight and bias, of the extents of the normalised axes |
/// | results | the input's; mean and `1/√(variance + epsilon)`, with normalised axes of extent 1 |
///
/// - SeeAlso: J. Ba, J. Kiros, G. Hinton, arXiv:1607.06450.
public struct LayerNorm: Operation {
  /// What is normalised over.
  public enum Axes: Hashable, Codable, Sendable {
    /// The last axes, this many, as PyTorch's `normalized_shape` has them.
    case trailing(Int)
    /// The channels of an image `[N, C, H, W]`, at each pixel.
    case channels
  }

  public static let typeName = "LayerNorm"
  /// What is normalised over.
  public let axes: Axes
  /// Added to the variance, so that the root is never of zero.
  public let epsilon: Float

  /// Makes the operation.
  public init(axes: Axes, epsilon: Float) {
    self.axes = axes
    self.epsilon = epsilon
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach {
    inputs[0].reach(ofMixing: Set(axes.indices(of: inputs[0])))
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...3, inputs)
    let (parameter, statistic) = try expectNormalisable(axes, inputs[0])
    try expect(epsilon: epsilon)
    for input in inputs.dropFirst() { try expect(input, shape: parameter, called: "a parameter") }
    return [inputs[0], statistic, statistic]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: saturatingProduct(5, outputs[0].elementCount))
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    try appendNormalisationGradients(LayerNormGradient(axes: axes), of: node, to: &builder)
  }
}

/// The gradients of layer normalisation.
///
/// Inputs: what was normalised, output gradient, mean, inverse deviation, and weight where there is one.
/// Results: the gradient of the input, and where there is a weight, of weight and bias.
public struct LayerNormGradient: Operation {
  public static let typeName = "LayerNormGradient"
  /// What is normalised over.
  public let axes: LayerNorm.Axes

  /// Makes the operation.
  public init(axes: LayerNorm.Axes) { self.axes = axes }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(4...5, inputs)
    let (parameter, statistic) = try expectNormalisable(axes, inputs[0])
    try expectGradient(inputs[1], of: inputs[0])
    for input in inputs[2...3] { try expect(input, shape: statistic, called: "a statistic") }
    guard inputs.count == 5 else { return [inputs[0]] }
    try expect(inputs[4], shape: parameter, called: "a parameter")
    return [inputs[0], parameter, parameter]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: saturatingProduct(8, outputs[0].elementCount))
  }
}

extension LayerNorm.Axes {
  /// The axes of `shape` that are normalised over, in order.
  public func indices(of shape: Shape) -> Range<Int> {
    switch self {
    case .trailing(let count): max(shape.rank - count, 0)..<shape.rank
    case .channels: 1..<2
    }
  }
}

extension Operation {
  /// The shapes of parameters and of statistics, for an input that can be normalised.
  fileprivate func expectNormalisable(
    _ axes: LayerNorm.Axes, _ input: Shape
  ) throws(OperationError) -> (parameter: Shape, statistic: Shape) {
    switch axes {
    case .trailing(let count):
      guard 1...max(input.rank, 1) ~= count else {
        throw .setting(
          name, name: "trailing axes", value: "\(count)", allowed: "1 to \(input.rank) on \(input)")
      }
    case .channels:
      guard input.rank == 4 else { throw .rank(name, expected: 4, actual: input) }
    }
    guard input.rank > 0, input.elementCount > 0 else { throw .empty(name, actual: input) }
    let normalised = axes.indices(of: input)
    return (
      Shape(normalised.map { input[$0] }),
      normalised.reduce(input) { $0.replacing($1, with: 1) }
    )
  }
}
