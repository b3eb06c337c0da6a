public import FoveaGraph
import FoveaTensors

/// The pixels of the input that one activation depends on, exactly.
///
/// Found backwards through the graph, pixel by pixel: holes of dilated convolutions, dropped edges and padding
/// are what they are at this place, where a receptive field says what is so at most places.
public struct InputRegion: Hashable, Codable, Sendable {
  /// Rows or columns, the first and the last counted.
  public struct Range: Hashable, Codable, Sendable {
    /// The first pixel.
    public let first: Int
    /// The last pixel.
    public let last: Int
    /// Pixels from the first to the last.
    public var count: Int { last - first + 1 }
  }

  /// The height of the input.
  public let imageHeight: Int
  /// The width of the input.
  public let imageWidth: Int
  /// The rows of the smallest rectangle around the pixels; `nil` where there is none.
  public let rows: Range?
  /// The columns of that rectangle.
  public let columns: Range?
  /// How many pixels of the rectangle are used.
  public let usedPixels: Int
  /// The rectangle's pixels, row by row: whether each is used.
  public let isUsed: [Bool]
  /// The layer from which on everything is an upper bound, because its reach is not known; `nil` where all is exact.
  public let inexactFrom: String?

  /// The most pixels that a map may have.
  public static let largestMap = 1 << 26

  /// Finds the pixels.
  ///
  /// - Parameters:
  ///   - value: Which value of the graph.
  ///   - place: The activation's row and column; every one of them where left out.
  ///   - input: The input whose pixels are meant.
  /// - Throws: `AnalysisError` for a place that the value does not have, or maps past `largestMap`; `GraphError` for
  ///   an input that the graph does not have.
  /// - Complexity: O(pixels of all maps × kernel extent).
  public init(
    of value: Value, at place: (row: Int, column: Int)?, in graph: Graph, shapes: GraphShapes,
    input: String
  ) throws {
    guard let source = graph.source(named: input) else {
      throw GraphError.unknownName(input, kind: "input", known: graph.inputs.map(\.name))
    }
    let image = PixelMask(shapes[source])
    guard let image else { throw AnalysisError.mapTooLarge(path: input, shapes[source]) }
    let target = shapes[value]
    let path = graph.nodes[value.node].path
    guard var mask = PixelMask(target) else { throw AnalysisError.mapTooLarge(path: path, target) }
    if let place {
      guard target.isGrid else { throw AnalysisError.noGrid(path: path, target) }
      guard 0..<mask.height ~= place.row, 0..<mask.width ~= place.column else {
        throw AnalysisError.place(row: place.row, column: place.column, path: path, target)
      }
      mask.bits[place.row * mask.width + place.column] = true
    } else {
      mask.fill()
    }
    var masks: [Int: PixelMask] = [value.node: mask]
    var inexact: String?
    for index in stride(from: value.node, through: source.node + 1, by: -1) {
      guard let mask = masks.removeValue(forKey: index), mask.bits.contains(true) else { continue }
      let node = graph.nodes[index]
      let reach = node.operation.spatialReach(inputs: node.inputs.map { shapes[$0] })
      for (position, read) in node.inputs.enumerated()
      where node.operation.readsElements(ofInput: position)
        && !(graph.nodes[read.node].operation is Variable) && read.node >= source.node
      {
        guard var seen = masks[read.node] ?? PixelMask(shapes[read]) else {
          throw AnalysisError.mapTooLarge(path: graph.nodes[read.node].path, shapes[read])
        }
        if case .undefined = reach { inexact = node.path }
        seen.add(mask, through: reach)
        masks[read.node] = seen
      }
    }
    let found = masks[source.node] ?? image
    imageHeight = found.height
    imageWidth = found.width
    inexactFrom = inexact
    let (height, width) = (found.height, found.width)
    let usedRows = (0..<height).filter { found.bits[$0 * width..<($0 + 1) * width].contains(true) }
    guard let top = usedRows.first, let bottom = usedRows.last else {
      (rows, columns, usedPixels, isUsed) = (nil, nil, 0, [])
      return
    }
    let usedColumns = (0..<width).filter { column in
      (top...bottom).contains { found.bits[$0 * width + column] }
    }
    let (left, right) = (usedColumns.first ?? 0, usedColumns.last ?? 0)
    rows = Range(first: top, last: bottom)
    columns = Range(first: left, last: right)
    isUsed = (top...bottom).flatMap { found.bits[$0 * width + left...$0 * width + right] }
    usedPixels = isUsed.count { $0 }
  }
}

