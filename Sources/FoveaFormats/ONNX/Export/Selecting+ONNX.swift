import FoveaGraph
import FoveaTensors

/// ONNX counts in the whole batch, the graph in each plane; the export keeps the batch's indices and
/// `MaxUnpool2d` sees to it that nothing else reads them.
extension MaxPool2dIndices: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let results = writer.append(
      "MaxPool", node.inputs, windows: [pooling.rows, pooling.columns], outputs: 2)
    writer.noteIndices(results[1], into: node.inputShapes[0])
    return [results[1]]
  }
}

extension MaxUnpool2d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let plane = Array(node.outputShapes[0].dimensions[2...])
    guard writer.plane(ofIndices: node.inputs[1]) == plane else {
      throw .cannotExport(
        "\(name) (\(writer.path)) with other indices than those of a max-pooling of \(plane) pixels"
      )
    }
    var inputs = Array(node.inputs.prefix(2))
    if node.inputs.count == 3 {
      let counts = writer.apply(
        "Slice",
        [writer.apply("Shape", [node.inputs[0]]), writer.integers([0]), writer.integers([2])])
      inputs.append(
        writer.apply("Concat", [counts, writer.integers(plane)], ["axis": .integer(0)]))
    }
    return writer.append("MaxUnpool", inputs, windows: [rows, columns])
  }
}

extension AdaptiveMaxPool2d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    if height == 1, width == 1 { return writer.append("GlobalMaxPool", node.inputs) }
    let image = node.inputShapes[0]
    guard image[2] % height == 0, image[3] % width == 0 else {
      throw .cannotExport("\(name) (\(writer.path)) of \(image) to cells that overlap")
    }
    let kernel = ONNXAttribute.integers([image[2] / height, image[3] / width])
    return writer.append("MaxPool", node.inputs, ["kernel_shape": kernel, "strides": kernel])
  }
}

extension BlurPool2d: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let (before, after) = ((filterSize - 1) / 2, filterSize / 2)
    let pads = writer.integers([0, 0, before, before, 0, 0, after, after])
    let mirrored = writer.apply("Pad", [node.inputs[0], pads], ["mode": .string("reflect")])
    // A row of Pascal's triangle, along both axes.
    var row: [Float] = [1]
    for _ in 1..<filterSize { row = zip(row + [0], [0] + row).map { ($0 + $1) / 2 } }
    let taps = row.flatMap { weight in row.map { weight * $0 } }
    let channels = node.inputShapes[0][1]
    let filters = writer.floats(
      [channels, 1, filterSize, filterSize], (0..<channels).flatMap { _ in taps })
    return writer.append(
      "Conv", [mirrored, filters],
      ["group": .integer(channels), "strides": .integers([stride, stride])])
  }
}

extension TakeElements: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    guard !isTransposed else { throw .cannotExport("the gradient of \(name) (\(writer.path))") }
    let leading = node.inputShapes[0].rank - source.rank
    let kept = Array(repeating: 0, count: leading)
    let count = source.elementCount
    var row = writer.apply("Reshape", [node.inputs[0], writer.integers(kept + [count])])
    if places.contains(-1) {
      // A zero behind the last element is what such places take.
      let pads = writer.integers(kept + [0] + kept + [1])
      row = writer.apply("Pad", [row, pads, writer.number(0)], ["mode": .string("constant")])
    }
    let indices = writer.integers(places.map { $0 < 0 ? count : Int($0) })
    let taken = writer.apply("Gather", [row, indices], ["axis": .integer(leading)])
    return writer.append("Reshape", [taken, writer.integers(kept + result.dimensions)])
  }
}

/// In inference it passes everything on.
extension StopGradient: ONNXNamed {
  var onnxName: String { "Identity" }
}
