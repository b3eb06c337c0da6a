import FoveaTensors
import OrderedCollections

/// What a safetensors header says: where each tensor's bytes lie in the data section.
struct SafetensorsHeader: Equatable {
  struct Entry: Equatable {
    var element: SafetensorsElement
    var shape: Shape
    var range: Range<Int>
  }

  var entries: OrderedDictionary<String, Entry> = [:]
  var metadata: [String: String] = [:]

  /// The bytes that the elements of all tensors will take in memory: at most twice the data section,
  /// once `checkLayout` has passed.
  var plannedByteCount: Int {
    entries.values.reduce(0) { $0 + $1.shape.elementCount * $1.element.elementType.byteCount }
  }

  /// Checks that the tensors tile `dataByteCount` bytes: no overlap, no hole, no tail.
  func checkLayout(dataByteCount: Int, file: String) throws(SafetensorsError) {
    var end = 0
    let inOrder = entries.elements.sorted {
      ($0.value.range.lowerBound, $0.value.range.upperBound)
        < ($1.value.range.lowerBound, $1.value.range.upperBound)
    }
    for (name, entry) in inOrder {
      let begin = entry.range.lowerBound
      guard begin == end else {
        throw SafetensorsError(
          file: file, tensor: name,
          problem: begin < end
            ? .overlap(begin: begin, previousEnd: end) : .hole(begin: begin, previousEnd: end))
      }
      end = entry.range.upperBound
    }
    guard end == dataByteCount else {
      throw SafetensorsError(
        file: file, tensor: nil, problem: .dataLength(described: end, actual: dataByteCount))
    }
  }
}
