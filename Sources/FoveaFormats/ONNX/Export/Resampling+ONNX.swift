import FoveaGraph
import FoveaTensors

extension Permute: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append("Transpose", node.inputs, ["perm": .integers(axes)])
  }
}

extension BlockOrder {
  /// The name of the order in ONNX.
  fileprivate var onnxName: String {
    switch self {
    case .channelFirst: "CRD"
    case .blockFirst: "DCR"
    }
  }
}

extension PixelShuffle: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    writer.append(
      "DepthToSpace", node.inputs,
      ["blocksize": .integer(factor), "mode": .string(order.onnxName)])
  }
}

extension PixelUnshuffle: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    guard order == .channelFirst else {
      return writer.append("SpaceToDepth", node.inputs, ["blocksize": .integer(factor)])
    }
    // The operator has the other order alone: blocks become axes of their own, which then go behind the channels.
    let image = node.inputShapes[0]
    let (channels, height, width) = (image[1], image[2] / factor, image[3] / factor)
    let blocks = writer.apply(
      "Reshape",
      [node.inputs[0], writer.integers([-1, channels, height, factor, width, factor])])
    let moved = writer.apply("Transpose", [blocks], ["perm": .integers([0, 1, 3, 5, 2, 4])])
    return writer.append(
      "Reshape", [moved, writer.integers([-1, channels * factor * factor, height, width])])
  }
}

extension ChannelShuffle: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let shape = node.inputShapes[0]
    let behind = Array(shape.dimensions[2...])
    let cut = writer.apply(
      "Reshape",
      [node.inputs[0], writer.integers([-1, groups, shape[1] / groups] + behind)])
    let order = [0, 2, 1] + Array(3..<shape.rank + 1)
    let dealt = writer.apply("Transpose", [cut], ["perm": .integers(order)])
    return writer.append("Reshape", [dealt, writer.integers([-1, shape[1]] + behind)])
  }
}

extension Pad: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    let untouched = Array(repeating: 0, count: node.inputShapes[0].rank - amounts.count)
    let pads = writer.integers(
      untouched + amounts.map(\.before) + untouched + amounts.map(\.after))
    let name =
      switch mode {
      case .constant: "constant"
      case .reflect: "reflect"
      case .replicate: "edge"
      case .circular: "wrap"
      }
    if mode == .circular { try writer.expectOpset(19, for: "circular padding") }
    let value = name == "constant" ? [writer.number(emptyValue)] : []
    return writer.append("Pad", [node.inputs[0], pads] + value, ["mode": .string(name)])
  }
}

extension Resize: ONNXExportable {
  func write(
    _ node: ONNXExportedNode, to writer: inout ONNXWriter
  ) throws(ONNXError.Problem) -> [String] {
    var attributes: [(key: String, value: ONNXAttribute)] = []
    switch interpolation {
    case .linear: attributes.append(("mode", .string("linear")))
    case .cubic(let coefficient):
      attributes.append(("mode", .string("cubic")))
      attributes.append(("cubic_coeff_a", .float(Float(coefficient))))
    case .nearest(let rounding):
      let name =
        switch rounding {
        case .floor: "floor"
        case .ceil: "ceil"
        case .roundPreferFloor: "round_prefer_floor"
        case .roundPreferCeil: "round_prefer_ceil"
        }
      attributes.append(("mode", .string("nearest")))
      attributes.append(("nearest_mode", .string(name)))
    }
    let transformation =
      switch coordinates {
      case .halfPixel: "half_pixel"
      case .pytorchHalfPixel: "pytorch_half_pixel"
      case .alignCorners: "align_corners"
      case .asymmetric: "asymmetric"
      }
    attributes.append(("coordinate_transformation_mode", .string(transformation)))
    if antialias {
      try writer.expectOpset(18, for: "antialiased resizing")
      attributes.append(("antialias", .integer(1)))
    }
    if excludesOutside { attributes.append(("exclude_outside", .integer(1))) }
    let rank = node.inputShapes[0].rank
    switch target {
    case .scales(let scales):
      let factors =
        Array(repeating: Float(1), count: rank - scales.count) + scales.map { Float($0) }
      return writer.append(
        "Resize", [node.inputs[0], "", writer.floats([rank], factors)], attributes, outputs: 1)
    case .sizes(let sizes):
      // The extents before them are taken from the input, so that the batch stays free.
      let shape = writer.apply("Shape", [node.inputs[0]])
      let kept = writer.apply(
        "Slice",
        [shape, writer.integers([0]), writer.integers([rank - sizes.count])])
      let extents = writer.apply("Concat", [kept, writer.integers(sizes)], ["axis": .integer(0)])
      return writer.append("Resize", [node.inputs[0], "", "", extents], attributes, outputs: 1)
    }
  }
}
