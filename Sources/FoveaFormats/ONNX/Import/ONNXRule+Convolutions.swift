import FoveaGraph
import FoveaTensors

extension ONNXRule {
  static let convolutions: [String: ONNXRule] = [
    "Conv": ONNXRule(ONNXNode.windowAttributes.union(["group"])) {
      node, importer throws(ONNXError.Problem) in
      let (image, weight) = try imageAndWeight(node, &importer)
      let (input, kernel) = (importer.shape(image), importer.shape(weight))
      let windows = try node.windows(
        on: Array(input.dimensions.dropFirst(2)), kernel: Array(kernel.dimensions.dropFirst(2)),
        ceilMode: false)
      let groups = try node.integer("group", default: 1)
      let operation: any Operation =
        switch windows.count {
        case 1: Conv1d(window: windows[0], groups: groups)
        case 2: Conv2d(rows: windows[0], columns: windows[1], groups: groups)
        default:
          Conv3d(depth: windows[0], rows: windows[1], columns: windows[2], groups: groups)
        }
      return [.value(try importer.append(operation, [image, weight] + bias(node, &importer))[0])]
    },
    "ConvTranspose": ONNXRule(
      ONNXNode.windowAttributes.union(["group", "output_padding", "output_shape"])
    ) { node, importer throws(ONNXError.Problem) in
      let (image, weight) = try imageAndWeight(node, &importer)
      let (windows, outputPadding) = try transposedWindows(
        node, input: importer.shape(image), kernel: importer.shape(weight))
      let groups = try node.integer("group", default: 1)
      let operation: any Operation
      switch windows.count {
      case 1:
        operation = ConvTranspose1d(
          window: windows[0], outputPadding: outputPadding[0], groups: groups)
      case 2:
        operation = ConvTranspose2d(
          rows: windows[0], columns: windows[1], outputPadding: outputPadding, groups: groups)
      default:
        throw .input(0, value: "a volume", allowed: "a signal or an image")
      }
      return [.value(try importer.append(operation, [image, weight] + bias(node, &importer))[0])]
    },
  ]

  private static func imageAndWeight(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> (image: Value, weight: Value) {
    let image = try importer.value(try node.input(0))
    let weight = try importer.value(try node.input(1))
    let (input, kernel) = (importer.shape(image), importer.shape(weight))
    guard 3...5 ~= input.rank else {
      throw .input(0, value: "of shape \(input)", allowed: "three to five axes")
    }
    guard kernel.rank == input.rank else {
      throw .input(1, value: "of shape \(kernel)", allowed: "\(input.rank) axes")
    }
    return (image, weight)
  }

  private static func bias(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> [Value] {
    guard let bias = node.optionalInput(2) else { return [] }
    return [try importer.value(bias)]
  }

  /// The windows of a transposed convolution, whose padding may follow from the result's extents.
  private static func transposedWindows(
    _ node: ONNXNode, input: Shape, kernel: Shape
  ) throws(ONNXError.Problem) -> (windows: [Window], outputPadding: [Int]) {
    let extents = Array(input.dimensions.dropFirst(2))
    let plain = try node.windows(
      on: extents, kernel: Array(kernel.dimensions.dropFirst(2)), ceilMode: false)
    let count = plain.count
    let autoPad = try node.autoPad()
    var outputPadding = try node.perAxis("output_padding", default: 0, count: count)
    var wanted = try node.integers("output_shape")
    if wanted == nil, autoPad == .sameUpper || autoPad == .sameLower {
      wanted = zip(extents, plain).map { min($0, Window.largest) * $1.stride }
    }
    // Some exporters state batch and channels as well.
    guard var wanted else { return (plain, outputPadding) }
    if wanted.count == count + 2 { wanted.removeFirst(2) }
    guard wanted.count == count, wanted.allSatisfy({ 1...Window.largest ~= $0 }),
      extents.allSatisfy({ $0 <= Window.largest }),
      outputPadding.allSatisfy({ 0...Window.largest ~= $0 })
    else {
      throw .attribute("output_shape", value: "\(wanted.prefix(8))", allowed: "\(count) extents")
    }
    var windows: [Window] = []
    for (axis, window) in plain.enumerated() {
      let total =
        (extents[axis] - 1) * window.stride + outputPadding[axis] + window.reach - wanted[axis]
      // What the result has more than filters reach lies at its end.
      outputPadding[axis] += max(0, -total)
      let (half, rest) = (max(0, total) / 2, max(0, total) - max(0, total) / 2)
      do {
        windows.append(
          try window.with(
            autoPad == .sameUpper
              ? Window.Padding(before: half, after: rest)
              : Window.Padding(before: rest, after: half)))
      } catch {
        throw .graph(.operation(path: node.path, error))
      }
    }
    return (windows, outputPadding)
  }
}
