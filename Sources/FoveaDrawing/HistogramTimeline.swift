import Foundation

/// How the spread of values changes with time: a column for each time, a row for each bin, and a colour for the
/// logarithm of how many values are in it.
///
/// Fastai's `color_dim`, with axes, and with values below zero.
public struct HistogramTimeline: Hashable, Codable, Picture {
  /// The histograms of one thing, such as a layer.
  public struct Panel: Hashable, Codable, Sendable {
    /// What the thing is called.
    public var name: String
    /// The histograms in order of time: how many values each bin has, from the lowest.
    public var histograms: [[Int]]

    /// Gathers histograms.
    public init(_ name: String, _ histograms: [[Int]]) {
      self.name = name
      self.histograms = histograms
    }
  }

  /// What stands above all panels.
  public var title: String
  /// What time is counted in.
  public var horizontalAxis: LineChart.Axis
  /// The time of each column.
  public var times: [Int]
  /// What the values are.
  public var verticalAxis: LineChart.Axis
  /// Where the lowest bin begins and the highest ends.
  public var bounds: ClosedRange<Double>
  /// The panels, from the top.
  public var panels: [Panel]

  /// Makes a picture.
  public init(
    title: String, horizontalAxis: LineChart.Axis, times: [Int], verticalAxis: LineChart.Axis,
    bounds: ClosedRange<Double>, panels: [Panel]
  ) {
    self.title = title
    self.horizontalAxis = horizontalAxis
    self.times = times
    self.verticalAxis = verticalAxis
    self.bounds = bounds
    self.panels = panels
  }

  /// The picture as an SVG document; of more columns than `PNGImage.largestExtent` the first are shown.
  public func svg() -> String { content.svg }

  /// The picture as pixels, two for each of the SVG document's, on a light background; of very many panels less.
  public func png() -> PNGImage { content.png }

  private var content: PictureContent {
    let (width, panelHeight, nameRoom, axisRoom) = (760.0, 180.0, 30.0, 50.0)
    let vertical = AxisScale(
      [bounds.lowerBound, bounds.upperBound], .linear, widened: false, tickLimit: 5)
    let labelWidth = vertical.ticks.map { SVGElement.width(of: vertical.label(of: $0)) }.max() ?? 0
    let left = 40 + labelWidth
    var content: [SVGElement] = [
      .text(title, x: 20, y: 27, size: SVGElement.titleSize, paint: .ink, weight: "600")
    ]
    var top = 40.0
    for panel in panels {
      content.append(.text(panel.name, x: 20, y: top + 18, paint: .ink, weight: "600"))
      top += nameRoom
      let plot = Frame(x: left, y: top, width: width - left - 110, height: panelHeight)
      let most = panel.histograms.joined().max() ?? 0
      content.append(.rectangle(plot, fill: .band))
      if let image = panel.image(most: most) { content.append(.image(image, plot)) }
      content += axes(of: plot, vertical) + colorBar(most: most, beside: plot)
      top += panelHeight + axisRoom
    }
    return PictureContent(title: title, width: width, height: top + 4, elements: content)
  }

  private func axes(of plot: Frame, _ vertical: AxisScale) -> [SVGElement] {
    var parts: [SVGElement] = []
    for tick in vertical.ticks {
      let level = plot.bottom - vertical.position(of: tick) * plot.height
      parts.append(.line((plot.x - 4, level), (plot.x, level), paint: .quiet))
      parts.append(.text(vertical.label(of: tick), x: plot.x - 8, y: level + 4, anchor: "end"))
    }
    let stride = max(1, (times.count + 7) / 8)
    for column in Swift.stride(from: 0, to: times.count, by: stride) {
      let place = plot.x + (Double(column) + 0.5) / Double(times.count) * plot.width
      parts.append(.line((place, plot.bottom), (place, plot.bottom + 4), paint: .quiet))
      parts.append(.text("\(times[column])", x: place, y: plot.bottom + 18, anchor: "middle"))
    }
    parts.append(
      .text(
        horizontalAxis.label, x: plot.x + plot.width / 2, y: plot.bottom + 36, anchor: "middle"))
    parts.append(.verticalText(verticalAxis.label, x: 16, y: plot.middle))
    return parts
  }

  private func colorBar(most: Int, beside plot: Frame) -> [SVGElement] {
    let bar = Frame(x: plot.right + 18, y: plot.y, width: 14, height: plot.height)
    var parts: [SVGElement] = [
      .image(HeatColors.bar, bar), .rectangle(bar, fill: nil, stroke: .quiet),
      .verticalText("values in a bin (log)", x: plot.right + 98, y: plot.middle),
    ]
    var (ticks, power) = ([0], 1)
    while power <= most, power <= Int.max / 10 {
      ticks.append(power)
      power *= 10
    }
    for tick in ticks {
      let level = bar.bottom - Panel.amount(tick, most: most) * bar.height
      parts.append(.line((bar.right, level), (bar.right + 4, level), paint: .quiet))
      parts.append(.text(NumberFormat.grouped(tick), x: bar.right + 7, y: level + 4))
    }
    return parts
  }
}

extension HistogramTimeline.Panel {
  /// The share of the way from no value to the most, on a logarithmic scale that has a zero.
  fileprivate static func amount(_ count: Int, most: Int) -> Double {
    most > 0 ? log1p(Double(max(count, 0))) / log1p(Double(most)) : 0
  }

  fileprivate func image(most: Int) -> PNGImage? {
    let columns = histograms.prefix(PNGImage.largestExtent)
    let bins = min(columns.map(\.count).min() ?? 0, PNGImage.largestExtent)
    guard bins > 0 else { return nil }
    let samples = (0..<bins).reversed().flatMap { bin in
      columns.flatMap { HeatColors.rgb(Self.amount($0[bin], most: most)) }
    }
    return PNGImage(width: columns.count, height: bins, .rgb, samples)
  }
}
