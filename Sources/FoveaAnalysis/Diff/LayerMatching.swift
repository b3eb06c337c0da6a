/// Which layers of two networks are the same ones.
///
/// First by path and type. What is left is lined up by the longest common subsequence on type and output shape, where
/// neighbours of one path and equal operations are preferred. Last come layers of one path whose type differs.
struct LayerMatching {
  /// Pairs of positions in the two lists, in the order of the second.
  private(set) var pairs: [(before: Int, after: Int)] = []

  /// The most cells of the table that the alignment fills; longer lists are matched by path alone.
  private static let mostCells = 1 << 24

  init(_ before: [DescribedLayer], _ after: [DescribedLayer]) {
    var left = Array(before.indices)
    var right = Array(after.indices)
    func take(_ found: [(before: Int, after: Int)]) {
      pairs += found
      let (taken, met) = (Set(found.map(\.before)), Set(found.map(\.after)))
      left.removeAll { taken.contains($0) }
      right.removeAll { met.contains($0) }
    }
    take(
      Self.matched(
        left.map { before[$0].path + "\n" + before[$0].type },
        right.map { after[$0].path + "\n" + after[$0].type }
      ).map { (left[$0], right[$1]) })
    take(
      Self.aligned(left.map { before[$0] }, right.map { after[$0] })
        .map { (left[$0], right[$1]) })
    take(
      Self.matched(left.map { before[$0].path }, right.map { after[$0].path })
        .map { (left[$0], right[$1]) })
    pairs.sort { $0.after < $1.after }
  }

  /// Positions of equal keys; the first with the first, the second with the second.
  private static func matched(_ before: [String], _ after: [String]) -> [(Int, Int)] {
    var places: [String: [Int]] = [:]
    for (index, key) in before.enumerated().reversed() { places[key, default: []].append(index) }
    return after.enumerated().compactMap { index, key in
      places[key]?.popLast().map { ($0, index) }
    }
  }

  /// The alignment of two lists with the largest sum of likenesses.
  private static func aligned(_ before: [DescribedLayer], _ after: [DescribedLayer])
    -> [(Int, Int)]
  {
    let (rows, columns) = (before.count, after.count)
    guard rows > 0, columns > 0, (rows + 1) * (columns + 1) <= mostCells else { return [] }
    var numbers = Numbers()
    let left = before.map { Likeness($0, &numbers) }
    let right = after.map { Likeness($0, &numbers) }
    // best[i][j]: the sum for the layers from i and from j on.
    let width = columns + 1
    var best = [Int32](repeating: 0, count: (rows + 1) * width)
    for i in (0..<rows).reversed() {
      for j in (0..<columns).reversed() {
        let likeness = left[i].likeness(to: right[j])
        let taken = likeness > 0 ? likeness + best[(i + 1) * width + j + 1] : 0
        best[i * width + j] = max(taken, best[(i + 1) * width + j], best[i * width + j + 1])
      }
    }
    var pairs: [(Int, Int)] = []
    var (i, j) = (0, 0)
    while i < rows, j < columns {
      let here = best[i * width + j]
      if here == best[(i + 1) * width + j] {
        i += 1
      } else if here == best[i * width + j + 1] {
        j += 1
      } else {
        pairs.append((i, j))
        (i, j) = (i + 1, j + 1)
      }
    }
    return pairs
  }
}

/// Numbers for values, equal ones for equal values, so that each pair of layers is compared fast.
private struct Numbers {
  private var numbers: [AnyHashable: Int32] = [:]

  mutating func number(of value: AnyHashable) -> Int32 {
    if let number = numbers[value] { return number }
    let number = Int32(truncatingIfNeeded: numbers.count)
    numbers[value] = number
    return number
  }
}

/// What speaks for a layer being another network's, as numbers.
private struct Likeness {
  private let kind: Int32
  private let parent: Int32
  private let operation: Int32

  init(_ layer: DescribedLayer, _ numbers: inout Numbers) {
    kind = numbers.number(of: [AnyHashable(layer.type), AnyHashable(layer.outputShape)])
    parent = numbers.number(of: layer.parent)
    operation = numbers.number(of: AnyHashable(layer.operation))
  }

  /// How much speaks for two layers being the same; 0 where they cannot be.
  func likeness(to other: Likeness) -> Int32 {
    guard kind == other.kind else { return 0 }
    return 4 + (parent == other.parent ? 2 : 0) + (operation == other.operation ? 1 : 0)
  }
}
