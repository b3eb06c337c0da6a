import FoveaGraph
import FoveaTensors

extension GELU: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let input = node.inputs[0]
    if writer.opset >= 20 {
      return writer.append("Gelu", [input], ["approximate": .string(approximate.rawValue)])
    }
    func product(_ left: String, _ number: Float, _ writer: inout ONNXWriter) -> String {
      writer.apply("Mul", [left, writer.number(number)])
    }
    let bent: String
    switch approximate {
    case .none:
      // As PyTorch writes it, so that readers know it again.
      let scaled = writer.apply("Div", [input, writer.number(Float(2).squareRoot())])
      bent = writer.apply("Erf", [scaled])
    case .tanh:
      let square = writer.apply("Mul", [input, input])
      let cube = writer.apply("Mul", [square, input])
      let sum = writer.apply("Add", [input, product(cube, 0.044_715, &writer)])
      bent = writer.apply("Tanh", [product(sum, 0.797_884_56, &writer)])
    }
    let gate = writer.apply("Add", [bent, writer.number(1)])
    let gated = writer.apply("Mul", [input, gate])
    return [product(gated, 0.5, &writer)]
  }
}

extension ELU: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("Elu", node.inputs, ["alpha": .float(alpha)])
  }
}

extension Softplus: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    if beta == 1 { return writer.append("Softplus", node.inputs) }
    let scaled = writer.apply("Mul", [node.inputs[0], writer.number(beta)])
    let bent = writer.apply("Softplus", [scaled])
    return writer.append("Div", [bent, writer.number(beta)])
  }
}

extension Mish: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    if writer.opset >= 18 { return writer.append("Mish", node.inputs) }
    let bent = writer.apply("Tanh", [writer.apply("Softplus", node.inputs)])
    return writer.append("Mul", [node.inputs[0], bent])
  }
}

extension PReLU: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let behind = max(0, node.inputShapes[0].rank - 2)
    let slopes = node.inputShapes[1].elementCount
    let shape = writer.integers([slopes] + Array(repeating: 1, count: behind))
    let placed =
      behind == 0 ? node.inputs[1] : writer.apply("Reshape", [node.inputs[1], shape])
    return writer.append("PRelu", [node.inputs[0], placed])
  }
}

extension LocalResponseNorm: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append(
      "LRN", node.inputs,
      [
        "size": .integer(size), "alpha": .float(alpha), "beta": .float(beta), "bias": .float(k),
      ])
  }
}

extension GroupNorm: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let shape = node.inputShapes[0]
    let channels = shape[1]
    func ones(_ count: Int, _ value: Float, _ writer: inout ONNXWriter) -> String {
      writer.floats([count], Array(repeating: value, count: count))
    }
    let weight = node.inputs.count > 1 ? node.inputs[1] : ones(channels, 1, &writer)
    let bias = node.inputs.count > 2 ? node.inputs[2] : ones(channels, 0, &writer)
    if groups == channels, shape.rank > 2 {
      return writer.append(
        "InstanceNormalization", [node.inputs[0], weight, bias], ["epsilon": .float(epsilon)])
    }
    if writer.opset >= 21 {
      return writer.append(
        "GroupNormalization", [node.inputs[0], weight, bias],
        ["epsilon": .float(epsilon), "num_groups": .integer(groups)])
    }
    // As PyTorch writes it: each group is one channel of an instance normalisation.
    let grouped = writer.apply("Reshape", [node.inputs[0], writer.integers([0, groups, -1])])
    let plain = writer.apply(
      "InstanceNormalization",
      [grouped, ones(groups, 1, &writer), ones(groups, 0, &writer)],
      ["epsilon": .float(epsilon)])
    var result = writer.apply("Reshape", [plain, writer.apply("Shape", [node.inputs[0]])])
    let placed = writer.integers([channels] + Array(repeating: 1, count: shape.rank - 2))
    if node.inputs.count > 1 {
      result = writer.apply("Mul", [result, writer.apply("Reshape", [weight, placed])])
    }
    if node.inputs.count > 2 {
      result = writer.apply("Add", [result, writer.apply("Reshape", [bias, placed])])
    }
    return [result]
  }
}

extension LayerNorm: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let shape = node.inputShapes[0]
    switch axes {
    case .trailing(let count):
      return try write(
        node.inputs, Array(shape.dimensions.suffix(count)), axis: -count, to: &writer)
    case .channels:
      // The operator normalises the last axes alone.
      let there = [0] + Array(2..<shape.rank) + [1]
      let back = [0, shape.rank - 1] + Array(1..<shape.rank - 1)
      let moved = writer.apply("Transpose", [node.inputs[0]], ["perm": .integers(there)])
      let result = try write(
        [moved] + node.inputs.dropFirst(), [shape[1]], axis: -1, to: &writer)
      return writer.append("Transpose", result, ["perm": .integers(back)])
    }
  }

  private func write(
    _ inputs: [String], _ extents: [Int], axis: Int, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    if writer.opset >= 17 {
      let count = extents.reduce(1, *)
      let affine =
        inputs.count > 1
        ? Array(inputs.dropFirst())
        : [writer.floats(Shape(extents), Array(repeating: 1, count: count))]
      return writer.append(
        "LayerNormalization", [inputs[0]] + affine,
        ["axis": .integer(axis), "epsilon": .float(epsilon)])
    }
    let axes = ONNXAttribute.integers(Array(axis..<0))
    let mean = writer.apply("ReduceMean", [inputs[0]], ["axes": axes])
    let centred = writer.apply("Sub", [inputs[0], mean])
    let variance = writer.apply(
      "ReduceMean", [writer.apply("Mul", [centred, centred])], ["axes": axes])
    let shifted = writer.apply("Add", [variance, writer.number(epsilon)])
    var result = writer.apply("Div", [centred, writer.apply("Sqrt", [shifted])])
    if inputs.count > 1 { result = writer.apply("Mul", [result, inputs[1]]) }
    if inputs.count > 2 { result = writer.apply("Add", [result, inputs[2]]) }
    return [result]
  }
}
