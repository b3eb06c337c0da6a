public import FoveaTensors

/// `x` where it is above 0, and `negativeSlope · x` elsewhere, for each element.
///
/// - SeeAlso: A. Maas, A. Hannun, A. Ng, *Rectifier Nonlinearities Improve Neural Network Acoustic
///   Models*, ICML 2013.
public struct LeakyReLU: Operation {
  public static let typeName = "LeakyReLU"
  /// What elements of 0 and less are multiplied by; finite.
  public let negativeSlope: Float

  /// Makes the operation.
  public init(negativeSlope: Float) { self.negativeSlope = negativeSlope }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    try expectFinite(negativeSlope: negativeSlope)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    // The result has the input's sign, unless the slope turns it round.
    let sign = negativeSlope < 0 ? node.inputs[0] : node.outputs[0]
    let gradient = LeakyReLUGradient(negativeSlope: negativeSlope)
    return [try builder.apply(gradient, try node.gradient(), sign, path: node.path)]
  }
}

/// The gradient where LeakyReLU's input is above 0, and `negativeSlope` times the gradient elsewhere.
///
/// Inputs: output gradient, and LeakyReLU's input, or its result where the slope is not negative.
public struct LeakyReLUGradient: Operation {
  public static let typeName = "LeakyReLUGradient"
  /// What the gradient of elements of 0 and less is multiplied by.
  public let negativeSlope: Float

  /// Makes the operation.
  public init(negativeSlope: Float) { self.negativeSlope = negativeSlope }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectFinite(negativeSlope: negativeSlope)
    return try gradientShapes(inputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(self, try node.gradient(), node.inputs[1], path: node.path), nil]
  }
}

/// `x`, held to `minimum` … `maximum`, for each element; with 0 … 6 it is ReLU6.
public struct Hardtanh: Operation {
  public static let typeName = "Hardtanh"
  /// The least result; finite.
  public let minimum: Float
  /// The largest result; finite and above `minimum`.
  public let maximum: Float

  /// Makes the operation.
  public init(minimum: Float, maximum: Float) {
    self.minimum = minimum
    self.maximum = maximum
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    try expectOrdered(minimum, maximum)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = HardtanhGradient(minimum: minimum, maximum: maximum)
    return [try builder.apply(gradient, try node.gradient(), node.outputs[0], path: node.path)]
  }
}

/// The gradient where Hardtanh's result lies between the bounds, and 0 at the bounds.
///
/// Inputs: output gradient, and Hardtanh's result or its input.
public struct HardtanhGradient: Operation {
  public static let typeName = "HardtanhGradient"
  /// At this and below, the gradient is 0.
  public let minimum: Float
  /// At this and above, the gradient is 0.
  public let maximum: Float

  /// Makes the operation.
  public init(minimum: Float, maximum: Float) {
    self.minimum = minimum
    self.maximum = maximum
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectOrdered(minimum, maximum)
    return try gradientShapes(inputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(self, try node.gradient(), node.inputs[1], path: node.path), nil]
  }
}

/// The logistic function `σ(x) = 1 / (1 + e⁻ˣ)`, for each element.
public struct Sigmoid: Operation {
  public static let typeName = "Sigmoid"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    // dx = g · y · (1 − y)
    let (path, output) = (node.path, node.outputs[0])
    let complement = try builder.apply(Scale(-1, shift: 1), output, path: path)
    let slope = try builder.apply(Binary(.multiply), output, complement, path: path)
    return [try builder.apply(Binary(.multiply), try node.gradient(), slope, path: path)]
  }
}

/// `x · σ(x)` with the logistic function σ, for each element; also called swish.
///
/// - SeeAlso: S. Elfwing, E. Uchibe, K. Doya, arXiv:1702.03118; P. Ramachandran, B. Zoph, Q. Le,
///   arXiv:1710.05941.
public struct SiLU: Operation {
  public static let typeName = "SiLU"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(SiLUGradient(), try node.gradient(), node.inputs[0], path: node.path)]
  }
}

