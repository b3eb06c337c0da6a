public import FoveaTensors

/// Batch normalisation with running statistics, as inference has it.
///
/// `y = (x − running_mean) / √(running_var + epsilon) · weight + bias`, for each channel.
///
/// Inputs: image `[N, C, H, W]`, running mean and running variance `[C]`, and where `affine` weight
/// and bias `[C]`.
///
/// - SeeAlso: S. Ioffe and C. Szegedy, arXiv:1502.03167.
public struct BatchNorm2d: Operation {
  public static let typeName = "BatchNorm2d"
  /// Added to the variance, so that the root is never of zero.
  public let epsilon: Float

  /// Makes the operation.
  public init(epsilon: Float) { self.epsilon = epsilon }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectNormalisation(inputs, statistics: 2, affine: 2, epsilon: epsilon)
    return [inputs[0]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 2 * outputs[0].elementCount)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let path = node.path
    let gradient = try node.gradient()
    // [C] as [1, C, 1, 1], to broadcast over images.
    func perChannel(_ value: Value) throws(GraphError) -> Value {
      try builder.apply(Unsqueeze(axes: [0, 2, 3]), value, path: path)
    }
    func sumOfChannels(_ value: Value) throws(GraphError) -> Value {
      try builder.apply(Reduce(.sum, axes: [0, 2, 3], keepDimensions: false), value, path: path)
    }
    let (image, mean, variance) = (node.inputs[0], node.inputs[1], node.inputs[2])
    let shifted = try builder.apply(Scale(1, shift: epsilon), variance, path: path)
    let deviation = try perChannel(try builder.apply(Unary(.sqrt), shifted, path: path))
    let normalised = try builder.apply(Binary(.divide), gradient, deviation, path: path)
    let scaled =
      node.inputs.count == 5
      ? try builder.apply(
        Binary(.multiply), normalised, try perChannel(node.inputs[3]), path: path) : normalised
    let centred = try builder.apply(
      Binary(.subtract), image, try perChannel(mean), path: path)

    var result = [Value?](repeating: nil, count: node.inputs.count)
    if node.wanted[0] { result[0] = scaled }
    if node.wanted[1] {
      result[1] = try builder.apply(Unary(.negate), try sumOfChannels(scaled), path: path)
    }
    if node.wanted[2] {
      let products = try sumOfChannels(
        try builder.apply(Binary(.multiply), scaled, centred, path: path))
      let halved = try builder.apply(Scale(-0.5, shift: 0), products, path: path)
      result[2] = try builder.apply(Binary(.divide), halved, shifted, path: path)
    }
    if node.inputs.count == 5 {
      if node.wanted[3] {
        result[3] = try sumOfChannels(
          try builder.apply(Binary(.multiply), normalised, centred, path: path))
      }
      if node.wanted[4] { result[4] = try sumOfChannels(gradient) }
    }
    return result
  }
}

/// Batch normalisation with the batch's own statistics, as training has it.
///
/// `y = (x − mean) / √(variance + epsilon) · weight + bias`, with the biased variance; running values
/// follow PyTorch: `running ← (1 − momentum) · running + momentum · batch`, with the unbiased
/// variance. (Keras' momentum is one minus this one.)
///
/// | value | shape |
/// | --- | --- |
/// | inputs | image `[N, C, H, W]`, running mean, running variance `[C]`; where affine: weight, bias `[C]` |
/// | results | output `[N, C, H, W]`; batch mean, `1/√(variance + epsilon)`, new running mean, new running variance `[C]` |
///
/// - SeeAlso: S. Ioffe and C. Szegedy, arXiv:1502.03167.
public struct BatchNorm2dTraining: Operation {
  public static let typeName = "BatchNorm2dTraining"
  /// Added to the variance, so that the root is never of zero.
  public let epsilon: Float
  /// The share of the batch in the new running values.
  public let momentum: Float

  /// Makes the operation.
  public init(epsilon: Float, momentum: Float) {
    self.epsilon = epsilon
    self.momentum = momentum
  }

  /// Where each result stands.
  public enum Output: Int, Sendable {
    /// The normalised image.
    case output
    /// The batch's mean.
    case mean
    /// One over the batch's deviation.
    case inverseDeviation
    /// What the running mean becomes.
    case runningMean
    /// What the running variance becomes.
    case runningVariance
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .global }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectNormalisation(inputs, statistics: 2, affine: 2, epsilon: epsilon)
    let image = inputs[0]
    guard image[0] * image[2] * image[3] > 1 else { throw .tooFewValues(name, actual: image) }
    guard (0...1).contains(momentum) else {
      throw .setting(name, name: "momentum", value: "\(momentum)", allowed: "0 to 1")
    }
    return [image] + Array(repeating: [image[1]], count: 4)
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 5 * outputs[0].elementCount)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    guard node.outputGradients.dropFirst().allSatisfy({ $0 == nil }) else {
      throw .operation(path: node.path, .notDifferentiable("a statistic of \(name)"))
    }
    let gradient = try node.gradient()
    let statistics = [Output.mean, .inverseDeviation].map { node.outputs[$0.rawValue] }
    let weight = node.inputs.count == 5 ? [node.inputs[3]] : []
    let found = try builder.append(
      BatchNorm2dGradient(), [node.inputs[0], gradient] + statistics + weight, path: node.path)
    let wanted = zip([0, 3, 4], found).filter { index, _ in
      index < node.inputs.count && node.wanted[index]
    }
    var result = [Value?](repeating: nil, count: node.inputs.count)
    for (index, value) in wanted { result[index] = value }
    return result
  }
}

/// The gradients of batch normalisation in training.
///
/// Inputs: image, output gradient, batch mean, inverse deviation, and weight where there is one.
/// Results: gradients of image, weight and bias; the last two also without a weight.
public struct BatchNorm2dGradient: Operation {
  public static let typeName = "BatchNorm2dGradient"

  /// Makes the operation.
  public init() {}

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(4...5, inputs)
    try expectNormalisation(
      [inputs[0]] + inputs[2...], statistics: 2, affine: 1, epsilon: 1)
    try expectGradient(inputs[1], of: inputs[0])
    return [inputs[0], [inputs[0][1]], [inputs[0][1]]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 8 * outputs[0].elementCount)
  }
}

extension Operation {
  /// Checks an image and what follows it: statistics and, or not, weight and bias, all `[C]`.
  fileprivate func expectNormalisation(
    _ inputs: [Shape], statistics: Int, affine: Int, epsilon: Float
  ) throws(OperationError) {
    guard [1 + statistics, 1 + statistics + affine].contains(inputs.count) else {
      throw .inputCount(
        name, expected: 1 + statistics...1 + statistics + affine, actual: inputs.count)
    }
    try expectImages(inputs[0])
    for vector in inputs.dropFirst() where vector != [inputs[0][1]] {
      guard vector.rank == 1 else { throw .rank(name, expected: 1, actual: vector) }
      throw .channels(name, expected: vector[0], actual: inputs[0])
    }
    guard epsilon > 0, epsilon.isFinite else {
      throw .setting(name, name: "epsilon", value: "\(epsilon)", allowed: "a small number above 0")
    }
  }
}
