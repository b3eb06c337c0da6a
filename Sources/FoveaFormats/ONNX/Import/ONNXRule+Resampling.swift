import FoveaArchives
import FoveaGraph
import FoveaTensors

/// Operators that change the extents of images.
extension ONNXRule {
  static let resampling: [String: ONNXRule] = [
    "Pad": ONNXRule(["mode", "pads", "value"]) { node, importer throws(ONNXError.Problem) in
      [try pad(node, &importer)]
    },
    "Resize": ONNXRule([
      "antialias", "axes", "coordinate_transformation_mode", "cubic_coeff_a", "exclude_outside",
      "extrapolation_value", "keep_aspect_ratio_policy", "mode", "nearest_mode",
    ]) { node, importer throws(ONNXError.Problem) in [try resize(node, &importer)] },
    "Upsample": ONNXRule(["mode", "scales"]) { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let scales = try node.opset < 9 ? node.floats("scales") : node.constant(1).floats
      let target = try trailing(scales ?? [], importer.shape(value))
      let mode = try node.string("mode", default: "nearest")
      guard ["nearest", "linear", "bilinear"].contains(mode) else {
        throw .attribute("mode", value: ONNXError.excerpt(mode), allowed: "nearest or linear")
      }
      let resize = Resize(
        to: .scales(target), interpolation: mode == "nearest" ? .nearest(.floor) : .linear,
        coordinates: .asymmetric)
      return [.value(try importer.apply(resize, value))]
    },
    "DepthToSpace": ONNXRule(["blocksize", "mode"]) { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let order = try blockOrder(node)
      let factor = try node.integer("blocksize", default: 0)
      return [.value(try importer.apply(PixelShuffle(factor: factor, order: order), value))]
    },
    "SpaceToDepth": ONNXRule(["blocksize", "mode"]) { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let factor = try node.integer("blocksize", default: 0)
      let order = try blockOrder(node)
      return [.value(try importer.apply(PixelUnshuffle(factor: factor, order: order), value))]
    },
  ]

  private static func blockOrder(_ node: ONNXNode) throws(ONNXError.Problem) -> BlockOrder {
    switch try node.string("mode", default: "DCR") {
    case "DCR": .blockFirst
    case "CRD": .channelFirst
    case let mode:
      throw .attribute("mode", value: ONNXError.excerpt(mode), allowed: "DCR or CRD")
    }
  }

