import FoveaGraph
import FoveaTensors

extension ONNXWriter {
  /// Appends a node whose attributes tell its windows, one for each axis.
  mutating func append(
    _ operatorName: String, _ inputs: [String], windows: [Window],
    _ more: [(key: String, value: ONNXAttribute)] = [], outputs: Int = 1
  ) -> [String] {
    let pads = windows.map(\.padding.before) + windows.map(\.padding.after)
    var attributes: [(key: String, value: ONNXAttribute)] = [
      ("kernel_shape", .integers(windows.map(\.kernel))),
      ("strides", .integers(windows.map(\.stride))), ("pads", .integers(pads)),
    ]
    if windows.contains(where: { $0.dilation != 1 }) {
      attributes.append(("dilations", .integers(windows.map(\.dilation))))
    }
    if windows.contains(where: \.ceilMode) { attributes.append(("ceil_mode", .integer(1))) }
    return append(operatorName, inputs, attributes + more, outputs: outputs)
  }
}

extension Conv2d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append(
      "Conv", node.inputs, windows: [rows, columns], [("group", .integer(groups))])
  }
}

extension ConvTranspose2d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append(
      "ConvTranspose", node.inputs, windows: [rows, columns],
      [("group", .integer(groups)), ("output_padding", .integers(outputPadding))])
  }
}

extension Conv1d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("Conv", node.inputs, windows: [window], [("group", .integer(groups))])
  }
}

extension Conv3d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append(
      "Conv", node.inputs, windows: [depth, rows, columns], [("group", .integer(groups))])
  }
}

extension ConvTranspose1d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append(
      "ConvTranspose", node.inputs, windows: [window],
      [("group", .integer(groups)), ("output_padding", .integers([outputPadding]))])
  }
}

extension MaxPool2d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("MaxPool", node.inputs, windows: [rows, columns])
  }
}

extension AvgPool2d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append(
      "AveragePool", node.inputs, windows: [rows, columns],
      [("count_include_pad", .integer(countIncludePad ? 1 : 0))])
  }
}

extension AdaptiveAvgPool2d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    if height == 1, width == 1 { return writer.append("GlobalAveragePool", node.inputs) }
    let image = node.inputShapes[0]
    if image[2] % height == 0, image[3] % width == 0 {
      let kernel = [image[2] / height, image[3] / width]
      return writer.append(
        "AveragePool", node.inputs,
        ["kernel_shape": .integers(kernel), "strides": .integers(kernel)])
    }
    // Cells that overlap are sums with weights: rows of one matrix, columns of another.
    let rows = writer.floats([height, image[2]], Self.shares(image[2], cells: height))
    let columns = writer.floats([width, image[3]], Self.shares(image[3], cells: width))
    let transposed = writer.apply("Transpose", [columns], ["perm": .integers([1, 0])])
    let narrow = writer.apply("MatMul", [rows, node.inputs[0]])
    return writer.append("MatMul", [narrow, transposed])
  }

  /// For each cell, the share that each pixel has in it, row by row.
  private static func shares(_ extent: Int, cells: Int) -> [Float] {
    (0..<cells).flatMap { cell in
      let start = cell * extent / cells
      let end = ((cell + 1) * extent + cells - 1) / cells
      return (0..<extent).map { start..<end ~= $0 ? 1 / Float(end - start) : 0 }
    }
  }
}
