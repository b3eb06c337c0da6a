/// Small charts of the same quantities for several things, such as a network's layers: a row for each thing, a
/// column for each quantity.
public struct ChartGrid: Hashable, Codable, Picture {
  /// The charts of one thing.
  public struct Row: Hashable, Codable, Sendable {
    /// What the thing is called.
    public var name: String
    /// Its charts, from the left; each with one curve.
    public var panels: [LineChart.Panel]

    /// Gathers charts.
    public init(_ name: String, _ panels: [LineChart.Panel]) {
      self.name = name
      self.panels = panels
    }
  }

  /// What stands above all charts.
  public var title: String
  /// The axis that all charts share.
  public var horizontalAxis: LineChart.Axis
  /// The rows, from the top.
  public var rows: [Row]

  /// Makes a grid.
  public init(title: String, horizontalAxis: LineChart.Axis, rows: [Row]) {
    self.title = title
    self.horizontalAxis = horizontalAxis
    self.rows = rows
  }

  /// The grid as an SVG document.
  ///
  /// - Complexity: O(points).
  public func svg() -> String { content.svg }

  /// The grid as pixels, two for each of the SVG document's, on a light background; of very many rows less.
  public func png() -> PNGImage { content.png }

  private var content: PictureContent {
    let (side, nameRoom, panelHeight, axisRoom) = (20.0, 30.0, 140.0, 46.0)
    let (plotWidth, tickRoom) = (230.0, 84.0)
    let columns = rows.map(\.panels.count).max() ?? 0
    let horizontal = AxisScale(
      rows.flatMap { $0.panels.flatMap { $0.series.flatMap { $0.points.map(\.x) } } },
      horizontalAxis.kind, widened: false, tickLimit: 5)
    var content: [SVGElement] = [
      .text(title, x: side, y: 27, size: SVGElement.titleSize, paint: .ink, weight: "600")
    ]
    var top = 40.0
    for row in rows {
      content.append(.text(row.name, x: side, y: top + 18, paint: .ink, weight: "600"))
      top += nameRoom
      for (column, panel) in row.panels.enumerated() {
        let cell = side + Double(column) * (tickRoom + plotWidth + side)
        let vertical = AxisScale(
          panel.series.flatMap { $0.points.map(\.y) }, panel.axis.kind, widened: true, tickLimit: 4)
        let drawing = PanelDrawing(
          panel: panel, horizontal: horizontal, vertical: vertical, x: cell + tickRoom, y: top,
          width: plotWidth, height: panelHeight, titleX: cell + 12, isLast: true)
        content += drawing.elements()
        content.append(
          .text(
            horizontalAxis.label, x: cell + tickRoom + plotWidth / 2, y: top + panelHeight + 34,
            anchor: "middle"))
      }
      top += panelHeight + axisRoom
    }
    let width = side + Double(max(columns, 1)) * (tickRoom + plotWidth + side)
    let titleWidth = SVGElement.width(of: title, size: SVGElement.titleSize) + 2 * side
    return PictureContent(
      title: title, width: max(width, titleWidth), height: top + 8, elements: content)
  }
}
