import FoveaGraph
import FoveaTensors

/// Operators that join values element by element, and functions of each element.
extension ONNXRule {
  static let arithmetic: [String: ONNXRule] = [
    "Add": binary(.add) {
      checked($0.addingReportingOverflow($1))
    } _: {
      $0 + $1
    },
    "Sub": binary(.subtract) {
      checked($0.subtractingReportingOverflow($1))
    } _: {
      $0 - $1
    },
    "Mul": binary(.multiply) {
      checked($0.multipliedReportingOverflow(by: $1))
    } _: {
      $0 * $1
    },
    "Div": binary(.divide) {
      checked($0.dividedReportingOverflow(by: $1))
    } _: {
      $0 / $1
    },
    "Sum": ONNXRule { node, importer throws(ONNXError.Problem) in
      var result = try node.input(0)
      for index in 1..<max(1, node.inputs.count) {
        let other = try node.input(index)
        result = .value(
          try importer.join(.add, try importer.value(result), try importer.value(other)))
      }
      if case .constant(let tensor, _) = result { return [known(tensor, node)] }
      return [result]
    },
    "Mean": ONNXRule { node, importer throws(ONNXError.Problem) in
      var sum = try importer.value(try node.input(0))
      for index in 1..<max(1, node.inputs.count) {
        sum = try importer.join(.add, sum, try importer.value(try node.input(index)))
      }
      let share = 1 / Float(max(1, node.inputs.count))
      return [.value(try importer.apply(Scale(share, shift: 0), sum))]
    },
    "Abs": unary { value, importer throws(ONNXError.Problem) in
      try importer.absolute(value)
    } _: {
      $0 == .min ? nil : abs($0)
    } _: {
      abs($0)
    },
    "Neg": unary { value, importer throws(ONNXError.Problem) in
      try importer.apply(Unary(.negate), value)
    } _: {
      checked(Int64(0).subtractingReportingOverflow($0))
    } _: {
      -$0
    },
    "Sqrt": function(.sqrt) { $0.squareRoot() },
    "Exp": function(.exp, nil),
    "Log": function(.log, nil),
    "Tanh": function(.tanh, nil),
    "Reciprocal": unary { value, importer throws(ONNXError.Problem) in
      let one = try importer.apply(Constant(1, shape: .scalar))
      return try importer.apply(Binary(.divide), one, value)
    } _: { _ in
      nil
    } _: {
      1 / $0
    },
    "Floor": unary(nil) {
      $0
    } _: {
      $0.rounded(.down)
    },
    "Ceil": unary(nil) {
      $0
    } _: {
      $0.rounded(.up)
    },
  ]

  typealias GraphFunction =
    @Sendable (Value, inout ONNXImporter) throws(ONNXError.Problem) -> Value

  private static func binary(
    _ function: Binary.Function, _ integers: @escaping @Sendable (Int64, Int64) -> Int64?,
    _ floats: @escaping @Sendable (Float, Float) -> Float
  ) -> ONNXRule {
    ONNXRule(["broadcast", "axis"]) { node, importer throws(ONNXError.Problem) in
      let left = try node.input(0)
      let right = try aligned(node, &importer)
      if left.constant != nil, right.constant != nil {
        return [try joinedConstants(node, &importer, integers: integers, floats: floats)]
      }
      if let scaled = try scaled(function, left, right, &importer) { return [.value(scaled)] }
      let (first, second) = (try importer.value(left), try importer.value(right))
      return [.value(try importer.join(function, first, second))]
    }
  }

  /// The second input; up to opset 6 an attribute may say from which axis on it is broadcast.
  private static func aligned(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let right = try node.input(1)
    guard let axis = try node.integer("axis") else { return right }
    let (whole, part) = (importer.shape(try node.input(0)), importer.shape(right))
    let missing = whole.rank - whole.fromFirst(axis) - part.rank
    guard 0...whole.rank ~= missing else {
      throw .attribute("axis", value: "\(axis)", allowed: "an axis of \(whole)")
    }
    return try importer.reshaped(
      right, to: part.dimensions + Array(repeating: 1, count: missing))
  }

