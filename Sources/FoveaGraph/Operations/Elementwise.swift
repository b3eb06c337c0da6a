public import FoveaTensors

/// A function of each element.
public struct Unary: Operation {
  /// The functions.
  public enum Function: String, Hashable, Codable, Sendable, CaseIterable {
    /// `eˣ`
    case exp
    /// The natural logarithm.
    case log
    /// The square root.
    case sqrt
    /// `−x`
    case negate
    /// The hyperbolic tangent.
    case tanh
  }

  public static let typeName = "Unary"
  /// Which function.
  public let function: Function

  /// Makes the operation.
  public init(_ function: Function) { self.function = function }

  public var name: String {
    switch function {
    case .exp: "Exp"
    case .log: "Log"
    case .sqrt: "Sqrt"
    case .negate: "Negate"
    case .tanh: "Tanh"
    }
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = try node.gradient()
    let (input, output) = (node.inputs[0], node.outputs[0])
    switch function {
    case .exp: return [try builder.apply(Binary(.multiply), gradient, output, path: node.path)]
    case .log: return [try builder.apply(Binary(.divide), gradient, input, path: node.path)]
    case .sqrt:
      let half = try builder.apply(Scale(0.5, shift: 0), gradient, path: node.path)
      return [try builder.apply(Binary(.divide), half, output, path: node.path)]
    case .negate: return [try builder.apply(self, gradient, path: node.path)]
    case .tanh:
      // dx = g · (1 − y²)
      let square = try builder.apply(Binary(.multiply), output, output, path: node.path)
      let slope = try builder.apply(Scale(-1, shift: 1), square, path: node.path)
      return [try builder.apply(Binary(.multiply), gradient, slope, path: node.path)]
    }
  }
}

/// `scale · x + shift`, for each element.
public struct Scale: Operation {
  public static let typeName = "Scale"
  /// What each element is multiplied by.
  public let scale: Float
  /// What is added then.
  public let shift: Float

  /// Makes the operation.
  public init(_ scale: Float, shift: Float) {
    self.scale = scale
    self.shift = shift
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(Scale(scale, shift: 0), try node.gradient(), path: node.path)]
  }
}

/// The larger of `x` and 0, for each element.
///
/// - SeeAlso: V. Nair and G. Hinton, *Rectified Linear Units Improve Restricted Boltzmann Machines*,
///   ICML 2010.
public struct ReLU: Operation {
  public static let typeName = "ReLU"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(ReLUGradient(), try node.gradient(), node.outputs[0], path: node.path)]
  }
}

/// The gradient where ReLU's result is above 0, and 0 elsewhere.
///
/// Inputs: output gradient, and ReLU's result.
public struct ReLUGradient: Operation {
  public static let typeName = "ReLUGradient"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    try expectGradient(inputs[0], of: inputs[1])
    return [inputs[0]]
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    // Linear in the gradient; its dependence on the sign of the result has derivative zero.
    [try builder.apply(self, try node.gradient(), node.inputs[1], path: node.path), nil]
  }
}

/// Joins two tensors element by element, with NumPy's broadcasting.
public struct Binary: Operation {
  /// The functions.
  public enum Function: String, Hashable, Codable, Sendable, CaseIterable {
    /// `a + b`
    case add
    /// `a − b`
    case subtract
    /// `a · b`
    case multiply
    /// `a / b`
    case divide
    /// The larger of `a` and `b`; not a number where one of them is none.
    case maximum
    /// The smaller of `a` and `b`; not a number where one of them is none.
    case minimum
  }

  public static let typeName = "Binary"
  /// Which function.
  public let function: Function

  /// Makes the operation.
  public init(_ function: Function) { self.function = function }

  public var name: String {
    switch function {
    case .add: "Add"
    case .subtract: "Subtract"
    case .multiply: "Multiply"
    case .divide: "Divide"
    case .maximum: "Maximum"
    case .minimum: "Minimum"
    }
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    guard let shape = Shape.broadcast(inputs[0], inputs[1]) else {
      throw .broadcast(name, inputs[0], inputs[1])
    }
    return [shape]
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let path = node.path
    let gradient = try node.gradient()
    let (left, right) = (node.inputs[0], node.inputs[1])
    var result: [Value?] = [nil, nil]
    if node.wanted[0] {
      let own =
        switch function {
        case .add, .subtract: gradient
        case .multiply: try builder.apply(self, gradient, right, path: path)
        case .divide: try builder.apply(self, gradient, right, path: path)
        case .maximum: try appendShare(of: gradient, left, right, to: &builder, path: path)
        case .minimum: try appendShare(of: gradient, right, left, to: &builder, path: path)
        }
      result[0] = try builder.apply(SumTo(), own, left, path: path)
    }
    if node.wanted[1] {
      let own: Value
      switch function {
      case .add: own = gradient
      case .subtract: own = try builder.apply(Unary(.negate), gradient, path: path)
      case .multiply: own = try builder.apply(self, gradient, left, path: path)
      case .divide:
        // d(a/b)/db = −(a/b)/b
        let product = try builder.apply(
          Binary(.multiply), gradient, node.outputs[0], path: path)
        let quotient = try builder.apply(self, product, right, path: path)
        own = try builder.apply(Unary(.negate), quotient, path: path)
      case .maximum:
        own = try appendShare(of: gradient, right, left, to: &builder, path: path)
      case .minimum:
        own = try appendShare(of: gradient, left, right, to: &builder, path: path)
      }
      result[1] = try builder.apply(SumTo(), own, right, path: path)
    }
    return result
  }

  /// The gradient where `winner` is above `loser`, half of it where they are equal, and 0 elsewhere.
  private func appendShare(
    of gradient: Value, _ winner: Value, _ loser: Value, to builder: inout GraphBuilder,
    path: String
  ) throws(GraphError) -> Value {
    let ahead = try builder.apply(Binary(.subtract), winner, loser, path: path)
    let behind = try builder.apply(Unary(.negate), ahead, path: path)
    let won = try builder.apply(ReLUGradient(), gradient, ahead, path: path)
    let lost = try builder.apply(ReLUGradient(), gradient, behind, path: path)
    // (g + won − lost) / 2
    let difference = try builder.apply(Binary(.subtract), won, lost, path: path)
    let sum = try builder.apply(Binary(.add), gradient, difference, path: path)
    return try builder.apply(Scale(0.5, shift: 0), sum, path: path)
  }
}
