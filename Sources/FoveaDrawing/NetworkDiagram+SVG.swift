import FoveaAnalysis

extension NetworkDiagram {
  /// The diagram as an SVG document.
  public func svg() -> String {
    NetworkDrawing(self).svg()
  }
}

/// Sizes in pixels.
private enum Metrics {
  static let margin = 20.0
  static let box = 24.0
  static let gap = 12.0
  static let bandTitle = 20.0
  static let bandMargin = 8.0
  static let lane = 12.0
  static let columnGap = 44.0
  static let size = 11.0
  static let cellGap = 14.0
  /// Above the boxes, without and with lines that lead to the next column.
  static let heading = 92.0
  static let headingWithLines = 108.0
  /// The strongest colour's share, under text that can still be read.
  static let strongest = 0.5

  static func width(_ text: String) -> Double { SVGElement.width(of: text, size: size) }
}

private struct NetworkDrawing {
  let diagram: NetworkDiagram
  private let layout: NetworkLayout
  /// The texts of each row.
  private let cells: [[String]]
  private let cellWidths: [Double]
  private let largest: Double
  private var boxes: [Frame] = []

  init(_ diagram: NetworkDiagram) {
    self.diagram = diagram
    let outline = diagram.outline
    let bands = NetworkLayout(outline, columnCount: 1).bands
    let inputs = outline.inputs.sorted { $0.key < $1.key }
    let input = [
      "", inputs.map(\.key).joined(separator: ", "),
      inputs.map { NumberFormat.extents($0.value.dimensions) }.joined(separator: ", "), "",
    ]
    let cells =
      [input]
      + outline.blocks.enumerated().map { index, block in
        let band = bands.first { $0.rows ~= index + 1 }
        let name = band.map { String(block.path.dropFirst($0.path.count + 1)) } ?? block.path
        return [
          name, block.operations, NumberFormat.extents(Array(block.last.outputShape.dimensions)),
          diagram.quantity.text(block),
        ]
      }
    self.cells = cells
    cellWidths = (0..<4).map { column in cells.map { Metrics.width($0[column]) }.max() ?? 0 }
    largest = outline.blocks.map(diagram.quantity.amount).max() ?? 0
    // About as wide as high.
    let width = cellWidths.reduce(Metrics.columnGap + 5 * Metrics.cellGap, +) + 3 * Metrics.lane
    let height =
      Double(cells.count) * (Metrics.box + Metrics.gap) + Double(bands.count) * Metrics.bandTitle
    let columnCount = max(1, Int((1.3 * height / width).squareRoot().rounded()))
    layout = NetworkLayout(outline, columnCount: columnCount)
    boxes = place()
  }

  private var top: Double {
    layout.columns.count > 1 ? Metrics.headingWithLines : Metrics.heading
  }

  private var boxWidth: Double { cellWidths.reduce(0, +) + 5 * Metrics.cellGap }

  /// A box for each row.
  private func place() -> [Frame] {
    var boxes: [Frame] = []
    var x = Metrics.margin + Metrics.bandMargin
    for column in layout.columns {
      var y = top
      for row in column {
        if layout.bands.contains(where: { $0.rows.lowerBound == row }) {
          y += Metrics.bandTitle + Metrics.bandMargin
        }
        boxes.append(Frame(x: x, y: y, width: boxWidth, height: Metrics.box))
        y += Metrics.box + Metrics.gap
        if layout.bands.contains(where: { $0.rows.upperBound == row + 1 }) {
          y += Metrics.bandMargin
        }
      }
      x += boxWidth + Double(layout.lanes(in: column)) * Metrics.lane + Metrics.columnGap
    }
    return boxes
  }

  func svg() -> String {
    var content: [SVGElement] = []
    for band in layout.bands { content += self.band(band) }
    for detour in layout.detours { content += line(detour) }
    for row in boxes.indices { content += box(row) }
    for (row, join) in layout.steps { content += step(from: row, join) }
    let lanes = layout.columns.last.map(layout.lanes(in:)) ?? 0
    let right =
      (boxes.map(\.right).max() ?? 0) + Double(lanes) * Metrics.lane + Metrics.bandMargin
    let heading = heading()
    return SVGElement.document(
      title: diagram.title, width: max(right, heading.right) + Metrics.margin,
      height: (boxes.map(\.bottom).max() ?? 0) + Metrics.bandMargin + 2 * Metrics.margin,
      content: heading.elements + content)
  }

  private func heading() -> (elements: [SVGElement], right: Double) {
    let outline = diagram.outline
    func sum(_ quantity: NetworkDiagram.Quantity) -> String {
      NumberFormat.short(outline.blocks.reduce(0.0) { $0 + quantity.amount($1) })
    }
    let totals = "\(sum(.parameters)) parameters, \(sum(.macs)) multiply-adds"
    let x = Metrics.margin
    var elements: [SVGElement] = [
      .text(diagram.title, x: x, y: 27, size: SVGElement.titleSize, paint: .ink, weight: "600"),
      .text(totals, x: x, y: 47),
    ]
    var right =
      x
      + max(
        SVGElement.width(of: diagram.title, size: SVGElement.titleSize),
        SVGElement.width(of: totals))
    var place = x
    let level = 68.0
    for part in 0..<6 {
      elements.append(
        .rectangle(
          Frame(x: place, y: level - 7, width: 18, height: 14), fill: .blue,
          fillOpacity: Double(part) / 5 * Metrics.strongest, stroke: .rule))
      place += 18
    }
    let unit = diagram.quantity == .receptiveField ? " pixels" : ""
    let range = "\(diagram.quantity.title), 0 to \(NumberFormat.short(largest))\(unit)"
    elements.append(.text(range, x: place + 8, y: level + 4))
    place += SVGElement.width(of: range) + 30
    let known = Set(outline.edges.compactMap(\.join) + outline.blocks.flatMap(\.innerJoins))
    for join in NetworkOutline.Join.allCases where known.contains(join) {
      elements.append(.path([(place, level), (place + 22, level)], paint: join.paint, width: 2))
      elements.append(.text(join.title, x: place + 28, y: level + 4))
      place += 48 + SVGElement.width(of: join.title)
    }
    right = max(right, place)
    return (elements, right)
  }