  /// A value joined with a single known number that does not change its shape.
  private static func scaled(
    _ function: Binary.Function, _ left: ONNXOperand, _ right: ONNXOperand,
    _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> Value? {
    func number(_ operand: ONNXOperand, beside value: Value) -> Float? {
      guard let tensor = operand.constant, tensor.elementCount == 1,
        tensor.shape.rank <= importer.shape(value).rank
      else { return nil }
      return tensor.floats[0]
    }
    if case .value(let value) = left, let number = number(right, beside: value) {
      switch function {
      case .add: return try importer.shifted(value, by: number)
      case .subtract: return try importer.shifted(value, by: -number)
      case .multiply: return try importer.scaled(value, by: number)
      case .divide:
        let reciprocal = 1 / number
        return reciprocal.isNormal ? try importer.scaled(value, by: reciprocal) : nil
      case .maximum, .minimum: return nil
      }
    }
    if case .value(let value) = right, let number = number(left, beside: value) {
      switch function {
      case .add: return try importer.shifted(value, by: number)
      case .subtract: return try importer.apply(Scale(-1, shift: number), value)
      case .multiply: return try importer.scaled(value, by: number)
      case .divide, .maximum, .minimum: return nil
      }
    }
    return nil
  }

  /// A function of each element, by a graph's nodes and of known numbers.
  ///
  /// - Parameter graph: `nil` where the function is for known numbers alone.
  static func unary(
    _ graph: GraphFunction?, _ integers: @escaping @Sendable (Int64) -> Int64?,
    _ floats: (@Sendable (Float) -> Float)?
  ) -> ONNXRule {
    ONNXRule { node, importer throws(ONNXError.Problem) in
      let input = try node.input(0)
      if let tensor = input.constant, let floats {
        try importer.expectRoom(for: tensor.shape)
        guard let values = tensor.integers else {
          return [known(ONNXTensor(tensor.shape, floats: tensor.floats.map(floats)), node)]
        }
        let results = values.compactMap(integers)
        guard results.count == values.count else {
          throw .valueOutOfRange("a result of \(node.proto.opType)", of: node.path)
        }
        return [known(ONNXTensor(tensor.shape, integers: results), node)]
      }
      guard let graph else { throw node.notConstant(0) }
      return [.value(try graph(try importer.value(input), &importer))]
    }
  }

  private static func function(
    _ function: Unary.Function, _ floats: (@Sendable (Float) -> Float)?
  ) -> ONNXRule {
    unary(
      { value, importer throws(ONNXError.Problem) in
        try importer.apply(Unary(function), value)
      }, { _ in nil }, floats)
  }

  /// A result of integer arithmetic, or `nil` where there is none.
  static func checked(_ result: (partialValue: Int64, overflow: Bool)) -> Int64? {
    result.overflow ? nil : result.partialValue
  }
}

extension ONNXImporter {
  /// A value times a number; half of a product may be a GELU.
  mutating func scaled(_ value: Value, by number: Float) throws(ONNXError.Problem) -> Value {
    let node = maker(of: value)
    if let product = node.operation as? Binary, product.function == .multiply,
      let argument = argumentOfGELU(node.inputs[0], node.inputs[1], scale: number)
    {
      return try apply(GELU(approximate: .none), argument)
    }
    if let scale = node.operation as? Scale, scale.scale == scale.shift,
      maker(of: node.inputs[0]).operation is ErrorFunction
    {
      return try apply(Scale(scale.scale * number, shift: scale.shift * number), node.inputs[0])
    }
    return try apply(Scale(number, shift: 0), value)
  }

  /// A value with a number added, in one operation with a multiplication before it.
  mutating func shifted(_ value: Value, by number: Float) throws(ONNXError.Problem) -> Value {
    if let scale = maker(of: value).operation as? Scale, scale.shift == 0 {
      return try apply(Scale(scale.scale, shift: number), maker(of: value).inputs[0])
    }
    return try apply(Scale(1, shift: number), value)
  }

  /// Joins two values; a product of a value and its own gate is one operation.
  mutating func join(
    _ function: Binary.Function, _ left: Value, _ right: Value
  ) throws(ONNXError.Problem) -> Value {
    if function == .multiply {
      if let value = argumentOfGELU(left, right, scale: 1) {
        return try apply(GELU(approximate: .none), value)
      }
      for (value, gate) in [(left, right), (right, left)] where maker(of: gate).inputs == [value] {
        switch maker(of: gate).operation {
        case is Sigmoid: return try apply(SiLU(), value)
        case is Hardsigmoid: return try apply(Hardswish(), value)
        default: break
        }
      }
    }
    return try apply(Binary(function), left, right)
  }
}
