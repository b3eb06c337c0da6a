public import FoveaTensors

/// Normalises each group of channels of each image: `y = (x − mean) / √(variance + epsilon) · weight + bias`.
///
/// Mean and biased variance are over the channels of a group and all that lies behind them. With as many
/// groups as channels it is instance normalisation.
///
/// | value | shape |
/// | --- | --- |
/// | inputs | `[N, C, …]`; weight, or weight and bias, `[C]` |
/// | results | `[N, C, …]`; mean and `1/√(variance + epsilon)` of each group, `[N, groups]` |
///
/// - SeeAlso: Y. Wu and K. He, arXiv:1803.08494; D. Ulyanov et al., *Instance Normalization*,
///   arXiv:1607.08022.
public struct GroupNorm: Operation {
  public static let typeName = "GroupNorm"
  /// How many groups the channels are cut into; it divides their number.
  public let groups: Int
  /// Added to the variance, so that the root is never of zero.
  public let epsilon: Float

  /// Makes the operation.
  public init(groups: Int, epsilon: Float) {
    self.groups = groups
    self.epsilon = epsilon
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .global }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...3, inputs)
    try expectGroups(groups, inputs[0])
    try expect(epsilon: epsilon)
    for parameter in inputs.dropFirst() { try expectPerChannel(parameter, of: inputs[0]) }
    return [inputs[0], [inputs[0][0], groups], [inputs[0][0], groups]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: saturatingProduct(5, outputs[0].elementCount))
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    try appendNormalisationGradients(GroupNormGradient(groups: groups), of: node, to: &builder)
  }
}

/// The gradients of group normalisation.
///
/// Inputs: image, output gradient, mean, inverse deviation, and weight where there is one. Results: the
/// gradient of the image, and where there is a weight, of weight and bias.
public struct GroupNormGradient: Operation {
  public static let typeName = "GroupNormGradient"
  /// How many groups the channels are cut into.
  public let groups: Int

  /// Makes the operation.
  public init(groups: Int) { self.groups = groups }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(4...5, inputs)
    try expectGroups(groups, inputs[0])
    try expectGradient(inputs[1], of: inputs[0])
    for statistic in inputs[2...3] {
      try expect(statistic, shape: [inputs[0][0], groups], called: "a statistic")
    }
    guard inputs.count == 5 else { return [inputs[0]] }
    try expectPerChannel(inputs[4], of: inputs[0])
    return [inputs[0], inputs[4], inputs[4]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: saturatingProduct(8, outputs[0].elementCount))
  }
}

extension Operation {
  /// The rule of a normalisation: its results after the first are what its gradient is given.
  func appendNormalisationGradients(
    _ operation: some Operation, of node: DifferentiatedNode, to builder: inout GraphBuilder
  ) throws(GraphError) -> [Value?] {
    guard node.outputGradients.dropFirst().allSatisfy({ $0 == nil }) else {
      throw .operation(path: node.path, .notDifferentiable("a statistic of \(name)"))
    }
    let weight = node.inputs.dropFirst().prefix(1)
    let found = try builder.append(
      operation, [node.inputs[0], try node.gradient()] + node.outputs.dropFirst() + weight,
      path: node.path)
    return zip(node.wanted, found).map { wanted, value in wanted ? value : nil }
  }

  /// Throws unless `epsilon` keeps a root from being of zero.
  func expect(epsilon: Float) throws(OperationError) {
    guard epsilon > 0, epsilon.isFinite else {
      throw .setting(name, name: "epsilon", value: "\(epsilon)", allowed: "a small number above 0")
    }
  }

  /// Throws unless `actual` is the shape that another input settles.
  func expect(_ actual: Shape, shape expected: Shape, called input: String) throws(OperationError) {
    guard actual == expected else {
      throw .shape(name, input: input, expected: expected, actual: actual)
    }
  }

  fileprivate func expectGroups(_ groups: Int, _ image: Shape) throws(OperationError) {
    guard image.rank >= 2 else { throw .rank(name, expected: 2, actual: image) }
    guard image.elementCount > 0 else { throw .empty(name, actual: image) }
    guard groups > 0, image[1] % groups == 0 else {
      throw .setting(
        name, name: "groups", value: "\(groups)", allowed: "a divisor of the \(image[1]) channels")
    }
  }

  fileprivate func expectPerChannel(_ parameter: Shape, of image: Shape) throws(OperationError) {
    guard parameter.rank == 1 else { throw .rank(name, expected: 1, actual: parameter) }
    guard parameter[0] == image[1] else {
      throw .channels(name, expected: parameter[0], actual: image)
    }
  }
}
