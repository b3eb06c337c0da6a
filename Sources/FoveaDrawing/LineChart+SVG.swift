extension LineChart: Picture {
  /// The chart as an SVG document, 760 pixels wide, on a light background.
  ///
  /// - Complexity: O(points); the size of the document is bounded by the width of the chart.
  public func svg() -> String { content.svg }

  /// The chart as pixels, two for each of the SVG document's, on a light background.
  public func png() -> PNGImage { content.png }

  private var content: PictureContent {
    let scale = AxisScale(
      panels.flatMap { $0.series.flatMap { $0.points.map(\.x) } }, horizontalAxis.kind,
      widened: false, tickLimit: 8)
    let verticalScales = panels.map { panel in
      AxisScale(
        panel.series.flatMap { $0.points.map(\.y) }, panel.axis.kind, widened: true, tickLimit: 6)
    }
    let labels = verticalScales.flatMap { scale in scale.ticks.map(scale.label) }
    let labelWidth = labels.map { SVGElement.width(of: $0, size: Metrics.labelSize) }.max() ?? 0
    let left = Metrics.axisTitleRoom + labelWidth + 10
    let plotWidth = Metrics.width - left - Metrics.right

    var content: [SVGElement] = []
    var top = Metrics.titleRoom
    for (index, panel) in panels.enumerated() {
      let legend = Legend(panel, width: plotWidth)
      content += legend.elements(x: left, y: top)
      top += legend.height
      let drawing = PanelDrawing(
        panel: panel, horizontal: scale, vertical: verticalScales[index],
        x: left, y: top, width: plotWidth, height: Metrics.panelHeight,
        isLast: index == panels.count - 1)
      content += drawing.elements()
      top += Metrics.panelHeight + Metrics.panelGap
    }
    let bottom = top - Metrics.panelGap + 44
    content.append(
      .text(
        horizontalAxis.label, x: left + plotWidth / 2, y: bottom - 10, anchor: "middle"))

    content.append(
      .text(title, x: left, y: 27, size: Metrics.titleSize, paint: .ink, weight: "600"))
    return PictureContent(title: title, width: Metrics.width, height: bottom, elements: content)
  }
}

/// Sizes in pixels.
private enum Metrics {
  static let width = 760.0
  static let right = 24.0
  static let titleRoom = 46.0
  static let axisTitleRoom = 30.0
  static let panelHeight = 280.0
  static let panelGap = 28.0
  static let legendRow = 22.0
  static let labelSize = SVGElement.labelSize
  static let titleSize = SVGElement.titleSize
}

/// The names of a panel's series, in rows above it.
private struct Legend {
  private struct Item {
    let series: LineChart.Series
    let paint: Paint
    let x: Double
    let row: Int
  }

  private var items: [Item] = []
  let height: Double

  init(_ panel: LineChart.Panel, width: Double) {
    var (x, row) = (0.0, 0)
    if panel.series.count > 1 {
      for (series, paint) in zip(panel.series, panel.paints) {
        let itemWidth = 46 + SVGElement.width(of: series.name, size: Metrics.labelSize)
        if x > 0, x + itemWidth > width { (x, row) = (0, row + 1) }
        items.append(Item(series: series, paint: paint, x: x, row: row))
        x += itemWidth
      }
    }
    height = items.isEmpty ? 6 : Double(row + 1) * Metrics.legendRow + 4
  }

  func elements(x: Double, y: Double) -> [SVGElement] {
    items.flatMap { item in
      let (left, middle) = (x + item.x, y + Double(item.row) * Metrics.legendRow + 6)
      var parts = [
        SVGElement.line(
          (left, middle), (left + 22, middle), paint: item.paint, width: item.series.style.width,
          opacity: item.series.style.opacity)
      ]
      if item.series.style == .marked { parts.append(.dot(left + 11, middle, paint: item.paint)) }
      parts.append(.text(item.series.name, x: left + 28, y: middle + 4))
      return parts
    }
  }
}

