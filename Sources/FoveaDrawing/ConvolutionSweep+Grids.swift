import Foundation

/// Both axes at one position: the grid under the window, and the one with an element a position.
private struct GridDrawing {
  let sweep: ConvolutionSweep
  let side: Double

  private var gridSide: Double { Double(sweep.drawnPixels.count) * side }
  private var positionsSide: Double { Double(sweep.positions) * side }
  private let labelRoom = 22.0
  private let gap = 44.0

  var width: Double { 2 * labelRoom + gridSide + gap + positionsSide }
  var height: Double { labelRoom + max(gridSide, positionsSide) }

  /// Where the middle of an extent lies that is centred beside the larger one.
  private func top(_ extent: Double, _ y: Double) -> Double {
    y + labelRoom + (max(gridSide, positionsSide) - extent) / 2
  }

  /// The corner of a pixel under the window, from its row and column.
  func corner(_ row: Int, _ column: Int, x: Double, y: Double) -> (x: Double, y: Double) {
    let first = sweep.drawnPixels.lowerBound
    return (
      x + labelRoom + Double(column - first) * side, top(gridSide, y) + Double(row - first) * side
    )
  }

  /// The corner of a position.
  func positionCorner(_ row: Int, _ column: Int, x: Double, y: Double) -> (x: Double, y: Double) {
    (
      x + 2 * labelRoom + gridSide + gap + Double(column) * side,
      top(positionsSide, y) + Double(row) * side
    )
  }

  /// Everything that does not move.
  func background(x: Double, y: Double) -> [SVGElement] {
    var parts: [SVGElement] = []
    let pixels = sweep.drawnPixels
    for row in pixels {
      for column in pixels {
        let place = corner(row, column, x: x, y: y)
        let isPadding = !(0..<sweep.extent ~= row && 0..<sweep.extent ~= column)
        parts.append(.cell(place.x, place.y, side, paint: sweep.axisPaint, isPadding: isPadding))
      }
    }
    for row in 0..<sweep.positions {
      for column in 0..<sweep.positions {
        let place = positionCorner(row, column, x: x, y: y)
        parts.append(.cell(place.x, place.y, side, paint: sweep.positionPaint, isPadding: false))
      }
    }
    for index in 0..<sweep.extent {
      parts += labels(index, corner(0, index, x: x, y: y), corner(index, 0, x: x, y: y), in: pixels)
    }
    for index in 0..<sweep.positions {
      parts += labels(
        index, positionCorner(0, index, x: x, y: y), positionCorner(index, 0, x: x, y: y),
        in: 0..<sweep.positions)
    }
    let isSpread = sweep.kind == .transposedConvolution
    let middle = y + labelRoom + max(gridSide, positionsSide) / 2
    let ends = (x + labelRoom + gridSide + 8, x + labelRoom + gridSide + gap - 10)
    let (tail, tip) = isSpread ? (ends.1, ends.0) : ends
    parts.append(.path([(tail, middle), (tip, middle)], paint: .rule))
    parts.append(.arrowhead(at: (tip, middle), towards: (isSpread ? -1 : 1, 0), paint: .rule))
    return parts
  }

  /// A column's number above the grid, and a row's at its left.
  private func labels(
    _ index: Int, _ above: (x: Double, y: Double), _ beside: (x: Double, y: Double),
    in pixels: Range<Int>
  ) -> [SVGElement] {
    let offset = Double(0 - pixels.lowerBound) * side
    return [
      .text("\(index)", x: above.x + side / 2, y: above.y - offset - 5, anchor: "middle", size: 10),
      .text(
        "\(index)", x: beside.x - offset - 5, y: beside.y + side / 2 + 3.5, anchor: "end", size: 10),
    ]
  }

