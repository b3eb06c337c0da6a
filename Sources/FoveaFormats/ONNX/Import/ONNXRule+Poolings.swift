import FoveaArchives
import FoveaGraph
import FoveaTensors

extension ONNXRule {
  static let poolings: [String: ONNXRule] = [
    "MaxPool": ONNXRule(ONNXNode.windowAttributes.union(["ceil_mode", "storage_order"])) {
      node, importer throws(ONNXError.Problem) in
      let image = try importer.value(try node.input(0))
      let shape = importer.shape(image)
      let windows = try poolWindows(node, shape).enumerated().map {
        withoutNeedlessPadding($1, on: shape[$0 + 2])
      }
      let values = try importer.pooled(image, windows) {
        image, rows, columns, importer throws(ONNXError.Problem) in
        try importer.apply(MaxPool2d(rows: rows, columns: columns), image)
      }
      guard node.outputCount > 1, !node.proto.output[1].isEmpty else { return [.value(values)] }
      guard windows.count == 2 else {
        throw .attribute("output", value: "two results", allowed: "indices of images alone")
      }
      guard try node.integer("storage_order", default: 0) == 0 else {
        throw .attribute("storage_order", value: "1", allowed: "0")
      }
      // They count in the plane, not in the whole batch; only MaxUnpool reads them, which knows.
      let pooling = MaxPool2d(rows: windows[0], columns: windows[1])
      let indices = try importer.apply(MaxPool2dIndices(pooling: pooling), image)
      return [.value(values), .value(indices)]
    },
    "AveragePool": ONNXRule(
      ONNXNode.windowAttributes.union(["ceil_mode", "count_include_pad"])
    ) { node, importer throws(ONNXError.Problem) in
      let image = try importer.value(try node.input(0))
      let windows = try poolWindows(node, importer.shape(image))
      let countsPadding = try node.flag("count_include_pad")
      // The mean of a volume's window is the mean of its slices' means, also where each leaves padding out.
      return [
        .value(
          try importer.pooled(image, windows) {
            image, rows, columns, importer throws(ONNXError.Problem) in
            try importer.averaged(image, rows, columns, countsPadding: countsPadding)
          })
      ]
    },
    "LpPool": ONNXRule(ONNXNode.windowAttributes.union(["ceil_mode", "p"])) {
      node, importer throws(ONNXError.Problem) in
      let image = try importer.value(try node.input(0))
      let norm = try norm(of: node)
      let powers = try importer.absolutePower(image, norm)
      let windows = try poolWindows(node, importer.shape(image))
      let sums = try importer.pooled(powers, windows) {
        image, rows, columns, importer throws(ONNXError.Problem) in
        try importer.summed(image, rows, columns)
      }
      return [.value(try importer.root(sums, norm))]
    },
    "GlobalAveragePool": global { image, axes, importer throws(ONNXError.Problem) in
      if axes.count == 2 {
        return try importer.apply(AdaptiveAvgPool2d(height: 1, width: 1), image)
      }
      return try importer.apply(Reduce(.mean, axes: axes, keepDimensions: true), image)
    },
    "GlobalMaxPool": global { image, axes, importer throws(ONNXError.Problem) in
      try importer.apply(Reduce(.max, axes: axes, keepDimensions: true), image)
    },
    "GlobalLpPool": ONNXRule(["p"]) { node, importer throws(ONNXError.Problem) in
      let image = try importer.value(try node.input(0))
      let norm = try norm(of: node)
      let axes = try axesBehindChannels(of: importer.shape(image))
      let sums = try importer.apply(
        Reduce(.sum, axes: axes, keepDimensions: true), try importer.absolutePower(image, norm))
      return [.value(try importer.root(sums, norm))]
    },
    "MaxUnpool": ONNXRule(["kernel_shape", "strides", "pads"]) {
      node, importer throws(ONNXError.Problem) in [.value(try unpooled(node, &importer))]
    },
  ]

  private static func poolWindows(
    _ node: ONNXNode, _ shape: Shape
  ) throws(ONNXError.Problem) -> [Window] {
    guard 3...5 ~= shape.rank else {
      throw .input(0, value: "of shape \(shape)", allowed: "three to five axes")
    }
    let count = shape.rank - 2
    guard let kernel = try node.integers("kernel_shape"), kernel.count == count else {
      throw .attribute("kernel_shape", value: "another one", allowed: "\(count) numbers")
    }
    return try node.windows(
      on: Array(shape.dimensions.dropFirst(2)), kernel: kernel,
      ceilMode: try node.flag("ceil_mode"))
  }

  /// The same positions with less padding behind, which exporters of old versions put there for `ceil_mode`.
  private static func withoutNeedlessPadding(_ window: Window, on extent: Int) -> Window {
    let padding = window.padding
    guard 2 * padding.after > window.kernel,
      let other = try? Window(
        kernel: window.kernel, stride: window.stride, dilation: window.dilation,
        padding: Window.Padding(before: padding.before, after: window.kernel / 2), ceilMode: true),
      other.positions(on: extent) == window.positions(on: extent)
    else { return window }
    return other
  }

  private static func axesBehindChannels(of shape: Shape) throws(ONNXError.Problem) -> [Int] {
    guard shape.rank > 2 else {
      throw .input(0, value: "of shape \(shape)", allowed: "three axes or more")
    }
    return Array(2..<shape.rank)
  }

  private static func global(
    _ pooling:
      @escaping @Sendable (Value, [Int], inout ONNXImporter) throws(ONNXError.Problem) -> Value
  ) -> ONNXRule {
    ONNXRule { node, importer throws(ONNXError.Problem) in
      let image = try importer.value(try node.input(0))
      let axes = try axesBehindChannels(of: importer.shape(image))
      return [.value(try pooling(image, axes, &importer))]
    }
  }

  /// The `p` of an Lp pooling.
  private static func norm(of node: ONNXNode) throws(ONNXError.Problem) -> Int {
    let norm = try node.integer("p", default: 2)
    guard 1...ONNXImporter.largestPower ~= norm else {
      throw .attribute("p", value: "\(norm)", allowed: "1 to \(ONNXImporter.largestPower)")
    }
    return norm
  }

  /// Values put back to where a pooling of the same graph took them from.
  private static func unpooled(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> Value {
    let values = try importer.value(try node.input(0))
    guard case .value(let indices) = try node.input(1),
      importer.maker(of: indices).operation is MaxPool2dIndices
    else {
      throw .input(
        1, value: ONNXError.excerpt(node.proto.input[1]), allowed: "the second result of a MaxPool")
    }
    let image = importer.maker(of: indices).inputs[0]
    let extents = Array(importer.shape(image).dimensions[2...])
    guard let kernel = try node.integers("kernel_shape"), kernel.count == 2 else {
      throw .attribute("kernel_shape", value: "another one", allowed: "2 numbers")
    }
    let windows = try node.windows(on: extents, kernel: kernel, ceilMode: false)
    let unpooling = MaxUnpool2d(rows: windows[0], columns: windows[1])
    let shape = importer.shape(values)
    let smallest = try importer.asking { () throws(OperationError) in
      try unpooling.outputShapes(for: [shape, importer.shape(indices)])[0]
    }
    let wanted = try node.integers(input: 2) ?? smallest.dimensions
    guard wanted.suffix(2) == extents[...] else {
      throw .input(
        2, value: "\(wanted.suffix(2))", allowed: "the extents of what was pooled, \(extents)")
    }
    return smallest.dimensions.suffix(2) == extents[...]
      ? try importer.apply(unpooling, values, indices)
      : try importer.apply(unpooling, values, indices, image)
  }
}
