public import FoveaTensors

/// `x · P(x)`, where P is the standard normal distribution's probability, for each element.
///
/// - SeeAlso: D. Hendrycks and K. Gimpel, *Gaussian Error Linear Units*, arXiv:1606.08415.
public struct GELU: Operation {
  /// How the distribution is computed.
  public enum Approximation: String, Hashable, Codable, Sendable, CaseIterable {
    /// By the error function: `P(x) = (1 + erf(x / √2)) / 2`.
    case none
    /// `P(x) ≈ (1 + tanh(√(2/π) · (x + 0.044715 x³))) / 2`, up to 5e-4 away.
    case tanh
  }

  public static let typeName = "GELU"
  /// How the distribution is computed.
  public let approximate: Approximation

  /// Makes the operation.
  public init(approximate: Approximation) { self.approximate = approximate }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = GELUGradient(approximate: approximate)
    return [try builder.apply(gradient, try node.gradient(), node.inputs[0], path: node.path)]
  }
}

/// The gradient times GELU's slope.
///
/// Inputs: output gradient, and GELU's input.
public struct GELUGradient: Operation {
  public static let typeName = "GELUGradient"
  /// How the distribution is computed.
  public let approximate: GELU.Approximation

  /// Makes the operation.
  public init(approximate: GELU.Approximation) { self.approximate = approximate }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try gradientShapes(inputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    try appendGradientsOfSlope(of: node, to: &builder) { x, terms throws(GraphError) in
      let square = try terms.product(x, x)
      switch approximate {
      case .none:
        // The density times (2 − x²).
        let power = try terms.exponential(try terms.scaled(square, -0.5))
        let density = try terms.scaled(power, 0.398942280)
        return try terms.product(density, try terms.scaled(square, -1, shift: 2))
      case .tanh:
        // With s = σ(a·x + b·x³) and v = a + 3b·x²: s · (1 − s) · (2v + 6b·x² + x · (1 − 2s) · v²).
        let (a, b) = (Float(1.59576912), Float(0.0713548163))
        let factor = try terms.scaled(square, b, shift: a)
        let s = try terms.logistic(try terms.product(x, factor))
        let spread = try terms.product(s, try terms.scaled(s, -1, shift: 1))
        let v = try terms.scaled(square, 3 * b, shift: a)
        let even = try terms.scaled(square, 12 * b, shift: 2 * a)
        let side = try terms.product(x, try terms.scaled(s, -2, shift: 1))
        let odd = try terms.product(side, try terms.product(v, v))
        return try terms.product(spread, try terms.sum(even, odd))
      }
    }
  }
}

/// `x` where it is above 0, and `alpha · (eˣ − 1)` elsewhere, for each element.
///
/// - SeeAlso: D. Clevert, T. Unterthiner, S. Hochreiter, arXiv:1511.07289.
public struct ELU: Operation {
  public static let typeName = "ELU"
  /// What the result tends to, negated, far below 0; finite, 0 or more.
  public let alpha: Float

  /// Makes the operation.
  public init(alpha: Float) { self.alpha = alpha }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    try expect(alpha: alpha)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = ELUGradient(alpha: alpha)
    return [try builder.apply(gradient, try node.gradient(), node.outputs[0], path: node.path)]
  }
}

/// The gradient where ELU's result is above 0, and `result + alpha` times the gradient elsewhere.
///
/// Inputs: output gradient, and ELU's result.
public struct ELUGradient: Operation {
  public static let typeName = "ELUGradient"
  /// What is added to the result.
  public let alpha: Float

  /// Makes the operation.
  public init(alpha: Float) { self.alpha = alpha }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expect(alpha: alpha)
    return try gradientShapes(inputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let (path, gradient, output) = (node.path, try node.gradient(), node.inputs[1])
    var result: [Value?] = [nil, nil]
    if node.wanted[0] { result[0] = try builder.apply(self, gradient, output, path: path) }
    if node.wanted[1] {
      // The slope's own slope by the result is 1 up to 0, and 0 above.
      let own = try builder.apply(Binary(.multiply), gradient, node.inputs[0], path: path)
      let above = try builder.apply(ReLUGradient(), own, output, path: path)
      result[1] = try builder.apply(Binary(.subtract), own, above, path: path)
    }
    return result
  }
}

/// `log(1 + e^(beta · x)) / beta`, a smooth ReLU, for each element; `x` where `beta · x` is above
/// `threshold`.
public struct Softplus: Operation {
  public static let typeName = "Softplus"
  /// How sharp the bend at 0 is; finite and above 0.
  public let beta: Float
  /// From where on the result is `x` itself; finite.
  public let threshold: Float

  /// Makes the operation.
  public init(beta: Float, threshold: Float) {
    self.beta = beta
    self.threshold = threshold
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    try expect(beta: beta, threshold: threshold)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = SoftplusGradient(beta: beta, threshold: threshold)
    return [try builder.apply(gradient, try node.gradient(), node.inputs[0], path: node.path)]
  }
}

