public import FoveaGraph

// Functions on values of a network that is being built, for networks that are no chain of layers.

/// The sum, element by element; extents of 1 are broadcast.
public func add(_ left: SymbolicTensor, _ right: SymbolicTensor)
  throws(GraphError) -> SymbolicTensor
{
  try left.tracer.append(Binary(.add), [left, right])[0]
}

/// The difference, element by element; extents of 1 are broadcast.
public func subtract(_ left: SymbolicTensor, _ right: SymbolicTensor)
  throws(GraphError) -> SymbolicTensor
{
  try left.tracer.append(Binary(.subtract), [left, right])[0]
}

/// The product, element by element; extents of 1 are broadcast.
public func multiply(_ left: SymbolicTensor, _ right: SymbolicTensor)
  throws(GraphError) -> SymbolicTensor
{
  try left.tracer.append(Binary(.multiply), [left, right])[0]
}

/// The quotient, element by element; extents of 1 are broadcast.
public func divide(_ left: SymbolicTensor, _ right: SymbolicTensor)
  throws(GraphError) -> SymbolicTensor
{
  try left.tracer.append(Binary(.divide), [left, right])[0]
}

/// The larger, element by element; extents of 1 are broadcast, and equal elements share the gradient.
public func maximum(_ left: SymbolicTensor, _ right: SymbolicTensor)
  throws(GraphError) -> SymbolicTensor
{
  try left.tracer.append(Binary(.maximum), [left, right])[0]
}

/// The smaller, element by element; extents of 1 are broadcast, and equal elements share the gradient.
public func minimum(_ left: SymbolicTensor, _ right: SymbolicTensor)
  throws(GraphError) -> SymbolicTensor
{
  try left.tracer.append(Binary(.minimum), [left, right])[0]
}

extension SymbolicTensor {
  /// The sum, element by element.
  public static func + (left: Self, right: Self) throws(GraphError) -> Self { try add(left, right) }
  /// The difference, element by element.
  public static func - (left: Self, right: Self) throws(GraphError) -> Self {
    try subtract(left, right)
  }
  /// The product, element by element.
  public static func * (left: Self, right: Self) throws(GraphError) -> Self {
    try multiply(left, right)
  }
  /// The quotient, element by element.
  public static func / (left: Self, right: Self) throws(GraphError) -> Self {
    try divide(left, right)
  }
}

/// The larger of each element and 0.
public func relu(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(FoveaGraph.ReLU(), [input])[0]
}

/// The hyperbolic tangent of each element.
public func tanh(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(Unary(.tanh), [input])[0]
}

/// Each element where it is above 0, and `negativeSlope` times it elsewhere.
public func leakyReLU(_ input: SymbolicTensor, negativeSlope: Float = 0.01)
  throws(GraphError) -> SymbolicTensor
{
  try input.tracer.append(FoveaGraph.LeakyReLU(negativeSlope: negativeSlope), [input])[0]
}

/// Each element, held to `minimum` … `maximum`.
public func hardtanh(_ input: SymbolicTensor, minimum: Float = -1, maximum: Float = 1)
  throws(GraphError) -> SymbolicTensor
{
  try input.tracer.append(FoveaGraph.Hardtanh(minimum: minimum, maximum: maximum), [input])[0]
}

/// Each element, held to 0 … 6.
public func relu6(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  try hardtanh(input, minimum: 0, maximum: 6)
}

/// The logistic function of each element, `1 / (1 + e⁻ˣ)`.
public func sigmoid(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(FoveaGraph.Sigmoid(), [input])[0]
}

/// Each element times its logistic function.
public func silu(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(FoveaGraph.SiLU(), [input])[0]
}

/// A line in place of the logistic function of each element: `x / 6 + 1/2`, held to 0…1.
public func hardsigmoid(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(FoveaGraph.Hardsigmoid(), [input])[0]
}

/// Each element times its hard sigmoid.
public func hardswish(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
  try input.tracer.append(FoveaGraph.Hardswish(), [input])[0]
}

/// Tensors one after another along an axis; 1 is the channels.
public func concatenate(_ inputs: [SymbolicTensor], axis: Int = 1)
  throws(GraphError) -> SymbolicTensor
{
  guard let first = inputs.first else {
    throw .operation(path: "", .inputCount("Concat", expected: 1...1024, actual: 0))
  }
  return try first.tracer.append(Concat(axis: axis), inputs)[0]
}

/// The mean over axes, which go away unless they are kept.
public func mean(_ input: SymbolicTensor, axes: [Int], keepDimensions: Bool = false)
  throws(GraphError) -> SymbolicTensor
{
  try input.tracer.append(
    Reduce(.mean, axes: axes, keepDimensions: keepDimensions), [input])[0]
}
