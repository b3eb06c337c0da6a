import FoveaAnalysis

/// Where everything of a network's diagram lies.
///
/// Row 0 is the input, row `i + 1` block `i`.
struct NetworkLayout {
  /// A line that runs beside boxes, from row to row; within one row for a join inside a block.
  struct Detour {
    let from: Int
    let to: Int
    let join: NetworkOutline.Join?
    /// How many lines run between it and the boxes.
    var lane = 0
  }

  /// Neighbouring rows of one path.
  struct Band {
    let path: String
    let rows: Range<Int>
  }

  let rows: Int
  let bands: [Band]
  /// Rows whose result the next row reads.
  let steps: [Int: NetworkOutline.Join?]
  private(set) var detours: [Detour] = []
  /// The rows of each column.
  private(set) var columns: [Range<Int>] = []

  /// The most boxes of a band, where paths have parts enough to make bands of fewer.
  private static let largestBand = 12

  init(_ outline: NetworkOutline, columnCount: Int) {
    rows = outline.blocks.count + 1
    bands = Self.bands(outline.blocks.map(\.path))
    var steps: [Int: NetworkOutline.Join?] = [:]
    var detours: [Detour] = []
    for edge in outline.edges {
      let (from, to) = (edge.from.map { $0 + 1 } ?? 0, edge.to + 1)
      if to == from + 1 {
        steps[from] = edge.join
      } else {
        detours.append(Detour(from: from, to: to, join: edge.join))
      }
    }
    for (block, joins) in outline.blocks.map(\.innerJoins).enumerated() {
      detours += joins.map { Detour(from: block + 1, to: block + 1, join: $0) }
    }
    self.steps = steps
    // Short ones lie inside.
    detours.sort { ($0.to - $0.from, $0.from) < ($1.to - $1.from, $1.from) }
    for index in detours.indices {
      let taken = detours[..<index].filter { $0.overlaps(detours[index]) }.map(\.lane)
      detours[index].lane = (0...).first { !taken.contains($0) } ?? 0
    }
    self.detours = detours
    columns = columns(count: columnCount)
  }

  /// The lines that run beside a column's boxes.
  func lanes(in column: Range<Int>) -> Int {
    detours.filter { column ~= $0.from || column ~= $0.to }.map { $0.lane + 1 }.max() ?? 0
  }

  /// The most lines that lead from one column to the next, besides the step.
  static let largestCrossing = 2

  /// Rows in columns of about one length, cut where few lines lead on, to the next column alone, and no band is cut.
  private func columns(count: Int) -> [Range<Int>] {
    let target = (rows + count - 1) / count
    var result: [Range<Int>] = []
    var start = 0
    for row in 1..<rows where row - start >= target {
      let crossing = detours.filter { $0.from < row && row <= $0.to }
      let isInBand = bands.contains { $0.rows.lowerBound < row && row < $0.rows.upperBound }
      guard crossing.count <= Self.largestCrossing, !isInBand,
        crossing.allSatisfy({ $0.from >= start })
      else { continue }
      result.append(start..<row)
      start = row
    }
    return result + [start..<rows]
  }

  /// Neighbours of one path, told apart as far as bands become small.
  private static func bands(_ paths: [String]) -> [Band] {
    let parts = paths.map { $0.split(separator: ".").map(String.init) }
    let deepest = parts.map(\.count).max() ?? 0
    var bands: [Band] = []
    for depth in stride(from: 1, to: deepest, by: 1) {
      bands = []
      var start = 0
      for row in 1...paths.count
      where row == paths.count || parts[row].prefix(depth) != parts[start].prefix(depth) {
        if row - start > 1 {
          let path = parts[start].prefix(depth).joined(separator: ".")
          bands.append(Band(path: path, rows: start + 1..<row + 1))
        }
        start = row
      }
      if bands.allSatisfy({ $0.rows.count <= largestBand }) { break }
    }
    return bands
  }
}

extension NetworkLayout.Detour {
  /// Whether both need a lane of their own.
  fileprivate func overlaps(_ other: NetworkLayout.Detour) -> Bool {
    (from, to) == (other.from, other.to) || from < other.to && other.from < to
  }
}
