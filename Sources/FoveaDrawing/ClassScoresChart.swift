/// Precision, recall and F1 of each class, as three bars.
public struct ClassScoresChart: Hashable, Codable, Picture {
  /// How well one class is told from the others.
  public struct Row: Hashable, Codable, Sendable {
    /// The class.
    public let name: String
    /// The share of images that are taken for the class that are of it.
    public let precision: Double
    /// The share of images of the class that are taken for it.
    public let recall: Double
    /// The harmonic mean of both.
    public let f1: Double
    /// The number of images of the class.
    public let images: Int

    /// Names a class with its scores, shares of 1.
    public init(_ name: String, precision: Double, recall: Double, f1: Double, images: Int) {
      self.name = name
      self.precision = precision
      self.recall = recall
      self.f1 = f1
      self.images = images
    }
  }

  /// What stands above it.
  public let title: String
  /// The classes that are shown, from the top.
  public let rows: [Row]
  /// What is left out; `nil` where nothing is.
  public let omission: String?

  /// The most classes that a picture shows.
  public static let largestClassCount = 100

  private static let plotWidth = 460.0
  private static let kinds: [(name: String, paint: Paint)] = [
    ("precision", .blue), ("recall", .orange), ("F1", .green),
  ]

  /// Makes a chart; of too many classes, of those alone that have the lowest F1.
  public init(title: String, rows: [Row]) {
    self.title = title
    let worst = rows.indices.sorted { (rows[$0].f1, $0) < (rows[$1].f1, $1) }
      .prefix(Self.largestClassCount).sorted()
    self.rows = worst.map { rows[$0] }
    omission =
      worst.count == rows.count
      ? nil : "\(worst.count) of \(rows.count) classes: those with the lowest F1"
  }

  /// The chart as an SVG document.
  public func svg() -> String { content.svg }

  /// The chart as pixels, two for each of the SVG document's, on a light background.
  public func png() -> PNGImage { content.png }

  private var content: PictureContent {
    let (bar, gap, nameSize): (Double, Double, Double) =
      switch rows.count {
      case ...20: (8, 8, SVGElement.labelSize)
      case ...40: (6, 5, SVGElement.labelSize)
      default: (4, 3, 11)
      }
    let rowHeight = 3 * bar + gap
    let names = rows.map { $0.name.count > 24 ? $0.name.prefix(22) + ".." : $0.name }
    let nameRoom = names.map { SVGElement.width(of: $0, size: nameSize) }.max() ?? 0
    let left = 34 + nameRoom + 8
    let top = omission == nil ? 82.0 : 99
    let plot = Frame(
      x: left, y: top, width: Self.plotWidth, height: max(Double(rows.count) * rowHeight + gap, 20))
    let scale = AxisScale([0, 100], .linear, widened: false, tickLimit: 5)

    var elements: [SVGElement] = [
      .text(title, x: left, y: 27, size: SVGElement.titleSize, paint: .ink, weight: "600")
    ]
    if let omission { elements.append(.text(omission, x: left, y: 46)) }
    for (index, kind) in Self.kinds.enumerated() {
      let x = left + Double(index) * 100
      elements.append(
        .rectangle(Frame(x: x, y: top - 31, width: 14, height: 12), fill: kind.paint))
      elements.append(.text(kind.name, x: x + 20, y: top - 21))
    }
    for tick in scale.ticks {
      let x = plot.x + scale.position(of: tick) * plot.width
      elements.append(.line((x, plot.y), (x, plot.bottom), paint: .grid))
      elements.append(.text(scale.label(of: tick), x: x, y: plot.bottom + 18, anchor: "middle"))
    }
    elements.append(.text("Images (count)", x: plot.right + 14, y: plot.y - 6))
    for (index, row) in rows.enumerated() {
      let start = plot.y + gap + Double(index) * rowHeight
      let middle = start + 1.5 * bar + nameSize * 0.35
      elements.append(
        .text(names[index], x: left - 8, y: middle, anchor: "end", size: nameSize))
      for (place, share) in [row.precision, row.recall, row.f1].enumerated() {
        let frame = Frame(
          x: plot.x, y: start + Double(place) * bar, width: plot.width * share, height: bar - 1)
        elements.append(.rectangle(frame, fill: Self.kinds[place].paint))
      }
      elements.append(
        .text(NumberFormat.grouped(row.images), x: plot.right + 14, y: middle, size: nameSize))
    }
    elements += [
      .line((plot.x, plot.y), (plot.x, plot.bottom), paint: .rule),
      .line((plot.x, plot.bottom), (plot.right, plot.bottom), paint: .rule),
      .text(
        "Precision, recall and F1 (%)", x: plot.x + plot.width / 2, y: plot.bottom + 40,
        anchor: "middle"),
      .verticalText("Class", x: 22, y: plot.middle),
    ]
    let heading =
      [(title, SVGElement.titleSize), (omission ?? "", SVGElement.labelSize)]
      .map { SVGElement.width(of: $0, size: $1) }.max() ?? 0
    return PictureContent(
      title: title, width: left + max(plot.width + 120, heading) + 24, height: plot.bottom + 54,
      elements: elements)
  }
}
