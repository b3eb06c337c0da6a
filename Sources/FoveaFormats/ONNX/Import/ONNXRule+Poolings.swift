import FoveaGraph
import FoveaTensors

extension ONNXRule {
  static let poolings: [String: ONNXRule] = [
    "MaxPool": ONNXRule(ONNXNode.windowAttributes.union(["ceil_mode", "storage_order"])) {
      node, importer throws(ONNXError.Problem) in
      guard node.outputCount == 1 else {
        throw .attribute("output", value: "two results", allowed: "one, without indices")
      }
      let image = try importer.value(try node.input(0))
      let shape = importer.shape(image)
      let windows = try poolWindows(node, shape).enumerated().map {
        withoutNeedlessPadding($1, on: shape[$0 + 2])
      }
      return [
        .value(try importer.apply(MaxPool2d(rows: windows[0], columns: windows[1]), image))
      ]
    },
    "AveragePool": ONNXRule(
      ONNXNode.windowAttributes.union(["ceil_mode", "count_include_pad"])
    ) { node, importer throws(ONNXError.Problem) in
      let image = try importer.value(try node.input(0))
      let windows = try poolWindows(node, importer.shape(image))
      let pooling = AvgPool2d(
        rows: windows[0], columns: windows[1],
        countIncludePad: try node.flag("count_include_pad"))
      return [.value(try importer.apply(pooling, image))]
    },
    "GlobalAveragePool": global(.mean),
    "GlobalMaxPool": global(.max),
  ]

  private static func poolWindows(
    _ node: ONNXNode, _ shape: Shape
  ) throws(ONNXError.Problem) -> [Window] {
    guard shape.rank == 4 else {
      throw .input(0, value: "of shape \(shape)", allowed: "four axes")
    }
    guard let kernel = try node.integers("kernel_shape"), kernel.count == 2 else {
      throw .attribute("kernel_shape", value: "missing", allowed: "2 numbers")
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

  private static func global(_ function: Reduce.Function) -> ONNXRule {
    ONNXRule { node, importer throws(ONNXError.Problem) in
      let image = try importer.value(try node.input(0))
      let rank = importer.shape(image).rank
      guard rank > 2 else {
        throw .input(0, value: "of shape \(importer.shape(image))", allowed: "three axes or more")
      }
      if rank == 4, function == .mean {
        return [.value(try importer.apply(AdaptiveAvgPool2d(height: 1, width: 1), image))]
      }
      let reduction = Reduce(function, axes: Array(2..<rank), keepDimensions: true)
      return [.value(try importer.apply(reduction, image))]
    }
  }
}