/// Which positions of a map matter; a value that is no map has one position.
struct PixelMask {
  let height: Int
  let width: Int
  var bits: [Bool]

  /// No position; `nil` for a map that is too large.
  init?(_ shape: Shape) {
    (height, width) = (shape.gridHeight, shape.gridWidth)
    let (pixels, overflow) = height.multipliedReportingOverflow(by: width)
    guard !overflow, pixels <= InputRegion.largestMap else { return nil }
    bits = [Bool](repeating: false, count: pixels)
  }

  mutating func fill() { bits = [Bool](repeating: true, count: bits.count) }

  /// Adds the positions that `results` depend on.
  mutating func add(_ results: PixelMask, through reach: SpatialReach) {
    switch reach {
    case .pointwise:
      add(
        results, rows: { [height] in [min($0, height - 1)] },
        columns: { [width] in [min($0, width - 1)] })
    case .windows(let rows, let columns):
      add(
        results, rows: { [height] in rows.pixels(at: $0, of: height) },
        columns: { [width] in columns.pixels(at: $0, of: width) })
    case .transposedWindows(let rows, let columns):
      add(
        results, rows: { [height] in rows.positions(over: $0, of: height) },
        columns: { [width] in columns.positions(over: $0, of: width) })
    case .cells(let cellRows, let cellColumns):
      add(
        results, rows: { [height] in Array(cell($0, of: cellRows, on: height)) },
        columns: { [width] in Array(cell($0, of: cellColumns, on: width)) })
    case .offset(let rows, let columns):
      add(results, rows: { [$0 + rows] }, columns: { [$0 + columns] })
    case .global, .flattened, .undefined: fill()
    }
  }

  /// Adds what rows and columns say, one after the other: a window is a rectangle.
  private mutating func add(
    _ results: PixelMask, rows: (Int) -> [Int], columns: (Int) -> [Int]
  ) {
    var reached = [Bool](repeating: false, count: height * results.width)
    for row in 0..<results.height {
      let line = results.bits[row * results.width..<(row + 1) * results.width]
      guard line.contains(true) else { continue }
      for target in rows(row) {
        for (column, bit) in line.enumerated() where bit {
          reached[target * results.width + column] = true
        }
      }
    }
    let targets = (0..<results.width).map(columns)
    for row in 0..<height {
      for column in 0..<results.width where reached[row * results.width + column] {
        for target in targets[column] { bits[row * width + target] = true }
      }
    }
  }

}

/// The pixels of a cell of adaptive pooling.
private func cell(_ index: Int, of count: Int, on extent: Int) -> Range<Int> {
  index * extent / count..<(index * extent + extent + count - 1) / count
}

extension Window {
  /// The pixels under the taps at a position; none of the padding.
  func pixels(at position: Int, of extent: Int) -> [Int] {
    let origin = position * stride - padding.before
    // The first and the last tap that lie on the image.
    let firstTap = origin >= 0 ? 0 : (dilation - 1 - origin) / dilation
    let lastTap = extent - 1 - origin < 0 ? -1 : min(kernel - 1, (extent - 1 - origin) / dilation)
    return firstTap <= lastTap ? (firstTap...lastTap).map { origin + $0 * dilation } : []
  }

  /// The positions of `extent` ones that have a tap over a pixel.
  func positions(over pixel: Int, of extent: Int) -> [Int] {
    let offset = pixel + padding.before
    let first = max(0, (offset - reach + stride) / stride)
    let last = min(extent - 1, offset / stride)
    guard first <= last else { return [] }
    return (first...last).filter {
      let distance = offset - $0 * stride
      return 0...(reach - 1) ~= distance && distance % dilation == 0
    }
  }
}
