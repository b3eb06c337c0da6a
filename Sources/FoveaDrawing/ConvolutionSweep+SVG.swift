import Foundation

extension ConvolutionSweep {
  /// How a sweep is shown.
  public enum Style: String, Hashable, Codable, Sendable, CaseIterable {
    /// One axis: a row a position, so that all of them are seen at a time.
    case rows
    /// Both axes: an image of the window at the first, the middle and the last positions.
    case frames
    /// Both axes, the window moving from position to position.
    case animation
  }

  /// The sweep as an SVG document; both axes alike where both are shown.
  ///
  /// - Throws: `DrawingError.tooMany` where pixels or positions would be too small to tell apart.
  public func svg(_ style: Style = .rows) throws(DrawingError) -> String {
    switch style {
    case .rows:
      try expect(drawnPixels.count, "pixels", atMost: 96, "draw a smaller input")
      try expect(positions, "positions", atMost: 96, "draw a smaller input")
      return RowsDrawing(sweep: self).svg()
    case .frames:
      try expect(drawnPixels.count, "pixels a side", atMost: 32, "draw rows instead")
      return FramesDrawing(sweep: self).svg()
    case .animation:
      try expect(drawnPixels.count, "pixels a side", atMost: 32, "draw rows instead")
      try expect(positions * positions, "positions", atMost: 400, "draw rows instead")
      return AnimationDrawing(sweep: self).svg()
    }
  }

  private func expect(
    _ count: Int, _ what: String, atMost limit: Int, _ remedy: String
  ) throws(DrawingError) {
    guard count <= limit else {
      throw .tooMany(what, count: count, limit: limit, remedy: remedy)
    }
  }

  /// What the axis under the window is.
  var axisName: String { kind == .transposedConvolution ? "output" : "input" }
  /// What has one element a position.
  var positionName: String { kind == .transposedConvolution ? "input" : "output" }
  var axisPaint: Paint { kind == .transposedConvolution ? .green : .blue }
  var positionPaint: Paint { kind == .transposedConvolution ? .blue : .green }
}

/// Sizes in pixels.
private enum Metrics {
  static let margin = 20.0
  static let heading = 62.0
}

extension SVGElement {
  /// A pixel's square.
  ///
  /// - Parameter isPadding: Whether it lies outside the image.
  fileprivate static func cell(
    _ x: Double, _ y: Double, _ side: Double, paint: Paint, isPadding: Bool
  ) -> SVGElement {
    .rectangle(
      Frame(x: x, y: y, width: side, height: side), fill: isPadding ? nil : paint,
      fillOpacity: 0.13,
      stroke: isPadding ? .rule : paint, dashes: isPadding ? "3 2" : nil)
  }

  /// Title and formula, at the top.
  fileprivate static func heading(_ sweep: ConvolutionSweep, x: Double) -> [SVGElement] {
    [
      .text(sweep.title, x: x, y: 27, size: titleSize, paint: .ink, weight: "600"),
      .text(sweep.formula, x: x, y: 47),
    ]
  }

  /// The least width that title and formula need.
  fileprivate static func headingWidth(_ sweep: ConvolutionSweep) -> Double {
    max(width(of: sweep.title, size: titleSize), width(of: sweep.formula)) + 2 * Metrics.margin
  }
}

/// One axis, a row a position.
private struct RowsDrawing {
  let sweep: ConvolutionSweep
  private let side = 26.0
  private let step = 32.0

  func svg() -> String {
    let pixels = sweep.drawnPixels
    let isSpread = sweep.kind == .transposedConvolution
    let labelRoom = 24 + SVGElement.width(of: isSpread ? "terms summed" : "times read")
    let positionRoom = side + 34
    let left = Metrics.margin + max(labelRoom, isSpread ? positionRoom : 0)
    let axisWidth = Double(pixels.count) * side
    let positionX = isSpread ? left - positionRoom : left + axisWidth + 34
    let top = Metrics.heading + 42
    func x(_ pixel: Int) -> Double { left + Double(pixel - pixels.lowerBound) * side }
    func isPadding(_ pixel: Int) -> Bool { !(0..<sweep.extent ~= pixel) }

    var content = SVGElement.heading(sweep, x: Metrics.margin)
    content.append(
      .text(
        "\(sweep.axisName) pixel", x: left + axisWidth / 2, y: Metrics.heading + 16,
        anchor: "middle"))
    content.append(
      .text(
        sweep.positionName, x: positionX + side / 2, y: Metrics.heading + 34, anchor: "middle"))
    for pixel in pixels where !isPadding(pixel) {
      content.append(
        .text(
          "\(pixel)", x: x(pixel) + side / 2, y: Metrics.heading + 34, anchor: "middle", size: 11))
    }
    for position in 0..<sweep.positions {
      let y = top + Double(position) * step
      let taps = sweep.taps(at: position)
      for pixel in pixels {
        content.append(
          .cell(x(pixel), y, side, paint: sweep.axisPaint, isPadding: isPadding(pixel)))
      }
      for (tap, pixel) in taps.enumerated() {
        content += self.tap(tap, x(pixel), y, isPadding: isPadding(pixel))
      }
      content += positionCell(position, x: positionX, y: y)
      let middle = y + side / 2
      let ends = isSpread ? (positionX + side + 4, left - 4) : (left + axisWidth + 4, positionX - 4)
      content.append(.path([(ends.0, middle), (ends.1, middle)], paint: .rule))
      content.append(.arrowhead(at: (ends.1, middle), towards: (1, 0), paint: .rule))
    }
    let countsY = top + Double(sweep.positions) * step + 8
    content.append(
      .text(
        isSpread ? "terms summed" : "times read", x: left - 10, y: countsY + side / 2 + 4,
        anchor: "end"))
    for (pixel, count) in sweep.uses.enumerated() {
      let isUnused = count == 0
      content.append(
        .text(
          "\(count)", x: x(pixel) + side / 2, y: countsY + side / 2 + 4, anchor: "middle",
          paint: isUnused ? .orange : .ink, weight: isUnused ? "700" : "400"))
    }
    let legend = legend(x: Metrics.margin, y: countsY + side + 20)
    content += legend.elements
    let width = max(
      left + axisWidth + (isSpread ? 0 : positionRoom) + Metrics.margin,
      SVGElement.headingWidth(sweep), legend.right + Metrics.margin)
    return SVGElement.document(
      title: sweep.title, width: width, height: countsY + side + 44, content: content)
  }

