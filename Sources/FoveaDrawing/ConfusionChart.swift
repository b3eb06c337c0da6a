/// How often images of each class are taken for each other class, as a table with shaded cells.
///
/// Rows are true classes, columns predicted ones. A cell is the darker the larger its share of its row.
public struct ConfusionChart: Hashable, Codable, Picture {
  /// What a cell says.
  public enum Numbers: String, Hashable, Codable, Sendable {
    /// How many images there are.
    case images
    /// Which share of the true class they are, in per cent: rows add up to 100, whatever their size.
    case percent

    fileprivate var axes: (rows: String, columns: String) {
      switch self {
      case .images: ("number of images", "number of images")
      case .percent: ("each row is 100 %", "% of the true class")
      }
    }
  }

  /// What stands above it.
  public let title: String
  /// What the cells say.
  public let numbers: Numbers
  /// What the classes are called that are shown.
  public let classNames: [String]
  /// The number of images, a row for each true class and in it a column for each predicted one.
  public let counts: [[Int]]
  /// How many images of each class there are, also of those that were taken for a class that is not
  /// shown.
  public let support: [Int]
  /// What is left out; `nil` where nothing is.
  public let omission: String?

  /// The most classes that a picture shows.
  public static let largestClassCount = 100

  /// Makes a chart; of too many classes, of those alone that take part in the most mistakes.
  ///
  /// - Parameters:
  ///   - counts: As many rows, each of as many numbers, as there are names.
  ///   - numbers: What the cells say.
  /// - Throws: `DrawingError.setting` for another number of rows or columns.
  public init(
    title: String, classNames: [String], counts: [[Int]], numbers: Numbers = .images
  ) throws(DrawingError) {
    for extent in [counts.count] + counts.map(\.count) where extent != classNames.count {
      throw .setting(
        "the number of rows and columns", value: extent, allowed: "\(classNames.count)")
    }
    let total = classNames.count
    var shown = Array(classNames.indices)
    if total > Self.largestClassCount {
      let mistakes = shown.map { index in
        counts[index].reduce(0, +) + counts.reduce(0) { $0 + $1[index] } - 2 * counts[index][index]
      }
      shown = shown.sorted { (mistakes[$1], $0) < (mistakes[$0], $1) }
        .prefix(Self.largestClassCount).sorted()
    }
    self.title = title
    self.numbers = numbers
    self.classNames = shown.map { classNames[$0] }
    self.counts = shown.map { row in shown.map { counts[row][$0] } }
    support = shown.map { counts[$0].reduce(0, +) }
    omission =
      shown.count == total
      ? nil : "\(shown.count) of \(total) classes: those that take part in the most mistakes"
  }

  /// The chart as an SVG document.
  public func svg() -> String { content.svg }

  /// The chart as pixels, two for each of the SVG document's, on a light background.
  public func png() -> PNGImage { content.png }

  /// What stands in a cell of some images of a row.
  private func text(_ count: Int, row: Int) -> String {
    guard numbers == .percent else { return NumberFormat.grouped(count) }
    let percent = Double(count) / Double(support[row]) * 100
    // A mistake that was made is no zero, and a class with one is not all right.
    if percent < 0.1 { return "<0.1" }
    return count == support[row] ? "100" : NumberFormat.fixed(min(percent, 99.9), decimals: 1)
  }

  private var content: PictureContent {
    let texts = counts.enumerated().flatMap { row, counts in
      counts.filter { $0 > 0 }.map { text($0, row: row) }
    }
    let cell = Cell(classes: classNames.count, texts: texts)
    let names = classNames.map(Self.shortened)
    let nameRoom = names.map { SVGElement.width(of: $0, size: cell.nameSize) }.max() ?? 0
    // Names that are short enough need not be read with a turned head.
    let isFlat = nameRoom <= cell.side - 4
    let side = cell.side * Double(names.count)
    let notes = self.notes(cell)
    let left = 34 + nameRoom + 8
    let top = 40 + 17 * Double(notes.count) + 34
    let plot = Frame(x: left, y: top, width: side, height: side)
    let legend = Legend(x: left, y: top - 32)
    let heading = [title] + notes
    let headingWidth =
      zip(heading, [SVGElement.titleSize] + notes.map { _ in SVGElement.labelSize })
      .map { SVGElement.width(of: $0, size: $1) }.max() ?? 0
    let width = left + max(side, headingWidth, Legend.width) + 24

    var content = [
      SVGElement.text(
        title, x: left, y: 27, size: SVGElement.titleSize, paint: .ink, weight: "600")
    ]
    for (index, note) in notes.enumerated() {
      content.append(.text(note, x: left, y: 46 + 17 * Double(index)))
    }
    content += legend.elements()
    content.append(.rectangle(plot, fill: .band, stroke: .rule))
    content += cells(cell, plot)
    for (index, name) in names.enumerated() {
      let middle = (Double(index) + 0.5) * cell.side
      content.append(
        .text(
          name, x: left - 8, y: top + middle + cell.nameSize * 0.35, anchor: "end",
          size: cell.nameSize))
      if isFlat {
        content.append(
          .text(
            name, x: left + middle, y: plot.bottom + 18, anchor: "middle", size: cell.nameSize))
      } else {
        let (x, y) = (left + middle + cell.nameSize * 0.35, plot.bottom + 8)
        var below = SVGElement.text(name, x: x, y: y, anchor: "end", size: cell.nameSize)
        below.set("transform", "rotate(-90 \(SVGElement.pixels(x)) \(SVGElement.pixels(y)))")
        content.append(below)
      }
    }
    content.append(.verticalText("True class (\(numbers.axes.rows))", x: 22, y: plot.middle))
    let titleY = plot.bottom + 8 + (isFlat ? cell.nameSize : nameRoom) + 22
    content.append(
      .text(
        "Predicted class (\(numbers.axes.columns))", x: left + max(side / 2, 100), y: titleY,
        anchor: "middle"))
    return PictureContent(title: title, width: width, height: titleY + 14, elements: content)
  }

