import FoveaGraph
import FoveaTensors

extension ONNXRule {
  static let activations: [String: ONNXRule] = [
    "Identity": ONNXRule { node, _ throws(ONNXError.Problem) in [try node.input(0)] },
    "Dropout": ONNXRule(["ratio", "seed", "is_test"]) { node, _ throws(ONNXError.Problem) in
      if let training = node.optionalInput(2), training.constant?.floats.first != 0 {
        throw .input(2, value: "training mode", allowed: "inference")
      }
      return [try node.input(0)]
    },
    "Relu": activation { _ in ReLU() },
    "LeakyRelu": activation(["alpha"]) { node throws(ONNXError.Problem) in
      LeakyReLU(negativeSlope: try node.float("alpha", default: 0.01))
    },
    "Sigmoid": activation { _ in Sigmoid() },
    "Swish": ONNXRule(["alpha"]) { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let alpha = try node.float("alpha", default: 1)
      if alpha == 1 { return [.value(try importer.apply(SiLU(), value))] }
      let gate = try importer.apply(
        Sigmoid(), try importer.apply(Scale(alpha, shift: 0), value))
      return [.value(try importer.apply(Binary(.multiply), value, gate))]
    },
    "Softsign": ONNXRule { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let divisor = try importer.apply(Scale(1, shift: 1), try importer.absolute(value))
      return [.value(try importer.apply(Binary(.divide), value, divisor))]
    },
    "ThresholdedRelu": ONNXRule(["alpha"]) { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let alpha = try node.float("alpha", default: 1)
      let above = try importer.apply(Scale(1, shift: -alpha), value)
      return [.value(try importer.apply(ReLUGradient(), value, above))]
    },
    "HardSigmoid": ONNXRule(["alpha", "beta"]) { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let alpha = try node.float("alpha", default: 0.2)
      let beta = try node.float("beta", default: 0.5)
      if abs(alpha - 1 / 6) < 1e-6, beta == 0.5 {
        return [.value(try importer.apply(Hardsigmoid(), value))]
      }
      let line = try importer.apply(Scale(alpha, shift: beta), value)
      return [.value(try importer.apply(Hardtanh(minimum: 0, maximum: 1), line))]
    },
    "HardSwish": activation { _ in Hardswish() },
    "Clip": ONNXRule(["min", "max"]) { node, importer throws(ONNXError.Problem) in
      let lowest =
        try node.opset < 11
        ? node.float("min", default: -.greatestFiniteMagnitude) : node.float(input: 1)
      let highest =
        try node.opset < 11
        ? node.float("max", default: .greatestFiniteMagnitude) : node.float(input: 2)
      let value = try importer.value(try node.input(0))
      return [.value(try importer.clipped(value, lowest, highest))]
    },
    "Softmax": softmax { Softmax(axis: $0) },
    "LogSoftmax": softmax { LogSoftmax(axis: $0) },
  ]

  /// A rule for an operator that is one operation of one value.
  static func activation(
    _ attributes: Set<String> = [],
    _ operation:
      @escaping @Sendable (ONNXNode) throws(ONNXError.Problem) -> any Operation
  ) -> ONNXRule {
    ONNXRule(attributes) { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      return [.value(try importer.append(try operation(node), [value])[0])]
    }
  }

  private static func softmax(
    _ operation: @escaping @Sendable (Int) -> any Operation
  ) -> ONNXRule {
    ONNXRule(["axis"]) { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let shape = importer.shape(value)
      guard node.opset < 13 else {
        let axis = try node.integer("axis", default: -1)
        return [.value(try importer.append(operation(axis), [value])[0])]
      }
      // Up to opset 12 all axes from this one on are one.
      let axis = shape.fromFirst(try node.integer("axis", default: 1))
      guard 0..<shape.rank ~= axis else {
        throw .attribute("axis", value: "\(axis)", allowed: "an axis of \(shape)")
      }
      if axis == shape.rank - 1 || shape.dimensions[(axis + 1)...].allSatisfy({ $0 == 1 }) {
        return [.value(try importer.append(operation(axis), [value])[0])]
      }
      let rows = shape.dimensions[..<axis].reduce(1, *)
      let flat = try importer.reshape(value, to: [rows, shape.elementCount / max(rows, 1)])
      let result = try importer.append(operation(1), [flat])[0]
      return [.value(try importer.reshape(result, to: shape.dimensions))]
    }
  }
}

extension ONNXImporter {
  /// A value held to bounds, each of which may be left out.
  mutating func clipped(
    _ value: Value, _ lowest: Float?, _ highest: Float?
  ) throws(ONNXError.Problem) -> Value {
    let minimum = max(lowest ?? -.infinity, -.greatestFiniteMagnitude)
    let maximum = min(highest ?? .infinity, .greatestFiniteMagnitude)
    guard maximum < .greatestFiniteMagnitude || minimum > -.greatestFiniteMagnitude else {
      return value
    }
    if minimum == 0, maximum == .greatestFiniteMagnitude { return try apply(ReLU(), value) }
    // A lower bound above the upper one gives the upper one.
    if minimum >= maximum { return try apply(Scale(0, shift: maximum), value) }
    return try apply(Hardtanh(minimum: minimum, maximum: maximum), value)
  }
}