  private func band(_ band: NetworkLayout.Band) -> [SVGElement] {
    let (first, last) = (boxes[band.rows.lowerBound], boxes[band.rows.upperBound - 1])
    let own = layout.detours.filter { band.rows ~= $0.to }.map { $0.lane + 1 }.max() ?? 0
    let frame = Frame(
      x: first.x - Metrics.bandMargin, y: first.y - Metrics.bandTitle,
      width: first.width + 2 * Metrics.bandMargin + Double(own) * Metrics.lane,
      height: last.bottom - first.y + Metrics.bandTitle + Metrics.bandMargin)
    return [
      .rectangle(frame, fill: .band, stroke: .grid, radius: 6),
      .text(
        band.path, x: frame.x + Metrics.bandMargin, y: frame.y + 14, size: Metrics.size,
        paint: .ink, weight: "700"),
    ]
  }

  private func box(_ row: Int) -> [SVGElement] {
    let frame = boxes[row]
    let amount = row == 0 ? 0 : diagram.quantity.amount(diagram.outline.blocks[row - 1])
    let share = largest > 0 ? amount / largest : 0
    var elements: [SVGElement] = [
      .rectangle(frame, fill: .paper, stroke: .rule, radius: 4),
      .rectangle(frame, fill: .blue, fillOpacity: share * Metrics.strongest, radius: 4),
    ]
    var left = frame.x + Metrics.cellGap
    for (column, text) in cells[row].enumerated() {
      let isNumber = column > 1
      let x = isNumber ? left + cellWidths[column] : left
      left += cellWidths[column] + Metrics.cellGap
      guard !text.isEmpty else { continue }
      elements.append(
        .text(
          text, x: x, y: frame.middle + 4, anchor: isNumber ? "end" : "start", size: Metrics.size,
          paint: .ink, weight: column == 0 ? "600" : "400"))
    }
    return elements
  }

  /// From a box to the one after it, which may stand at the top of the next column.
  private func step(from row: Int, _ join: NetworkOutline.Join?) -> [SVGElement] {
    let (source, target) = (boxes[row], boxes[row + 1])
    let paint = join?.paint ?? .quiet
    let (start, end) = (source.x + source.width / 2, target.x + target.width / 2)
    let way =
      start == end ? [] : wayToNextColumn(from: row, start: start, end: end, number: 0)
    return [
      .path([(start, source.bottom)] + way + [(end, target.y)], paint: paint),
      .arrowhead(at: (end, target.y), towards: (0, 1), paint: paint),
    ]
  }

  /// Beside the boxes.
  private func line(_ detour: NetworkLayout.Detour) -> [SVGElement] {
    let (source, target) = (boxes[detour.from], boxes[detour.to])
    let paint = detour.join?.paint ?? .quiet
    func lane(_ box: Frame) -> Double { box.right + (Double(detour.lane) + 0.8) * Metrics.lane }
    let (leaves, enters) =
      detour.from == detour.to
      ? (source.y + 5, source.bottom - 5) : (source.middle + 4, target.middle - 4)
    let way =
      source.x == target.x
      ? []
      : wayToNextColumn(
        from: detour.from, start: lane(source), end: lane(target),
        number: numberAmongCrossing(detour))
    return [
      .path(
        [(source.right, leaves), (lane(source), leaves)] + way
          + [(lane(target), enters), (target.right, enters)], paint: paint, radius: 4),
      .arrowhead(at: (target.right, enters), towards: (-1, 0), paint: paint),
    ]
  }

  /// Under a column, up between it and the next one, and over that one.
  ///
  /// - Parameter number: 0 for the step; lines of other numbers lie inside each other, so that none crosses.
  private func wayToNextColumn(
    from row: Int, start: Double, end: Double, number: Int
  ) -> [(Double, Double)] {
    let column = layout.columns.first { $0 ~= row } ?? 0..<1
    let next = boxes[column.upperBound]
    let offset = 6 * Double(number)
    let gutter = next.x - Metrics.bandMargin - 12 - offset
    let below =
      boxes[column.upperBound - 1].bottom + Metrics.bandMargin + 8
      + 6 * Double(NetworkLayout.largestCrossing) - offset
    let above = top - 10 - offset
    return [(start, below), (gutter, below), (gutter, above), (end, above)]
  }

  private func numberAmongCrossing(_ detour: NetworkLayout.Detour) -> Int {
    layout.detours.filter { other in
      boxes[other.from].x != boxes[other.to].x && boxes[other.from].x == boxes[detour.from].x
        && other.lane <= detour.lane
    }.count
  }
}