  private func notes(_ cell: Cell) -> [String] {
    [omission, cell.hasNumbers ? nil : "Numbers have no room in so many cells, and are left out."]
      .compactMap { $0 }
  }

  private func cells(_ cell: Cell, _ plot: Frame) -> [SVGElement] {
    var elements: [SVGElement] = []
    for (row, images) in counts.enumerated() {
      for (column, count) in images.enumerated() where count > 0 {
        let frame = Frame(
          x: plot.x + Double(column) * cell.side, y: plot.y + Double(row) * cell.side,
          width: cell.side, height: cell.side)
        let shade = Shade(share: Double(count) / Double(support[row]), isRight: row == column)
        elements.append(shade.rectangle(frame))
        if cell.hasNumbers {
          elements.append(
            .text(
              text(count, row: row), x: frame.x + cell.side / 2,
              y: frame.middle + cell.countSize * 0.35, anchor: "middle", size: cell.countSize,
              paint: shade.ink))
        }
      }
    }
    return elements
  }

  private static func shortened(_ name: String) -> String {
    name.count > 24 ? name.prefix(22) + ".." : name
  }
}

/// How large a cell is, and what has room in it.
private struct Cell {
  let side: Double
  let hasNumbers: Bool
  let countSize: Double
  let nameSize: Double

  init(classes: Int, texts: [String]) {
    switch classes {
    case ...12: (side, countSize, nameSize) = (46, 13, SVGElement.labelSize)
    case ...20: (side, countSize, nameSize) = (34, 11, SVGElement.labelSize)
    case ...40: (side, countSize, nameSize) = (24, 9, 11)
    default: (side, countSize, nameSize) = (11, 9, 9)
    }
    let size = countSize
    hasNumbers =
      classes <= 40
      && (texts.map { SVGElement.width(of: $0, size: size) }.max() ?? 0) <= side
  }
}

/// The colour of a share of a row.
private struct Shade {
  let paint: Paint
  let opacity: Double

  init(share: Double, isRight: Bool) {
    paint = isRight ? .blue : .orange
    // The root makes few mistakes visible too.
    opacity = 0.06 + 0.94 * share.squareRoot()
  }

  /// What can be read on it.
  var ink: Paint { opacity > 0.7 ? .onStrong : .ink }

  func rectangle(_ frame: Frame) -> SVGElement {
    .rectangle(frame, fill: paint, fillOpacity: opacity)
  }
}

/// What shades stand for.
private struct Legend {
  static let width = 560.0
  private static let shares = [0.01, 0.1, 0.25, 0.5, 1]

  let x: Double
  let y: Double

  func elements() -> [SVGElement] {
    var elements: [SVGElement] = []
    var x = x
    for (name, isRight) in [("right", true), ("wrong", false)] {
      elements.append(.text(name, x: x, y: y + 12))
      x += 44
      for share in Self.shares {
        let frame = Frame(x: x, y: y + 2, width: 14, height: 14)
        elements.append(.rectangle(frame, fill: .band, stroke: .rule, width: 0.5))
        elements.append(Shade(share: share, isRight: isRight).rectangle(frame))
        x += 14
      }
      x += 16
    }
    let labels = Self.shares.map { NumberFormat.percent($0, decimals: 0) }
    elements.append(
      .text("\(labels.joined(separator: ", ")) of the true class", x: x, y: y + 12))
    return elements
  }
}