/// The gradient times SiLU's slope `σ(x) · (1 + x · (1 − σ(x)))`.
///
/// Inputs: output gradient, and SiLU's input.
public struct SiLUGradient: Operation {
  public static let typeName = "SiLUGradient"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try gradientShapes(inputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let (path, input) = (node.path, node.inputs[1])
    let gradient = try node.gradient()
    var result: [Value?] = [nil, nil]
    if node.wanted[0] { result[0] = try builder.apply(self, gradient, input, path: path) }
    if node.wanted[1] {
      // SiLU's second derivative is σ · (1 − σ) · (2 + x · (1 − 2σ)).
      let sigmoid = try builder.apply(Sigmoid(), input, path: path)
      let complement = try builder.apply(Scale(-1, shift: 1), sigmoid, path: path)
      let slope = try builder.apply(Binary(.multiply), sigmoid, complement, path: path)
      let centred = try builder.apply(Scale(-2, shift: 1), sigmoid, path: path)
      let product = try builder.apply(Binary(.multiply), input, centred, path: path)
      let sum = try builder.apply(Scale(1, shift: 2), product, path: path)
      let second = try builder.apply(Binary(.multiply), slope, sum, path: path)
      let own = try builder.apply(Binary(.multiply), gradient, node.inputs[0], path: path)
      result[1] = try builder.apply(Binary(.multiply), own, second, path: path)
    }
    return result
  }
}

/// A line in place of the logistic function: `x / 6 + 1/2`, held to 0 … 1, for each element.
public struct Hardsigmoid: Operation {
  public static let typeName = "Hardsigmoid"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let sixth = try builder.apply(Scale(1 / 6, shift: 0), try node.gradient(), path: node.path)
    let gradient = HardtanhGradient(minimum: 0, maximum: 1)
    return [try builder.apply(gradient, sixth, node.outputs[0], path: node.path)]
  }
}

/// `x · hardsigmoid(x)`, for each element: 0 up to −3, `x` from 3 on, a parabola between.
///
/// - SeeAlso: A. Howard et al., *Searching for MobileNetV3*, arXiv:1905.02244.
public struct Hardswish: Operation {
  public static let typeName = "Hardswish"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(HardswishGradient(), try node.gradient(), node.inputs[0], path: node.path)]
  }
}

/// The gradient times Hardswish's slope: 0 up to −3, 1 from 3 on, `x / 3 + 1/2` between.
///
/// Inputs: output gradient, and Hardswish's input.
public struct HardswishGradient: Operation {
  public static let typeName = "HardswishGradient"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try gradientShapes(inputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let (path, input) = (node.path, node.inputs[1])
    let gradient = try node.gradient()
    var result: [Value?] = [nil, nil]
    if node.wanted[0] { result[0] = try builder.apply(self, gradient, input, path: path) }
    if node.wanted[1] {
      // The slope's own slope is 1/3 between −3 and 3, and 0 elsewhere.
      let own = try builder.apply(Binary(.multiply), gradient, node.inputs[0], path: path)
      let third = try builder.apply(Scale(1 / 3, shift: 0), own, path: path)
      result[1] = try builder.apply(
        HardtanhGradient(minimum: -3, maximum: 3), third, input, path: path)
    }
    return result
  }
}

extension Operation {
  /// The shapes of a gradient operation that takes the gradient, and a tensor of the same shape.
  func gradientShapes(_ inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    try expectGradient(inputs[0], of: inputs[1])
    return [inputs[0]]
  }

  fileprivate func expectFinite(negativeSlope: Float) throws(OperationError) {
    guard negativeSlope.isFinite else {
      throw .setting(
        name, name: "negativeSlope", value: "\(negativeSlope)", allowed: "a finite number")
    }
  }

  fileprivate func expectOrdered(_ minimum: Float, _ maximum: Float) throws(OperationError) {
    guard minimum.isFinite, maximum.isFinite, minimum < maximum else {
      throw .setting(
        name, name: "bounds", value: "\(minimum)…\(maximum)",
        allowed: "finite numbers, the minimum below the maximum")
    }
  }
}
