import FoveaGraph
import FoveaTensors

extension Unary: ONNXNamed {
  var onnxName: String {
    switch function {
    case .exp: "Exp"
    case .log: "Log"
    case .sqrt: "Sqrt"
    case .negate: "Neg"
    case .tanh: "Tanh"
    }
  }
}

extension Binary: ONNXNamed {
  var onnxName: String {
    switch function {
    case .add: "Add"
    case .subtract: "Sub"
    case .multiply: "Mul"
    case .divide: "Div"
    case .maximum: "Max"
    case .minimum: "Min"
    }
  }
}

extension ReLU: ONNXNamed {
  var onnxName: String { "Relu" }
}

extension Sigmoid: ONNXNamed {
  var onnxName: String { "Sigmoid" }
}

/// In inference it passes everything on.
extension Dropout: ONNXNamed {
  var onnxName: String { "Identity" }
}

extension Scale: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    var result = node.inputs[0]
    if scale != 1 { result = writer.apply("Mul", [result, writer.number(scale)]) }
    if shift != 0 { result = writer.apply("Add", [result, writer.number(shift)]) }
    return result == node.inputs[0] ? writer.append("Identity", node.inputs) : [result]
  }
}

extension LeakyReLU: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("LeakyRelu", node.inputs, ["alpha": .float(negativeSlope)])
  }
}

extension Hardtanh: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append(
      "Clip", [node.inputs[0], writer.number(minimum), writer.number(maximum)])
  }
}

extension SiLU: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let gate = writer.apply("Sigmoid", node.inputs)
    return writer.append("Mul", [node.inputs[0], gate])
  }
}

extension Hardsigmoid: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("HardSigmoid", node.inputs, ["alpha": .float(1 / 6), "beta": .float(0.5)])
  }
}

extension Hardswish: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    if writer.opset >= 14 { return writer.append("HardSwish", node.inputs) }
    let gate = try Hardsigmoid().write(node, to: &writer)
    return writer.append("Mul", node.inputs + gate)
  }
}

extension Softmax: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("Softmax", node.inputs, ["axis": .integer(axis)])
  }
}

extension LogSoftmax: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("LogSoftmax", node.inputs, ["axis": .integer(axis)])
  }
}

extension BatchNorm2d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let channels = node.inputShapes[0][1]
    let affine =
      node.inputs.count == 5
      ? [node.inputs[3], node.inputs[4]]
      : [Float(1), 0].map { writer.floats([channels], Array(repeating: $0, count: channels)) }
    return writer.append(
      "BatchNormalization", [node.inputs[0]] + affine + node.inputs[1...2],
      ["epsilon": .float(epsilon)])
  }
}
