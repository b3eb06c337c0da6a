import FoveaGraph
import FoveaTensors

/// Operators that give known numbers, or take nothing else: the shape arithmetic of exporters.
extension ONNXRule {
  static let knownNumbers: [String: ONNXRule] = [
    "Constant": ONNXRule([
      "value", "value_float", "value_floats", "value_int", "value_ints",
    ]) { node, importer throws(ONNXError.Problem) in [try constant(node, importer)] },
    "ConstantOfShape": ONNXRule(["value"]) { node, importer throws(ONNXError.Problem) in
      let extents = try node.integers(input: 0) ?? []
      let shape = try importer.shape(checking: extents, of: node.path)
      try importer.expectRoom(for: shape)
      let value = try node.tensor("value").map { tensor throws(ONNXError.Problem) in
        try importer.model.initializers.tensor(of: tensor)
      }
      guard let value else {
        return [known(ONNXTensor(Tensor(zeros: shape)), node)]
      }
      guard value.elementCount == 1 else {
        throw .attribute("value", value: "of shape \(value.shape)", allowed: "a single number")
      }
      return [known(value.reshaped(.scalar).broadcast(to: shape), node)]
    },
    "Shape": ONNXRule(["start", "end"]) { node, importer throws(ONNXError.Problem) in
      let extents = importer.shape(try node.input(0)).dimensions
      func clamped(_ axis: Int) -> Int {
        min(max(axis < 0 ? axis + extents.count : axis, 0), extents.count)
      }
      let start = clamped(try node.integer("start", default: 0))
      let end = max(start, clamped(try node.integer("end", default: extents.count)))
      let part = extents[start..<end].map(Int64.init)
      return [known(ONNXTensor([part.count], integers: part), node)]
    },
    "Size": ONNXRule { node, importer throws(ONNXError.Problem) in
      let count = importer.shape(try node.input(0)).elementCount
      return [known(ONNXTensor(.scalar, integers: [Int64(count)]), node)]
    },
    "Range": ONNXRule { node, importer throws(ONNXError.Problem) in
      var ends: [Int] = []
      for index in 0..<3 { ends += try node.integers(input: index) ?? [] }
      guard ends.count == 3, ends[2] != 0,
        ends.allSatisfy({ (-Shape.largestElementCount...Shape.largestElementCount).contains($0) })
      else { throw .input(2, value: "\(ends)", allowed: "start, end and a step that is not 0") }
      let count = max(0, (ends[1] - ends[0] + ends[2] - ends[2].signum()) / ends[2])
      try importer.expectRoom(for: [count])
      let values = (0..<count).map { Int64(ends[0] + $0 * ends[2]) }
      return [known(ONNXTensor([count], integers: values), node)]
    },
    "Cast": ONNXRule(["to", "saturate"]) { node, importer throws(ONNXError.Problem) in
      [try cast(node, to: ONNXElementType(number: node.integer("to", default: 0), of: node.path))]
    },
    "Where": ONNXRule { node, importer throws(ONNXError.Problem) in
      let (condition, yes, no) = (try node.constant(0), try node.constant(1), try node.constant(2))
      let target = try broadcastShape(
        try broadcastShape(condition.shape, yes.shape), no.shape)
      try importer.expectRoom(for: target)
      guard let choice = condition.broadcast(to: target).integers else {
        throw .input(0, value: "a tensor of floats", allowed: "truth values")
      }
      let (first, second) = (yes.broadcast(to: target), no.broadcast(to: target))
      if let a = first.integers, let b = second.integers {
        let values = choice.indices.map { choice[$0] != 0 ? a[$0] : b[$0] }
        return [known(ONNXTensor(target, integers: values), node)]
      }
      let (a, b) = (first.floats, second.floats)
      let values = choice.indices.map { choice[$0] != 0 ? a[$0] : b[$0] }
      return [known(ONNXTensor(target, floats: values), node)]
    },
    "Equal": comparison {
      $0 == $1
    } _: {
      $0 == $1
    },
    "Less": comparison {
      $0 < $1
    } _: {
      $0 < $1
    },
    "Greater": comparison {
      $0 > $1
    } _: {
      $0 > $1
    },
    "Not": ONNXRule { node, _ throws(ONNXError.Problem) in
      let input = try node.constant(0)
      guard let truths = input.integers else {
        throw .input(0, value: "a tensor of floats", allowed: "truth values")
      }
      let values = truths.map { $0 == 0 ? Int64(1) : 0 }
      return [known(ONNXTensor(input.shape, integers: values), node)]
    },
    "Mod": ONNXRule(["fmod"]) { node, importer throws(ONNXError.Problem) in
      let hasSignOfLeft = try node.flag("fmod")
      return [
        try joinedConstants(node, &importer) { left, right in
          guard right != 0 else { return nil }
          let rest = right == -1 ? 0 : left % right
          return hasSignOfLeft || rest == 0 || (rest < 0) == (right < 0) ? rest : rest + right
        } floats: { left, right in
          left.truncatingRemainder(dividingBy: right)
        }
      ]
    },
  ]

