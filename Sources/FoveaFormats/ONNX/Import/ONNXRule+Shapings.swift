import FoveaGraph
import FoveaTensors

/// Operators that move elements and change none.
extension ONNXRule {
  static let shapings: [String: ONNXRule] = [
    "Reshape": ONNXRule(["allowzero", "shape"]) { node, importer throws(ONNXError.Problem) in
      let shape = importer.shape(try node.input(0))
      let stated = try node.has(input: 1) ? node.integers(input: 1) : node.integers("shape")
      guard let wanted = stated else { throw .missingInput(1) }
      let target = try resolved(wanted, shape, keepsZeros: try node.flag("allowzero"))
      return [try importer.reshaped(try node.input(0), to: target)]
    },
    "Flatten": ONNXRule(["axis"]) { node, importer throws(ONNXError.Problem) in
      let shape = importer.shape(try node.input(0))
      let axis = shape.fromFirst(try node.integer("axis", default: 1))
      guard 0...shape.rank ~= axis else {
        throw .attribute("axis", value: "\(axis)", allowed: "an axis of \(shape)")
      }
      let extents = shape.dimensions
      let target = [extents[..<axis].reduce(1, *), extents[axis...].reduce(1, *)]
      return [try importer.reshaped(try node.input(0), to: target)]
    },
    "Squeeze": ONNXRule(["axes"]) { node, importer throws(ONNXError.Problem) in
      let shape = importer.shape(try node.input(0))
      let stated = try node.axes(input: 1, sinceOpset: 13)
      let axes = try stated.map { axes throws(ONNXError.Problem) in
        try normalised(axes, rank: shape.rank)
      }
      let dropped = axes ?? shape.dimensions.indices.filter { shape[$0] == 1 }
      guard dropped.allSatisfy({ shape[$0] == 1 }) else {
        throw .input(1, value: "\(dropped)", allowed: "axes of extent 1 of \(shape)")
      }
      let target = shape.dimensions.indices.filter { !dropped.contains($0) }.map { shape[$0] }
      return [try importer.reshaped(try node.input(0), to: target)]
    },
    "Unsqueeze": ONNXRule(["axes"]) { node, importer throws(ONNXError.Problem) in
      let input = try node.input(0)
      let shape = importer.shape(input)
      guard let stated = try node.axes(input: 1, sinceOpset: 13), stated.count <= 8 else {
        throw .missingInput(1)
      }
      let axes = try normalised(stated, rank: shape.rank + stated.count)
      if case .value(let value) = input {
        return [.value(try importer.apply(Unsqueeze(axes: axes), value))]
      }
      var target = shape.dimensions
      for axis in axes { target.insert(1, at: axis) }
      return [try importer.reshaped(input, to: target)]
    },
    "Transpose": ONNXRule(["perm"]) { node, importer throws(ONNXError.Problem) in
      let input = try node.input(0)
      let shape = importer.shape(input)
      let order = try node.integers("perm") ?? Array((0..<shape.rank).reversed())
      guard order.sorted() == Array(0..<shape.rank) else {
        throw .attribute("perm", value: "\(order.prefix(8))", allowed: "the axes of \(shape)")
      }
      return [try importer.transposed(input, order)]
    },
    "Concat": ONNXRule(["axis"]) { node, importer throws(ONNXError.Problem) in
      [try concatenation(node, &importer)]
    },
    "Split": ONNXRule(["axis", "split", "num_outputs"]) {
      node, importer throws(ONNXError.Problem) in try split(node, &importer)
    },
    "Slice": ONNXRule(["axes", "starts", "ends"]) { node, importer throws(ONNXError.Problem) in
      [try slice(node, &importer)]
    },
    "Gather": ONNXRule(["axis"]) { node, importer throws(ONNXError.Problem) in
      [try gather(node, &importer)]
    },
    "Expand": ONNXRule { node, importer throws(ONNXError.Problem) in
      let input = try node.input(0)
      let shape = importer.shape(input)
      let wanted = try importer.shape(
        checking: try node.integers(input: 1) ?? [], of: node.path)
      let target = try broadcastShape(shape, wanted)
      if case .constant(let tensor, _) = input {
        try importer.expectRoom(for: target)
        return [known(tensor.broadcast(to: target), node)]
      }
      let value = try importer.value(input)
      if target == shape { return [.value(value)] }
      // Zeros along the axes that grow, and no others, so that the batch stays free.
      let missing = target.rank - shape.rank
      let grown = target.dimensions.enumerated().map { axis, extent in
        axis >= missing && shape[axis - missing] == extent ? 1 : extent
      }
      let zeros = try importer.apply(Constant(0, shape: Shape(grown)))
      return [.value(try importer.apply(Binary(.add), value, zeros))]
    },
    "Tile": ONNXRule { node, importer throws(ONNXError.Problem) in
      let value = try importer.value(try node.input(0))
      let repeats = try node.integers(input: 1) ?? []
      guard repeats.count == importer.shape(value).rank,
        repeats.allSatisfy({ 1...64 ~= $0 })
      else { throw .input(1, value: "\(repeats.prefix(8))", allowed: "1 to 64 for each axis") }
      var result = value
      for (axis, count) in repeats.enumerated() where count > 1 {
        result = try importer.append(
          Concat(axis: axis), Array(repeating: result, count: count))[0]
      }
      return [.value(result)]
    },
  ]