/// One panel at its place.
struct PanelDrawing {
  let panel: LineChart.Panel
  let horizontal: AxisScale
  let vertical: AxisScale
  let x: Double
  let y: Double
  let width: Double
  let height: Double
  /// Where the vertical axis' title stands.
  var titleX = 16.0
  /// Whether the horizontal axis is named under it.
  let isLast: Bool

  func elements() -> [SVGElement] {
    grid() + zip(panel.series, panel.paints).flatMap(curve)
  }

  private func column(_ value: Double) -> Double { x + horizontal.position(of: value) * width }
  private func row(_ value: Double) -> Double { y + (1 - vertical.position(of: value)) * height }

  private func grid() -> [SVGElement] {
    var parts: [SVGElement] = []
    for tick in vertical.ticks {
      let level = row(tick)
      parts.append(.line((x, level), (x + width, level), paint: .grid))
      parts.append(.text(vertical.label(of: tick), x: x - 8, y: level + 4, anchor: "end"))
    }
    for tick in horizontal.ticks {
      let place = column(tick)
      parts.append(.line((place, y), (place, y + height), paint: .grid))
      guard isLast else { continue }
      parts.append(.line((place, y + height), (place, y + height + 4), paint: .quiet))
      parts.append(
        .text(horizontal.label(of: tick), x: place, y: y + height + 18, anchor: "middle"))
    }
    parts.append(.line((x, y + height), (x + width, y + height), paint: .quiet))
    parts.append(.line((x, y), (x, y + height), paint: .quiet))
    parts.append(.verticalText(panel.axis.label, x: titleX, y: y + height / 2))
    return parts
  }

  private func curve(_ series: LineChart.Series, _ paint: Paint) -> [SVGElement] {
    var parts: [SVGElement] = []
    for run in visibleRuns(series.points) {
      let points = thinned(run.map { (column($0.x), row($0.y)) })
      // A point alone makes no line, but must be seen.
      if series.style == .marked || points.count == 1 {
        parts += points.map { .dot($0.0, $0.1, paint: paint) }
      }
      guard points.count > 1 else { continue }
      let places = points.map { "\(SVGElement.pixels($0.0)),\(SVGElement.pixels($0.1))" }
      var line = SVGElement(
        "polyline",
        [
          "points": places.joined(separator: " "),
          "stroke-width": SVGElement.pixels(series.style.width),
          "stroke-opacity": "\(series.style.opacity)", "stroke-linejoin": "round",
        ])
      line.paint(fill: nil, stroke: paint)
      parts.append(line)
    }
    return parts
  }

  /// The points between those that cannot be shown.
  private func visibleRuns(_ points: [LineChart.Point]) -> [ArraySlice<LineChart.Point>] {
    points.split {
      !AxisScale.hasPlace($0.x, horizontal.kind) || !AxisScale.hasPlace($0.y, vertical.kind)
    }
  }

  /// For each column of pixels the first, the highest, the lowest and the last point: the picture is
  /// the same, its size does not grow with the length of a training.
  private func thinned(_ points: [(Double, Double)]) -> [(Double, Double)] {
    guard Double(points.count) > 4 * width else { return points }
    var result: [(Double, Double)] = []
    var start = 0
    while start < points.count {
      let pixel = points[start].0.rounded(.down)
      var end = start + 1
      while end < points.count, points[end].0.rounded(.down) == pixel { end += 1 }
      let range = start..<end
      let low = range.min { points[$0].1 < points[$1].1 } ?? start
      let high = range.max { points[$0].1 < points[$1].1 } ?? start
      result += Set([start, low, high, end - 1]).sorted().map { points[$0] }
      start = end
    }
    return result
  }
}

extension LineChart.Panel {
  /// A colour for each series; pale ones have that of the series after them.
  fileprivate var paints: [Paint] {
    var next = 0
    return series.map { series in
      defer { if series.style != .faint { next += 1 } }
      return Paint.series[next % Paint.series.count]
    }
  }
}

extension LineChart.Style {
  fileprivate var width: Double { self == .faint ? 1 : 2 }
  fileprivate var opacity: Double { self == .faint ? 0.35 : 1 }
}
