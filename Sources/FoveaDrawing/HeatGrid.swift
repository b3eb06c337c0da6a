/// What several things, such as a network's layers, have at several times: a row for each thing, a column for each
/// time, and a colour for the value.
public struct HeatGrid: Hashable, Picture {
  /// The values of one quantity.
  public struct Panel: Hashable, Sendable {
    /// What is measured.
    public var axis: LineChart.Axis
    /// The values of each row, in the order of the columns; what is no number has no colour.
    public var rows: [[Double]]
    /// What the darkest and the lightest colour stand for; the least and the largest value where left out.
    public var bounds: ClosedRange<Double>?

    /// Gathers values.
    public init(
      _ axis: LineChart.Axis, rows: [[Double]], bounds: ClosedRange<Double>? = nil
    ) {
      self.axis = axis
      self.rows = rows
      self.bounds = bounds
    }
  }

  /// What stands above all panels.
  public var title: String
  /// What time is counted in.
  public var horizontalAxis: LineChart.Axis
  /// The time of each column.
  public var times: [Int]
  /// What the rows are, such as `layer`.
  public var rowAxis: String
  /// What each row is called, from the top.
  public var names: [String]
  /// The panels, from the top.
  public var panels: [Panel]

  private static let width = 760.0
  private static let nameLength = 28

  /// Makes a picture.
  public init(
    title: String, horizontalAxis: LineChart.Axis, times: [Int], rowAxis: String, names: [String],
    panels: [Panel]
  ) {
    self.title = title
    self.horizontalAxis = horizontalAxis
    self.times = times
    self.rowAxis = rowAxis
    self.names = names
    self.panels = panels
  }

  /// The rows that are named, as far as there is room.
  private func namedRows(of height: Double) -> StrideTo<Int> {
    stride(from: 0, to: names.count, by: height >= 12 ? 1 : Int((14 / height).rounded(.up)))
  }

  private var rowHeight: Double { names.count <= 40 ? 18 : max(4, 720 / Double(names.count)) }

  private var shownNames: [String] {
    names.map { $0.count > Self.nameLength ? "…" + $0.suffix(Self.nameLength - 1) : $0 }
  }

  private var timeStride: StrideTo<Int> {
    stride(from: 0, to: times.count, by: max(1, (times.count + 7) / 8))
  }

  /// The picture as an SVG document; of more columns than `PNGImage.largestExtent` the first are shown.
  public func svg() -> String { content.svg }

  /// The picture as pixels, two for each of the SVG document's, on a light background.
  public func png() -> PNGImage { content.png }

  private var content: PictureContent {
    let nameWidth = shownNames.map { SVGElement.width(of: $0) }.max() ?? 0
    let left = 46 + nameWidth
    let rowHeight = rowHeight
    let height = rowHeight * Double(names.count)
    var content: [SVGElement] = [
      .text(title, x: 20, y: 27, size: SVGElement.titleSize, paint: .ink, weight: "600")
    ]
    var top = 44.0
    for panel in panels {
      content.append(.text(panel.axis.label, x: 20, y: top + 14, paint: .ink, weight: "600"))
      top += 26
      let plot = Frame(x: left, y: top, width: Self.width - left - 130, height: height)
      let scale = Colors(panel)
      content.append(.rectangle(plot, fill: .band))
      if let image = scale.image { content.append(.image(image, plot)) }
      content.append(.rectangle(plot, fill: nil, stroke: .quiet))
      for row in namedRows(of: rowHeight) {
        let level = plot.y + (Double(row) + 0.5) * rowHeight
        content.append(.text(shownNames[row], x: plot.x - 8, y: level + 4, anchor: "end"))
      }
      for column in timeStride {
        let place = plot.x + (Double(column) + 0.5) / Double(times.count) * plot.width
        content.append(.line((place, plot.bottom), (place, plot.bottom + 4), paint: .quiet))
        content.append(.text("\(times[column])", x: place, y: plot.bottom + 18, anchor: "middle"))
      }
      content.append(
        .text(
          horizontalAxis.label, x: plot.x + plot.width / 2, y: plot.bottom + 36, anchor: "middle"))
      content.append(.verticalText(rowAxis, x: 16, y: plot.middle))
      let bar = Frame(x: plot.right + 18, y: plot.y, width: 14, height: max(plot.height, 60))
      content += [.image(HeatColors.bar, bar), .rectangle(bar, fill: nil, stroke: .quiet)]
      for tick in scale.ticks {
        let level = bar.bottom - scale.axis.position(of: tick) * bar.height
        content.append(.line((bar.right, level), (bar.right + 4, level), paint: .quiet))
        content.append(.text(scale.axis.label(of: tick), x: bar.right + 7, y: level + 4))
      }
      top = bar.bottom + 56
    }
    let titleWidth = SVGElement.width(of: title, size: SVGElement.titleSize)
    return PictureContent(
      title: title, width: max(Self.width, titleWidth + 40), height: top, elements: content)
  }
}

/// How values of a panel become colours.
private struct Colors {
  let axis: AxisScale
  private let panel: HeatGrid.Panel

  init(_ panel: HeatGrid.Panel) {
    self.panel = panel
    let bounds = panel.bounds.map { [$0.lowerBound, $0.upperBound] }
    axis = AxisScale(
      bounds ?? panel.rows.flatMap { $0 }, panel.axis.kind, widened: bounds == nil, tickLimit: 5)
  }

  var ticks: [Double] { axis.ticks.filter { -0.001...1.001 ~= axis.position(of: $0) } }

  func rgb(_ value: Double) -> [UInt8]? {
    AxisScale.hasPlace(value, panel.axis.kind) ? HeatColors.rgb(axis.position(of: value)) : nil
  }

  /// A pixel a value, transparent where there is none.
  var image: PNGImage? {
    let columns = min(panel.rows.map(\.count).min() ?? 0, PNGImage.largestExtent)
    guard columns > 0, panel.rows.count <= PNGImage.largestExtent else { return nil }
    let samples = panel.rows.flatMap { row in
      row.prefix(columns).flatMap { value -> [UInt8] in
        rgb(value).map { $0 + [255] } ?? [0, 0, 0, 0]
      }
    }
    return PNGImage(width: columns, height: panel.rows.count, .rgba, samples)
  }
}