  /// Axes from the first, each named once.
  static func normalised(
    _ axes: [Int], rank: Int, keepsOrder: Bool = false
  ) throws(ONNXError.Problem) -> [Int] {
    let own = axes.map { $0 < 0 ? $0 + rank : $0 }
    let result = keepsOrder ? own : own.sorted()
    guard result.allSatisfy({ 0..<rank ~= $0 }), Set(result).count == result.count else {
      throw .attribute("axes", value: "\(axes.prefix(8))", allowed: "each axis of \(rank) once")
    }
    return result
  }

  /// The extents of a reshape's result, with the axes that it copies and the one that it infers.
  private static func resolved(
    _ wanted: [Int], _ shape: Shape, keepsZeros: Bool
  ) throws(ONNXError.Problem) -> [Int] {
    var target = wanted
    for axis in target.indices where target[axis] == 0 && !keepsZeros && axis < shape.rank {
      target[axis] = shape[axis]
    }
    let open = target.indices.filter { target[$0] == -1 }
    let known = Shape(checking: target.filter { $0 != -1 })
    guard open.count <= 1, let known else {
      throw .graph(.operation(path: "", .reshape(wanted, actual: shape)))
    }
    if let axis = open.first, known.elementCount > 0 {
      target[axis] = shape.elementCount / known.elementCount
    }
    guard let result = Shape(checking: target), result.elementCount == shape.elementCount else {
      throw .graph(.operation(path: "", .reshape(wanted, actual: shape)))
    }
    return target
  }

  private static func concatenation(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> ONNXOperand {
    var inputs: [ONNXOperand] = []
    for index in node.inputs.indices { inputs.append(try node.input(index)) }
    guard let first = inputs.first else { throw .missingInput(0) }
    let shape = importer.shape(first)
    let axis = try normalised([try node.integer("axis", default: 1)], rank: shape.rank)[0]
    let parts = inputs.compactMap(\.constant)
    guard parts.count == inputs.count else {
      var values: [Value] = []
      for input in inputs { values.append(try importer.value(input)) }
      return .value(try importer.append(Concat(axis: axis), values)[0])
    }
    let target = try importer.asking { () throws(OperationError) in
      try Concat(axis: axis).outputShapes(for: parts.map(\.shape))[0]
    }
    try importer.expectRoom(for: target)
    return known(ONNXTensor.concatenated(parts, axis: axis, target), node)
  }

  private static func split(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> [ONNXOperand] {
    let input = try node.input(0)
    let shape = importer.shape(input)
    let axis = try normalised([try node.integer("axis", default: 0)], rank: shape.rank)[0]
    let count = node.outputCount
    let each = (shape[axis] + count - 1) / count
    let stated = try node.opset < 13 ? node.integers("split") : node.integers(input: 1)
    let sizes = stated ?? (0..<count).map { min(each, shape[axis] - $0 * each) }
    guard sizes.count == count, Shape(checking: sizes) != nil, sizes.reduce(0, +) == shape[axis]
    else {
      throw .attribute(
        "split", value: "\(sizes.prefix(8))", allowed: "\(count) parts of \(shape[axis])")
    }
    var start = 0
    var results: [ONNXOperand] = []
    for size in sizes {
      results.append(
        try importer.sliced(input, axis: axis, start: start, end: start + size))
      start += size
    }
    return results
  }

  private static func slice(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let areInputs = node.opset >= 10
    let starts = try areInputs ? node.integers(input: 1) : node.integers("starts")
    let ends = try areInputs ? node.integers(input: 2) : node.integers("ends")
    guard let starts, let ends else { throw .missingInput(1) }
    var result = try node.input(0)
    let rank = importer.shape(result).rank
    let axes = try areInputs ? node.integers(input: 3) : node.integers("axes")
    let steps = try areInputs ? node.integers(input: 4) : nil
    let stated = axes ?? Array(starts.indices)
    guard ends.count == starts.count, stated.count == starts.count,
      steps.map({ $0.count == starts.count && !$0.contains(0) }) ?? true
    else { throw .input(1, value: "\(starts.count) starts", allowed: "one for each axis") }
    _ = try normalised(stated, rank: rank)
    for (position, axis) in stated.enumerated() {
      let axis = axis < 0 ? axis + rank : axis
      let (extent, step) = (importer.shape(result)[axis], steps?[position] ?? 1)
      // An end may be any number, such as the largest, for "all that is left".
      let lowest = step > 0 ? 0 : -1
      let highest = step > 0 ? extent : extent - 1
      func clamped(_ index: Int) -> Int {
        min(max(index < 0 ? index + extent : index, lowest), highest)
      }
      let (start, end) = (clamped(starts[position]), clamped(ends[position]))
      if step == 1 {
        result = try importer.sliced(result, axis: axis, start: start, end: max(start, end))
      } else {
        result = try importer.selected(
          result, Array(stride(from: start, to: end, by: step)), axis: axis)
      }
    }
    return result
  }

  private static func gather(
    _ node: ONNXNode, _ importer: inout ONNXImporter
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let input = try node.input(0)
    let shape = importer.shape(input)
    let axis = try normalised([try node.integer("axis", default: 0)], rank: shape.rank)[0]
    let places = try node.constant(1)
    let indices = (try node.integers(input: 1) ?? []).map { $0 < 0 ? $0 + shape[axis] : $0 }
    guard indices.allSatisfy({ 0..<shape[axis] ~= $0 }) else {
      throw .input(1, value: "\(indices.prefix(8))", allowed: "places on axis \(axis) of \(shape)")
    }
    let selected = try importer.selected(input, indices, axis: axis)
    let target =
      Array(shape.dimensions[..<axis]) + places.shape.dimensions
      + Array(shape.dimensions[(axis + 1)...])
    return try importer.reshaped(selected, to: target)
  }
}