  /// The taps at a position.
  ///
  /// - Parameter fadesOutside: Whether those outside the image are pale.
  func taps(
    _ row: Int, _ column: Int, x: Double, y: Double, fadesOutside: Bool
  ) -> [SVGElement] {
    let image = 0..<sweep.extent
    return sweep.taps(at: row).flatMap { pixelRow in
      sweep.taps(at: column).map { pixelColumn in
        let place = corner(pixelRow, pixelColumn, x: x, y: y)
        let isInside = image ~= pixelRow && image ~= pixelColumn
        return .rectangle(
          Frame(x: place.x + 1.5, y: place.y + 1.5, width: side - 3, height: side - 3),
          fill: .orange, fillOpacity: isInside || !fadesOutside ? 0.75 : 0.15, stroke: .orange,
          radius: 2)
      }
    }
  }

  /// The position itself.
  func position(_ row: Int, _ column: Int, x: Double, y: Double) -> SVGElement {
    let place = positionCorner(row, column, x: x, y: y)
    return .rectangle(
      Frame(x: place.x + 1.5, y: place.y + 1.5, width: side - 3, height: side - 3),
      fill: sweep.positionPaint, radius: 2)
  }
}

/// Both axes, an image a position.
struct FramesDrawing {
  let sweep: ConvolutionSweep

  func svg() -> String {
    let last = sweep.positions - 1
    let shown = sweep.positions <= 3 ? Array(0...last) : [0, last / 2, last]
    let grid = GridDrawing(sweep: sweep, side: sweep.drawnPixels.count > 12 ? 12 : 17)
    var content = SVGElement.heading(sweep, x: SweepMetrics.margin)
    for (line, row) in shown.enumerated() {
      for (place, column) in shown.enumerated() {
        let x = SweepMetrics.margin + Double(place) * (grid.width + 26)
        let y = SweepMetrics.heading + 18 + Double(line) * (grid.height + 40)
        content.append(
          .text(
            "\(sweep.positionName) \(row), \(column)", x: x + 22, y: y, paint: .ink, weight: "600"))
        content += grid.background(x: x, y: y)
        content += grid.taps(row, column, x: x, y: y, fadesOutside: true)
        content.append(grid.position(row, column, x: x, y: y))
      }
    }
    let width = SweepMetrics.margin * 2 + Double(shown.count) * (grid.width + 26) - 26
    return SVGElement.document(
      title: sweep.title, width: max(width, SVGElement.headingWidth(sweep)),
      height: SweepMetrics.heading + 18 + Double(shown.count) * (grid.height + 40) - 10,
      content: content)
  }
}

/// Both axes, the window moving.
struct AnimationDrawing {
  let sweep: ConvolutionSweep
  private let secondsPerPosition = 0.7

  func svg() -> String {
    let grid = GridDrawing(sweep: sweep, side: sweep.drawnPixels.count > 16 ? 16 : 28)
    let (x, y) = (SweepMetrics.margin, SweepMetrics.heading)
    var content = SVGElement.heading(sweep, x: SweepMetrics.margin)
    content += grid.background(x: x, y: y)
    let step = Double(sweep.window.stride) * grid.side
    content.append(moving(grid.taps(0, 0, x: x, y: y, fadesOutside: false), by: step))
    content.append(moving([grid.position(0, 0, x: x, y: y)], by: grid.side))
    return SVGElement.document(
      title: sweep.title,
      width: max(grid.width + 2 * SweepMetrics.margin, SVGElement.headingWidth(sweep)),
      height: y + grid.height + SweepMetrics.margin, content: content)
  }

  /// Elements that jump to every position, row by row, for ever.
  private func moving(_ elements: [SVGElement], by step: Double) -> SVGElement {
    let places = (0..<sweep.positions).flatMap { row in
      (0..<sweep.positions).map { column in
        "\(SVGElement.pixels(Double(column) * step)) \(SVGElement.pixels(Double(row) * step))"
      }
    }
    var group = SVGElement("g")
    for element in elements { group.append(element) }
    group.append(
      SVGElement(
        "animateTransform",
        [
          "attributeName": "transform", "type": "translate", "calcMode": "discrete",
          "values": places.joined(separator: ";"),
          "dur": String(format: "%.1fs", Double(places.count) * secondsPerPosition),
          "repeatCount": "indefinite",
        ]))
    return group
  }
}