/// The gradient times the logistic function of `beta · x`, and the gradient itself above `threshold`.
///
/// Inputs: output gradient, and softplus' input.
public struct SoftplusGradient: Operation {
  public static let typeName = "SoftplusGradient"
  /// How sharp the bend at 0 is.
  public let beta: Float
  /// From where on the slope is 1.
  public let threshold: Float

  /// Makes the operation.
  public init(beta: Float, threshold: Float) {
    self.beta = beta
    self.threshold = threshold
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expect(beta: beta, threshold: threshold)
    return try gradientShapes(inputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    try appendGradientsOfSlope(of: node, to: &builder) { x, terms throws(GraphError) in
      // beta · s · (1 − s) up to the threshold.
      let s = try terms.logistic(try terms.scaled(x, beta))
      let rest = try terms.scaled(s, -beta, shift: beta)
      let below = HardtanhGradient(
        minimum: -.greatestFiniteMagnitude, maximum: threshold / beta)
      return try terms.apply(below, try terms.product(s, rest), x)
    }
  }
}

/// `x · tanh(log(1 + eˣ))`, for each element.
///
/// - SeeAlso: D. Misra, arXiv:1908.08681.
public struct Mish: Operation {
  public static let typeName = "Mish"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(MishGradient(), try node.gradient(), node.inputs[0], path: node.path)]
  }
}

/// The gradient times Mish's slope `w + x · (1 − w²) · σ(x)`, with `w = tanh(log(1 + eˣ))`.
///
/// Inputs: output gradient, and Mish's input.
public struct MishGradient: Operation {
  public static let typeName = "MishGradient"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try gradientShapes(inputs)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    try appendGradientsOfSlope(of: node, to: &builder) { x, terms throws(GraphError) in
      // With s = σ(x): (1 − w²) · s · (2 + x · (1 − s − 2·w·s)).
      let s = try terms.logistic(x)
      let w = try terms.apply(Unary(.tanh), try terms.apply(Softplus(beta: 1, threshold: 20), x))
      let complement = try terms.scaled(try terms.product(w, w), -1, shift: 1)
      let slope = try terms.product(complement, s)
      let share = try terms.product(s, try terms.scaled(w, -2, shift: -1))
      let bend = try terms.product(x, try terms.scaled(share, 1, shift: 1))
      return try terms.product(slope, try terms.scaled(bend, 1, shift: 2))
    }
  }
}

/// Appends the terms of a formula.
private struct Terms {
  var builder: GraphBuilder
  let path: String

  mutating func apply(_ operation: some Operation, _ inputs: Value...) throws(GraphError) -> Value {
    try builder.append(operation, inputs, path: path)[0]
  }

  mutating func product(_ left: Value, _ right: Value) throws(GraphError) -> Value {
    try apply(Binary(.multiply), left, right)
  }

  mutating func sum(_ left: Value, _ right: Value) throws(GraphError) -> Value {
    try apply(Binary(.add), left, right)
  }

  mutating func scaled(_ value: Value, _ scale: Float, shift: Float = 0) throws(GraphError) -> Value
  {
    try apply(Scale(scale, shift: shift), value)
  }

  mutating func logistic(_ value: Value) throws(GraphError) -> Value { try apply(Sigmoid(), value) }

  mutating func exponential(_ value: Value) throws(GraphError) -> Value {
    try apply(Unary(.exp), value)
  }
}

extension Operation {
  /// The rule of a gradient operation `g · slope(x)`: the same of the new gradient, and for `x` the
  /// product of both gradients with the slope's own slope, which `second` appends.
  fileprivate func appendGradientsOfSlope(
    of node: DifferentiatedNode, to builder: inout GraphBuilder,
    _ second: (Value, inout Terms) throws(GraphError) -> Value
  ) throws(GraphError) -> [Value?] {
    let (gradient, input) = (try node.gradient(), node.inputs[1])
    var terms = Terms(builder: builder, path: node.path)
    var result: [Value?] = [nil, nil]
    if node.wanted[0] { result[0] = try terms.apply(self, gradient, input) }
    if node.wanted[1] {
      let own = try terms.product(gradient, node.inputs[0])
      result[1] = try terms.product(own, try second(input, &terms))
    }
    builder = terms.builder
    return result
  }

  fileprivate func expect(alpha: Float) throws(OperationError) {
    guard alpha.isFinite, alpha >= 0 else {
      throw .setting(
        name, name: "alpha", value: "\(alpha)", allowed: "a finite number, 0 or more")
    }
  }

  fileprivate func expect(beta: Float, threshold: Float) throws(OperationError) {
    guard beta.isFinite, beta > 0 else {
      throw .setting(name, name: "beta", value: "\(beta)", allowed: "a finite number above 0")
    }
    guard threshold.isFinite else {
      throw .setting(name, name: "threshold", value: "\(threshold)", allowed: "a finite number")
    }
  }
}
