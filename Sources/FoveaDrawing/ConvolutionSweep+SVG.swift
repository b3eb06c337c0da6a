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

/// Sizes of every sweep, in pixels.
enum SweepMetrics {
  static let margin = 20.0
  static let heading = 62.0
}

extension SVGElement {
  /// A pixel's square.
  ///
  /// - Parameter isPadding: Whether it lies outside the image.
  static func cell(
    _ x: Double, _ y: Double, _ side: Double, paint: Paint, isPadding: Bool
  ) -> SVGElement {
    .rectangle(
      Frame(x: x, y: y, width: side, height: side), fill: isPadding ? nil : paint,
      fillOpacity: 0.13,
      stroke: isPadding ? .rule : paint, dashes: isPadding ? "3 2" : nil)
  }

  /// Title and formula, at the top.
  static func heading(_ sweep: ConvolutionSweep, x: Double) -> [SVGElement] {
    [
      .text(sweep.title, x: x, y: 27, size: titleSize, paint: .ink, weight: "600"),
      .text(sweep.formula, x: x, y: 47),
    ]
  }

  /// The least width that title and formula need.
  static func headingWidth(_ sweep: ConvolutionSweep) -> Double {
    max(width(of: sweep.title, size: titleSize), width(of: sweep.formula)) + 2 * SweepMetrics.margin
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
    let left = SweepMetrics.margin + max(labelRoom, isSpread ? positionRoom : 0)
    let axisWidth = Double(pixels.count) * side
    let positionX = isSpread ? left - positionRoom : left + axisWidth + 34
    let top = SweepMetrics.heading + 42
    func x(_ pixel: Int) -> Double { left + Double(pixel - pixels.lowerBound) * side }
    func isPadding(_ pixel: Int) -> Bool { !(0..<sweep.extent ~= pixel) }

    var content = SVGElement.heading(sweep, x: SweepMetrics.margin)
    content.append(
      .text(
        "\(sweep.axisName) pixel", x: left + axisWidth / 2, y: SweepMetrics.heading + 16,
        anchor: "middle"))
    content.append(
      .text(
        sweep.positionName, x: positionX + side / 2, y: SweepMetrics.heading + 34, anchor: "middle")
    )
    for pixel in pixels where !isPadding(pixel) {
      content.append(
        .text(
          "\(pixel)", x: x(pixel) + side / 2, y: SweepMetrics.heading + 34, anchor: "middle",
          size: 11))
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
    let legend = legend(x: SweepMetrics.margin, y: countsY + side + 20)
    content += legend.elements
    let width = max(
      left + axisWidth + (isSpread ? 0 : positionRoom) + SweepMetrics.margin,
      SVGElement.headingWidth(sweep), legend.right + SweepMetrics.margin)
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