  /// Numbers that are known, as a rule's result; the importer names them after the node's result.
  static func known(_ tensor: ONNXTensor, _ node: ONNXNode) -> ONNXOperand {
    .constant(tensor, name: node.path)
  }

  static func broadcastShape(_ left: Shape, _ right: Shape) throws(ONNXError.Problem) -> Shape {
    guard let shape = Shape.broadcast(left, right) else {
      throw .input(1, value: "of shape \(right)", allowed: "one that broadcasts with \(left)")
    }
    return shape
  }

  /// The result of an operator on two inputs that must be known.
  static func joinedConstants(
    _ node: ONNXNode, _ importer: inout ONNXImporter, integers: (Int64, Int64) -> Int64?,
    floats: (Float, Float) -> Float
  ) throws(ONNXError.Problem) -> ONNXOperand {
    try joinedConstants(
      node.constant(0), node.constant(1), node, &importer, integers: integers, floats: floats)
  }

  /// Two known tensors, joined element by element.
  static func joinedConstants(
    _ left: ONNXTensor, _ right: ONNXTensor, _ node: ONNXNode, _ importer: inout ONNXImporter,
    integers: (Int64, Int64) -> Int64?, floats: (Float, Float) -> Float
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let target = try broadcastShape(left.shape, right.shape)
    try importer.expectRoom(for: target)
    return known(
      try ONNXTensor.joined(left, right, target, integers: integers, floats: floats), node)
  }

  private static func comparison(
    _ integers: @escaping @Sendable (Int64, Int64) -> Bool,
    _ floats: @escaping @Sendable (Float, Float) -> Bool
  ) -> ONNXRule {
    ONNXRule { node, importer throws(ONNXError.Problem) in
      let result = try joinedConstants(node, &importer) {
        integers($0, $1) ? 1 : 0
      } floats: {
        floats($0, $1) ? 1 : 0
      }
      guard let tensor = result.constant else { return [result] }
      return [known(ONNXTensor(tensor.shape, integers: tensor.floats.map { Int64($0) }), node)]
    }
  }

  private static func constant(
    _ node: ONNXNode, _ importer: ONNXImporter
  ) throws(ONNXError.Problem) -> ONNXOperand {
    if let tensor = try node.tensor("value") {
      return known(try importer.model.initializers.tensor(of: tensor), node)
    }
    if let value = try node.integer("value_int") {
      return known(ONNXTensor(.scalar, integers: [Int64(value)]), node)
    }
    if let values = try node.integers("value_ints") {
      return known(ONNXTensor([values.count], integers: values.map(Int64.init)), node)
    }
    if let values = try node.floats("value_floats") {
      return known(ONNXTensor([values.count], floats: values), node)
    }
    guard node.has("value_float") else {
      throw .attribute("value", value: "missing", allowed: "a number or a tensor")
    }
    return known(ONNXTensor(.scalar, floats: [try node.float("value_float", default: 0)]), node)
  }

  /// A cast: of known numbers to any type, of computed ones from float to float alone.
  private static func cast(
    _ node: ONNXNode, to type: ONNXElementType
  ) throws(ONNXError.Problem) -> ONNXOperand {
    let input = try node.input(0)
    guard let tensor = input.constant else {
      guard type.isFloatingPoint else {
        throw .attribute("to", value: "\(type)", allowed: "float for computed values")
      }
      return input
    }
    if type.isFloatingPoint { return known(ONNXTensor(tensor.tensor), node) }
    if let values = tensor.integers, type != .bool {
      return known(ONNXTensor(tensor.shape, integers: values), node)
    }
    var values: [Int64] = []
    for value in tensor.floats {
      if type == .bool {
        values.append(value == 0 ? 0 : 1)
      } else if let whole = Int64(exactly: value.rounded(.towardZero)) {
        values.append(whole)
      } else {
        throw .valueOutOfRange("\(value)", of: node.path)
      }
    }
    return known(ONNXTensor(tensor.shape, integers: values), node)
  }
}
