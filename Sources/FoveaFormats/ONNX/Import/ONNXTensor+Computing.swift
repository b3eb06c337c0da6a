import FoveaGraph
import FoveaTensors

/// What is computed with known numbers while a file is read.
///
/// Callers have seen to it that there is room for the result.
extension ONNXTensor {
  /// The offsets of elements that lie `strides` apart, in row-major order of `extents`.
  private static func offsets(_ extents: [Int], _ strides: [Int], start: Int) -> [Int] {
    var offsets = [start]
    for (extent, stride) in zip(extents, strides) {
      offsets = offsets.flatMap { base in (0..<extent).map { base + $0 * stride } }
    }
    return offsets
  }

  /// These numbers, repeated to fill a shape that they broadcast to.
  func broadcast(to target: Shape) -> ONNXTensor {
    if target == shape { return self }
    let own = shape.rowMajorStrides
    let missing = target.rank - shape.rank
    let strides = (0..<target.rank).map { axis in
      axis < missing || shape[axis - missing] == 1 ? 0 : own[axis - missing]
    }
    return gathered(Self.offsets(target.dimensions, strides, start: 0), target)
  }

  /// These numbers with the axes in another order.
  func transposed(_ order: [Int]) -> ONNXTensor {
    let strides = shape.rowMajorStrides
    let extents = order.map { shape[$0] }
    return gathered(
      Self.offsets(extents, order.map { strides[$0] }, start: 0), Shape(extents))
  }

  /// The elements at `indices` along an axis; each is inside it.
  func selected(_ indices: [Int], axis: Int) -> ONNXTensor {
    let strides = shape.rowMajorStrides
    var outer = Array(shape.dimensions[..<axis])
    let starts = Self.offsets(outer, Array(strides[..<axis]), start: 0)
    let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
    outer += [indices.count] + shape.dimensions[(axis + 1)...]
    let offsets = starts.flatMap { start in
      indices.flatMap { index -> Range<Int> in
        let first = start + index * strides[axis]
        return first..<first + inner
      }
    }
    return gathered(offsets, Shape(outer))
  }

  /// Tensors one after another along an axis; all are whole numbers, or all are taken as floats.
  static func concatenated(_ parts: [ONNXTensor], axis: Int, _ target: Shape) -> ONNXTensor {
    let outer = target.dimensions[..<axis].reduce(1, *)
    func joined<Element>(_ values: [[Element]]) -> [Element] {
      (0..<outer).flatMap { row in
        values.flatMap { part in
          let count = part.count / max(outer, 1)
          return part[row * count..<(row + 1) * count]
        }
      }
    }
    let integers = parts.compactMap(\.integers)
    return integers.count == parts.count
      ? ONNXTensor(target, integers: joined(integers))
      : ONNXTensor(target, floats: joined(parts.map(\.floats)))
  }

  /// Joins two tensors element by element, after broadcasting both to `target`.
  ///
  /// - Parameters:
  ///   - integers: Joins whole numbers; `nil` is no result, such as that of a division by zero.
  ///   - floats: Joins others.
  static func joined(
    _ left: ONNXTensor, _ right: ONNXTensor, _ target: Shape,
    integers: (Int64, Int64) -> Int64?, floats: (Float, Float) -> Float
  ) throws(ONNXError.Problem) -> ONNXTensor {
    let (a, b) = (left.broadcast(to: target), right.broadcast(to: target))
    guard let first = a.integers, let second = b.integers else {
      return ONNXTensor(target, floats: zip(a.floats, b.floats).map(floats))
    }
    var result: [Int64] = []
    result.reserveCapacity(first.count)
    for (x, y) in zip(first, second) {
      guard let value = integers(x, y) else {
        throw .valueOutOfRange("the result of \(x) and \(y)", of: "a computed constant")
      }
      result.append(value)
    }
    return ONNXTensor(target, integers: result)
  }
}