  /// The factors from the first axis on that changes; batch and channels must stay.
  private static func trailing(
    _ scales: [Float], _ shape: Shape
  ) throws(ONNXError.Problem) -> [Double] {
    guard scales.count == shape.rank, scales.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw .attribute(
        "scales", value: "\(scales.prefix(8))", allowed: "a factor above 0 for each axis")
    }
    return scales.drop { $0 == 1 }.map(Double.init)
  }

  private static func pad(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let value = try importer.value(try node.input(0))
    let rank = importer.shape(value).rank
    let areInputs = node.opset >= 11
    let stated = try areInputs ? node.integers(input: 1) : node.integers("pads")
    let named = try node.integers(input: 3)
    let axes = try normalised(named ?? Array(0..<rank), rank: rank, keepsOrder: true)
    guard let pads = stated, pads.count == 2 * axes.count,
      pads.allSatisfy({ (-Window.largest...Window.largest).contains($0) })
    else { throw .input(1, value: "\(stated?.count ?? 0) numbers", allowed: "two for each axis") }
    var amounts = Array(repeating: Pad.Amount(before: 0, after: 0), count: rank)
    for (index, axis) in axes.enumerated() {
      amounts[axis] = Pad.Amount(
        before: pads[index], after: pads[index + axes.count])
    }
    let number =
      try areInputs ? node.float(input: 2) : node.float("value", default: 0)
    let mode: Pad.Mode
    switch try node.string("mode", default: "constant") {
    case "constant": mode = .constant(number ?? 0)
    case "reflect": mode = .reflect
    case "edge": mode = .replicate
    case "wrap": mode = .circular
    case let text:
      throw .attribute(
        "mode", value: ONNXError.excerpt(text), allowed: "constant, reflect, edge or wrap")
    }
    let needed = amounts.drop { $0.before == 0 && $0.after == 0 }
    if needed.isEmpty { return .value(value) }
    return .value(try importer.apply(Pad(Array(needed), mode: mode), value))
  }

  private static func resize(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let value = try importer.value(try node.input(0))
    let shape = importer.shape(value)
    let named = try node.integers("axes")
    let axes = try normalised(
      named ?? Array(0..<shape.rank), rank: shape.rank, keepsOrder: true)
    // Opset 10 has no region of interest; the scales come second.
    let scalesIndex = node.opset < 11 ? 1 : 2
    let scales = node.has(input: scalesIndex) ? try node.constant(scalesIndex).floats : []
    let sizes = node.opset < 11 ? nil : try node.integers(input: 3)
    let target: Resize.Target
    if let sizes, !sizes.isEmpty {
      guard sizes.count == axes.count else {
        throw .input(3, value: "\(sizes.count) extents", allowed: "one for each axis")
      }
      var extents = shape.dimensions
      for (axis, size) in zip(axes, sizes) { extents[axis] = size }
      let policy = try node.string("keep_aspect_ratio_policy", default: "stretch")
      guard policy == "stretch" else {
        throw .attribute(
          "keep_aspect_ratio_policy", value: ONNXError.excerpt(policy), allowed: "stretch")
      }
      let first = extents.indices.first { extents[$0] != shape[$0] } ?? extents.count
      target = .sizes(Array(extents[first...]))
      if first == extents.count { return .value(value) }
    } else {
      guard scales.count == axes.count else {
        throw .input(scalesIndex, value: "\(scales.count) factors", allowed: "one for each axis")
      }
      var factors = Array(repeating: Float(1), count: shape.rank)
      for (axis, scale) in zip(axes, scales) { factors[axis] = scale }
      let changed = try trailing(factors, shape)
      if changed.isEmpty { return .value(value) }
      target = .scales(changed)
    }
    let resize = Resize(
      to: target, interpolation: try interpolation(node), coordinates: try coordinates(node),
      antialias: try node.flag("antialias"),
      excludesOutside: try node.flag("exclude_outside"))
    return .value(try importer.apply(resize, value))
  }

  private static func interpolation(
    _ node: ONNXNode
  ) throws(ONNXError.Problem) -> Resize.Interpolation {
    switch try node.string("mode", default: "nearest") {
    case "linear": return .linear
    case "cubic":
      return .cubic(Double(try node.float("cubic_coeff_a", default: -0.75)))
    case "nearest":
      // Opset 10 knows one way to round.
      let standard = node.opset < 11 ? "floor" : "round_prefer_floor"
      switch try node.string("nearest_mode", default: standard) {
      case "floor": return .nearest(.floor)
      case "ceil": return .nearest(.ceil)
      case "round_prefer_floor": return .nearest(.roundPreferFloor)
      case "round_prefer_ceil": return .nearest(.roundPreferCeil)
      case let text:
        throw .attribute(
          "nearest_mode", value: ONNXError.excerpt(text),
          allowed: "floor, ceil, round_prefer_floor or round_prefer_ceil")
      }
    case let text:
      throw .attribute(
        "mode", value: ONNXError.excerpt(text), allowed: "nearest, linear or cubic")
    }
  }

  private static func coordinates(
    _ node: ONNXNode
  ) throws(ONNXError.Problem) -> Resize.Coordinates {
    let standard = node.opset < 11 ? "asymmetric" : "half_pixel"
    switch try node.string("coordinate_transformation_mode", default: standard) {
    case "half_pixel": return .halfPixel
    case "pytorch_half_pixel": return .pytorchHalfPixel
    case "align_corners": return .alignCorners
    case "asymmetric": return .asymmetric
    case let text:
      throw .attribute(
        "coordinate_transformation_mode", value: ONNXError.excerpt(text),
        allowed: "half_pixel, pytorch_half_pixel, align_corners or asymmetric")
    }
  }
}
