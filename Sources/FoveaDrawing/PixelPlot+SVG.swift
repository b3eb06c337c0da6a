extension PixelPlot: Picture {
  /// The plot as an SVG document, its longer side about 560 pixels.
  public func svg() -> String {
    let side = 560.0
    let scale = side / Double(max(rows.count, columns.count))
    let rowTicks = Self.ticks(rows, limit: 10)
    let tickRoom = rowTicks.map { SVGElement.width(of: "\($0)") }.max() ?? 0
    let plot = Frame(
      x: 44 + tickRoom, y: 46 + 18 * Double(notes.count), width: Double(columns.count) * scale,
      height: Double(rows.count) * scale)
    func x(_ column: Double) -> Double {
      plot.x + (column - Double(columns.lowerBound) + 0.5) * scale
    }
    func y(_ row: Double) -> Double { plot.y + (row - Double(rows.lowerBound) + 0.5) * scale }

    var content: [SVGElement] = [
      .text(title, x: 20, y: 27, size: SVGElement.titleSize, paint: .ink, weight: "600")
    ]
    for (index, note) in notes.enumerated() {
      content.append(.text(note, x: 20, y: 47 + 18 * Double(index)))
    }
    // A plot of its own coordinates, so that nothing leaves it.
    var inside = SVGElement(
      "svg",
      [
        "x": SVGElement.pixels(plot.x), "y": SVGElement.pixels(plot.y),
        "width": SVGElement.pixels(plot.width), "height": SVGElement.pixels(plot.height),
        "viewBox":
          "\(SVGElement.pixels(plot.x)) \(SVGElement.pixels(plot.y)) \(SVGElement.pixels(plot.width)) \(SVGElement.pixels(plot.height))",
      ])
    inside.append(.rectangle(plot, fill: .band))
    func frame(_ outline: Outline) -> Frame {
      Frame(
        x: x(outline.left), y: y(outline.top), width: (outline.right - outline.left) * scale,
        height: (outline.bottom - outline.top) * scale)
    }
    for outline in outlines where outline.style == .frame {
      inside.append(.rectangle(frame(outline), fill: .paper))
    }
    for layer in layers {
      inside.append(
        .image(
          layer.image,
          Frame(
            x: x(Double(layer.column) - 0.5), y: y(Double(layer.row) - 0.5),
            width: Double(layer.image.width) * scale, height: Double(layer.image.height) * scale)))
    }
    if scale >= 6 {
      for row in rows.dropFirst() {
        let level = y(Double(row) - 0.5)
        inside.append(.line((plot.x, level), (plot.right, level), paint: .rule, opacity: 0.45))
      }
      for column in columns.dropFirst() {
        let place = x(Double(column) - 0.5)
        inside.append(.line((place, plot.y), (place, plot.bottom), paint: .rule, opacity: 0.45))
      }
    }
    for outline in outlines {
      if outline.style != .frame { inside.append(outline.element(frame(outline), isHalo: true)) }
      inside.append(outline.element(frame(outline)))
    }
    for mark in marks {
      for line in Self.cross(x(mark.column), y(mark.row)) { inside.append(line) }
    }
    content.append(inside)
    content.append(.rectangle(plot, fill: nil, stroke: .quiet))

    for tick in Self.ticks(columns, limit: 10) {
      let place = x(Double(tick))
      content.append(.line((place, plot.bottom), (place, plot.bottom + 4), paint: .quiet))
      content.append(.text("\(tick)", x: place, y: plot.bottom + 18, anchor: "middle"))
    }
    for tick in rowTicks {
      let level = y(Double(tick))
      content.append(.line((plot.x - 4, level), (plot.x, level), paint: .quiet))
      content.append(.text("\(tick)", x: plot.x - 8, y: level + 4, anchor: "end"))
    }
    content.append(
      .text("column (pixels)", x: plot.x + plot.width / 2, y: plot.bottom + 38, anchor: "middle"))
    content.append(.verticalText("row (pixels)", x: 18, y: plot.y + plot.height / 2))
    var right = plot.right
    if let colorMeaning {
      content += colorBar(colorMeaning, x: plot.right + 24, plot)
      right += 24 + 16 + 62
    }
    let legend = legend(x: 20, y: plot.bottom + 66)
    content += legend.elements
    let texts =
      [SVGElement.width(of: title, size: SVGElement.titleSize)]
      + notes.map { SVGElement.width(of: $0) }
    return SVGElement.document(
      title: title, width: max(right + 24, (texts.max() ?? 0) + 40, legend.right + 20),
      height: legend.bottom, content: content)
  }

  private func colorBar(_ meaning: String, x: Double, _ plot: Frame) -> [SVGElement] {
    let bar = Frame(x: x, y: plot.y, width: 16, height: plot.height)
    return [
      .image(HeatColors.bar, bar), .rectangle(bar, fill: nil, stroke: .quiet),
      .text("1", x: bar.right + 6, y: bar.y + 10), .text("0", x: bar.right + 6, y: bar.bottom),
      .verticalText(meaning, x: bar.right + 30, y: bar.middle),
    ]
  }

  /// What lines and crosses mean, a row each.
  private func legend(x: Double, y: Double) -> (
    elements: [SVGElement], right: Double, bottom: Double
  ) {
    var (elements, level, right) = ([SVGElement](), y, x)
    func add(_ name: String, _ swatch: [SVGElement]) {
      elements += swatch + [.text(name, x: x + 34, y: level + 4)]
      right = max(right, x + 34 + SVGElement.width(of: name))
      level += 22
    }
    for outline in outlines {
      add(
        outline.name, [outline.element(Frame(x: x, y: level - 7, width: 24, height: 14))])
    }
    for mark in marks { add(mark.name, Self.cross(x + 12, level)) }
    return (elements, right, level)
  }

  /// A cross that is seen on any colour.
  private static func cross(_ x: Double, _ y: Double) -> [SVGElement] {
    [(Paint.paper, 4.5), (.purple, 2.0)].flatMap { paint, width in
      [
        .line((x - 7, y), (x + 7, y), paint: paint, width: width),
        .line((x, y - 7), (x, y + 7), paint: paint, width: width),
      ]
    }
  }
}

extension PixelPlot.Outline {
  /// The line.
  ///
  /// - Parameter isHalo: Whether it is a pale and wider one to lie under it, so that it is seen on any colour.
  fileprivate func element(_ frame: Frame, isHalo: Bool = false) -> SVGElement {
    let paint = isHalo ? Paint.paper : style.paint
    let width = style.width + (isHalo ? 2 : 0)
    let dashes = style == .dashed ? "6 4" : nil
    guard isEllipse else {
      return .rectangle(frame, fill: nil, stroke: paint, width: width, dashes: dashes)
    }
    var element = SVGElement(
      "ellipse",
      [
        "cx": SVGElement.pixels(frame.x + frame.width / 2), "cy": SVGElement.pixels(frame.middle),
        "rx": SVGElement.pixels(frame.width / 2), "ry": SVGElement.pixels(frame.height / 2),
        "stroke-width": SVGElement.pixels(width),
      ])
    if let dashes { element.set("stroke-dasharray", dashes) }
    element.paint(fill: nil, stroke: paint)
    return element
  }
}

extension PixelPlot.LineStyle {
  var paint: Paint {
    switch self {
    case .solid: .blue
    case .dashed: .orange
    case .frame: .quiet
    }
  }

  fileprivate var width: Double { self == .frame ? 1 : 2.5 }
}
