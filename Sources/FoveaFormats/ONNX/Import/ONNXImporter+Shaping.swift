import FoveaGraph
import FoveaTensors

/// Other shapes and parts of operands, whether their numbers are known or not.
extension ONNXImporter {
  /// The same elements under another shape, which has as many.
  mutating func reshaped(
    _ operand: ONNXOperand, to target: [Int]
  ) throws(ONNXError.Problem) -> ONNXOperand {
    switch operand {
    case .constant(let tensor, let name):
      .constant(
        tensor.reshaped(try shape(checking: target, of: name)), name: name)
    case .value(let value): .value(try reshape(value, to: target))
    }
  }

  /// The same elements under another shape, which has as many; the first extent stays free where it is kept.
  mutating func reshape(_ value: Value, to target: [Int]) throws(ONNXError.Problem) -> Value {
    let shape = shape(value)
    if shape.dimensions == target { return value }
    guard let first = target.first, shape.rank > 0, first == shape[0], !target.contains(0) else {
      return try apply(Reshape(target), value)
    }
    if target.count == 2 { return try apply(Flatten(), value) }
    return try apply(Reshape([-1] + target.dropFirst()), value)
  }

  /// The part from `start` up to `end` along an axis.
  mutating func sliced(
    _ operand: ONNXOperand, axis: Int, start: Int, end: Int
  ) throws(ONNXError.Problem) -> ONNXOperand {
    switch operand {
    case .constant: return try selected(operand, Array(start..<end), axis: axis)
    case .value(let value):
      if start == 0, end == shape(value)[axis] { return operand }
      return .value(try apply(Slice(axis: axis, start: start, end: end), value))
    }
  }

  /// The most places that are slices joined together; more are taken by a table.
  static let largestJoin = 256

  /// The elements at `indices` along an axis; each is inside it.
  mutating func selected(
    _ operand: ONNXOperand, _ indices: [Int], axis: Int
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let shape = shape(operand)
    switch operand {
    case .constant(let tensor, let name):
      var extents = shape.dimensions
      extents[axis] = indices.count
      let target = try self.shape(checking: extents, of: name)
      try expectRoom(for: target)
      return .constant(tensor.selected(indices, axis: axis), name: name)
    case .value:
      let first = indices.first ?? 0
      let step = indices.count > 1 ? indices[1] - first : 1
      let isEven = indices.enumerated().allSatisfy { $1 == first + $0 * step }
      if isEven, step == 1 {
        return try sliced(operand, axis: axis, start: first, end: first + indices.count)
      }
      if isEven, step > 1, shape.rank == 4, axis >= 2 {
        // Maximum pooling of single pixels takes each `step`-th.
        let last = first + (indices.count - 1) * step
        let part = try sliced(operand, axis: axis, start: first, end: last + 1)
        let pooling = try asking { () throws(OperationError) in
          let (one, every) = (try Window(kernel: 1), try Window(kernel: 1, stride: step))
          return MaxPool2d(rows: axis == 2 ? every : one, columns: axis == 3 ? every : one)
        }
        return .value(try apply(pooling, try self.value(part)))
      }
      guard 1...Self.largestJoin ~= indices.count else {
        return .value(try apply(try table(of: indices, in: shape, axis: axis), self.value(operand)))
      }
      var parts: [Value] = []
      for index in indices {
        parts.append(
          try self.value(try sliced(operand, axis: axis, start: index, end: index + 1)))
      }
      return .value(try append(Concat(axis: axis), parts)[0])
    }
  }

  /// What takes the elements at `indices` along an axis by the place of each element behind the axes before it.
  private func table(
    of indices: [Int], in shape: Shape, axis: Int
  ) throws(ONNXError.Problem) -> TakeElements {
    let source = Shape(Array(shape.dimensions[axis...]))
    let inner = source.dimensions.dropFirst().reduce(1, *)
    let (count, overflow) = indices.count.multipliedReportingOverflow(by: inner)
    guard !overflow, max(count, source.elementCount) <= TakeElements.largestTable else {
      throw .tooLarge(
        "\(indices.count) places on axis \(axis) of \(shape)", limit: TakeElements.largestTable)
    }
    let places = indices.flatMap { index in
      (index * inner..<(index + 1) * inner).map { Int32($0) }
    }
    return try asking { () throws(OperationError) in
      try TakeElements(
        from: source, to: source.replacing(0, with: indices.count), places: places)
    }
  }

  /// The same elements with the axes in another order.
  mutating func transposed(
    _ operand: ONNXOperand, _ order: [Int]
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let shape = shape(operand)
    switch operand {
    case .constant(let tensor, let name):
      try expectRoom(for: shape)
      return .constant(tensor.transposed(order), name: name)
    case .value(let value):
      // Where axes with several elements keep their order, elements do not move.
      let moved = order.filter { shape[$0] > 1 }
      guard moved == moved.sorted() else {
        return .value(try apply(Permute(axes: order), value))
      }
      return .value(try reshape(value, to: order.map { shape[$0] }))
    }
  }
}
