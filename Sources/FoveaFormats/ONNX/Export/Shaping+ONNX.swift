import FoveaGraph
import FoveaTensors

extension Reshape: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let shape =
      node.inputs.count == 2
      ? writer.apply("Shape", [node.inputs[1]]) : writer.integers(target)
    return writer.append("Reshape", [node.inputs[0], shape])
  }
}

extension Flatten: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let shape = node.inputShapes[0]
    let (start, end) = (shape.fromFirst(startAxis), shape.fromFirst(endAxis))
    if start == 1, end == shape.rank - 1 {
      return writer.append("Flatten", node.inputs, ["axis": .integer(1)])
    }
    // 0 copies an extent, which may be the batch's; those behind the merged axes are stated.
    let target =
      Array(repeating: 0, count: start) + [-1] + shape.dimensions[(end + 1)...]
    return writer.append("Reshape", [node.inputs[0], writer.integers(target)])
  }
}

extension Unsqueeze: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("Unsqueeze", [node.inputs[0], writer.integers(axes)])
  }
}

extension Concat: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("Concat", node.inputs, ["axis": .integer(axis)])
  }
}

extension Split: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let place = node.inputShapes[0].fromFirst(axis)
    let sizes = writer.integers(node.outputShapes.map { $0[place] })
    return writer.append(
      "Split", [node.inputs[0], sizes], ["axis": .integer(axis)],
      outputs: node.outputShapes.count)
  }
}

extension Slice: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let ranges = [[start], [end], [axis]].map { writer.integers($0) }
    return writer.append("Slice", [node.inputs[0]] + ranges)
  }
}

extension BroadcastTo: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    guard !averaging else { throw .cannotExport("\(name) with averaging (\(writer.path))") }
    return writer.append(
      "Expand", [node.inputs[0], writer.apply("Shape", [node.inputs[1]])])
  }
}

extension Constant: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let number = writer.number(value)
    return shape == .scalar
      ? [number] : writer.append("Expand", [number, writer.integers(shape.dimensions)])
  }
}

extension Reduce: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let name =
      switch function {
      case .sum: "ReduceSum"
      case .mean: "ReduceMean"
      case .max: "ReduceMax"
      }
    let keepsDimensions = ONNXAttribute.integer(keepDimensions ? 1 : 0)
    // Without axes ONNX reduces over all of them, and this over none.
    guard !axes.isEmpty else { return writer.append("Identity", node.inputs) }
    if writer.opset >= (function == .sum ? 13 : 18) {
      return writer.append(
        name, [node.inputs[0], writer.integers(axes)], ["keepdims": keepsDimensions])
    }
    return writer.append(
      name, node.inputs, ["axes": .integers(axes), "keepdims": keepsDimensions])
  }
}

extension Linear: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    guard node.inputShapes[0].rank > 2 else {
      return writer.append("Gemm", node.inputs, ["transB": .integer(1)])
    }
    let weight = writer.apply("Transpose", [node.inputs[1]], ["perm": .integers([1, 0])])
    let product = writer.apply("MatMul", [node.inputs[0], weight])
    return node.inputs.count == 3
      ? writer.append("Add", [product, node.inputs[2]]) : [product]
  }
}

extension MatMul: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    var inputs = node.inputs
    for (index, isTransposed) in [transposeLeft, transposeRight].enumerated() where isTransposed {
      let rank = node.inputShapes[index].rank
      let order = Array(0..<rank - 2) + [rank - 1, rank - 2]
      inputs[index] = writer.apply("Transpose", [inputs[index]], ["perm": .integers(order)])
    }
    return writer.append("MatMul", inputs)
  }
}