  /// A tap with its number; one on the padding is pale, since it meets no pixel.
  private func tap(_ number: Int, _ x: Double, _ y: Double, isPadding: Bool) -> [SVGElement] {
    let frame = Frame(x: x + 3, y: y + 3, width: side - 6, height: side - 6)
    return [
      .rectangle(
        frame, fill: isPadding ? .paper : .orange, stroke: .orange, width: 1.5, radius: 3),
      .text(
        "\(number)", x: x + side / 2, y: y + side / 2 + 4, anchor: "middle", size: 11,
        paint: isPadding ? .orange : .onStrong, weight: "600"),
    ]
  }

  private func positionCell(_ position: Int, x: Double, y: Double) -> [SVGElement] {
    [
      .rectangle(
        Frame(x: x, y: y, width: side, height: side), fill: sweep.positionPaint,
        stroke: sweep.positionPaint, radius: 3),
      .text(
        "\(position)", x: x + side / 2, y: y + side / 2 + 4, anchor: "middle", paint: .onStrong,
        weight: "600"),
    ]
  }

  private func legend(x: Double, y: Double) -> (elements: [SVGElement], right: Double) {
    let outside = sweep.kind == .transposedConvolution ? "cut off" : "outside the image"
    let swatch = Frame(x: 0, y: 0, width: 14, height: 14)
    let items: [(String, SVGElement)] = [
      ("tap, by its number in the kernel", .rectangle(swatch, fill: .orange, radius: 3)),
      ("tap \(outside)", .rectangle(swatch, fill: .paper, stroke: .orange, width: 1.5, radius: 3)),
      (outside, .cell(0, 0, swatch.width, paint: sweep.axisPaint, isPadding: true)),
    ]
    var (elements, place) = ([SVGElement](), x)
    for (text, swatch) in items {
      var group = SVGElement(
        "g", ["transform": "translate(\(SVGElement.pixels(place)) \(SVGElement.pixels(y - 11)))"])
      group.append(swatch)
      elements += [group, .text(text, x: place + 20, y: y)]
      place += 40 + SVGElement.width(of: text)
    }
    return (elements, place - 20)
  }
}

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
private struct FramesDrawing {
  let sweep: ConvolutionSweep

  func svg() -> String {
    let last = sweep.positions - 1
    let shown = sweep.positions <= 3 ? Array(0...last) : [0, last / 2, last]
    let grid = GridDrawing(sweep: sweep, side: sweep.drawnPixels.count > 12 ? 12 : 17)
    var content = SVGElement.heading(sweep, x: Metrics.margin)
    for (line, row) in shown.enumerated() {
      for (place, column) in shown.enumerated() {
        let x = Metrics.margin + Double(place) * (grid.width + 26)
        let y = Metrics.heading + 18 + Double(line) * (grid.height + 40)
        content.append(
          .text(
            "\(sweep.positionName) \(row), \(column)", x: x + 22, y: y, paint: .ink, weight: "600"))
        content += grid.background(x: x, y: y)
        content += grid.taps(row, column, x: x, y: y, fadesOutside: true)
        content.append(grid.position(row, column, x: x, y: y))
      }
    }
    let width = Metrics.margin * 2 + Double(shown.count) * (grid.width + 26) - 26
    return SVGElement.document(
      title: sweep.title, width: max(width, SVGElement.headingWidth(sweep)),
      height: Metrics.heading + 18 + Double(shown.count) * (grid.height + 40) - 10,
      content: content)
  }
}

/// Both axes, the window moving.
private struct AnimationDrawing {
  let sweep: ConvolutionSweep
  private let secondsPerPosition = 0.7

  func svg() -> String {
    let grid = GridDrawing(sweep: sweep, side: sweep.drawnPixels.count > 16 ? 16 : 28)
    let (x, y) = (Metrics.margin, Metrics.heading)
    var content = SVGElement.heading(sweep, x: Metrics.margin)
    content += grid.background(x: x, y: y)
    let step = Double(sweep.window.stride) * grid.side
    content.append(moving(grid.taps(0, 0, x: x, y: y, fadesOutside: false), by: step))
    content.append(moving([grid.position(0, 0, x: x, y: y)], by: grid.side))
    return SVGElement.document(
      title: sweep.title,
      width: max(grid.width + 2 * Metrics.margin, SVGElement.headingWidth(sweep)),
      height: y + grid.height + Metrics.margin, content: content)
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
