import FoveaGraph

/// Appends the terms of a formula to a graph, all with one path.
struct Formula {
  var builder: GraphBuilder
  let path: String

  mutating func apply(_ operation: some Operation, _ inputs: Value...) throws(GraphError) -> Value {
    try builder.append(operation, inputs, path: path)[0]
  }

  mutating func sum(_ left: Value, _ right: Value) throws(GraphError) -> Value {
    try apply(Binary(.add), left, right)
  }

  mutating func difference(_ left: Value, _ right: Value) throws(GraphError) -> Value {
    try apply(Binary(.subtract), left, right)
  }

  mutating func product(_ left: Value, _ right: Value) throws(GraphError) -> Value {
    try apply(Binary(.multiply), left, right)
  }

  mutating func quotient(_ left: Value, _ right: Value) throws(GraphError) -> Value {
    try apply(Binary(.divide), left, right)
  }

  mutating func scaled(_ value: Value, _ scale: Float, shift: Float = 0) throws(GraphError) -> Value
  {
    try apply(Scale(scale, shift: shift), value)
  }

  mutating func square(_ value: Value) throws(GraphError) -> Value { try product(value, value) }

  mutating func root(_ value: Value) throws(GraphError) -> Value {
    try apply(Unary(.sqrt), value)
  }

  mutating func relu(_ value: Value) throws(GraphError) -> Value { try apply(ReLU(), value) }

  mutating func magnitude(_ value: Value) throws(GraphError) -> Value {
    try sum(try relu(value), try relu(try apply(Unary(.negate), value)))
  }

  /// The logarithm of 1 and the exponential.
  mutating func softplus(_ value: Value) throws(GraphError) -> Value {
    try apply(Softplus(beta: 1, threshold: 20), value)
  }

  /// The exponential of a power times the value.
  mutating func exponential(_ value: Value, power: Float) throws(GraphError) -> Value {
    try apply(Unary(.exp), try scaled(value, power))
  }

  /// The sum over some axes; over all of them where none are named.
  mutating func total(_ value: Value, over axes: [Int]? = nil) throws(GraphError) -> Value {
    let axes = axes ?? Array(0..<builder.shape(of: value).rank)
    return axes.isEmpty
      ? value : try apply(Reduce(.sum, axes: axes, keepDimensions: false), value)
  }

  mutating func mean(_ value: Value) throws(GraphError) -> Value {
    let axes = Array(0..<builder.shape(of: value).rank)
    return axes.isEmpty
      ? value : try apply(Reduce(.mean, axes: axes, keepDimensions: false), value)
  }
}
