/// Images in rows, each with words under it.
public struct ImageGrid: Hashable, Sendable {
  /// How words under an image are coloured.
  public enum Emphasis: String, Hashable, Codable, Sendable {
    /// Like any text.
    case none
    /// What is right.
    case right
    /// What is wrong.
    case wrong

    var paint: Paint {
      switch self {
      case .none: .ink
      case .right: .green
      case .wrong: .orange
      }
    }
  }

  /// One image.
  public struct Cell: Hashable, Sendable {
    /// The image.
    public let image: PNGImage
    /// Lines under it; what is too long is cut.
    public let lines: [String]
    /// How the lines are coloured.
    public let emphasis: Emphasis

    /// Puts words under an image.
    public init(_ image: PNGImage, lines: [String], emphasis: Emphasis = .none) {
      self.image = image
      self.lines = lines
      self.emphasis = emphasis
    }
  }

  /// What stands above.
  public let title: String
  /// A line under the title.
  public let note: String?
  /// The images, row by row.
  public let cells: [Cell]
  /// Images of a row.
  public let columns: Int

  /// The least side of an image in pixels; smaller ones are enlarged by a whole number.
  static let smallestSide = 128
  private static let gap = 10

  /// Lays out images.
  ///
  /// - Parameters:
  ///   - note: A line under the title.
  ///   - columns: Images of a row, at least 1; about a square of them where left out.
  public init(title: String, note: String? = nil, cells: [Cell], columns: Int? = nil) {
    self.title = title
    self.note = note
    self.cells = cells
    let square = Int(Double(cells.count).squareRoot().rounded(.up))
    self.columns = max(1, min(columns ?? square, cells.count))
  }

  private var rows: Int { (cells.count + columns - 1) / columns }

  private func factor(_ image: PNGImage) -> Int {
    max(
      1, (Self.smallestSide + max(image.width, image.height) - 1) / max(image.width, image.height))
  }

  /// The room of one image: the largest of them.
  private var cellSize: (width: Int, height: Int) {
    let sizes = cells.map {
      (factor($0.image) * $0.image.width, factor($0.image) * $0.image.height)
    }
    return (sizes.map(\.0).max() ?? 0, sizes.map(\.1).max() ?? 0)
  }

  private var lineCount: Int { cells.map(\.lines.count).max() ?? 0 }

  /// The grid as an SVG document that holds its images.
  public func svg() -> String {
    let (lineHeight, head) = (15.0, note == nil ? 34.0 : 54.0)
    let size = cellSize
    let (width, height) = (Double(size.width), Double(size.height) + lineHeight * Double(lineCount))
    let gap = Double(Self.gap)
    var content = [
      SVGElement.text(title, x: gap, y: 22, size: SVGElement.titleSize, paint: .ink, weight: "600")
    ]
    if let note { content.append(.text(note, x: gap, y: 42)) }
    for (index, cell) in cells.enumerated() {
      let x = gap + Double(index % columns) * (width + gap)
      let y = head + Double(index / columns) * (height + gap)
      let scale = Double(factor(cell.image))
      let frame = Frame(
        x: x, y: y, width: Double(cell.image.width) * scale,
        height: Double(cell.image.height) * scale)
      content.append(.image(cell.image, frame))
      for (number, line) in cell.lines.enumerated() {
        let fitting = fitted(line) { SVGElement.width(of: $0) <= width }
        content.append(
          .text(
            fitting, x: x, y: y + Double(size.height) + lineHeight * Double(number + 1) - 3,
            paint: cell.emphasis.paint))
      }
    }
    return SVGElement.document(
      title: title,
      width: max(
        gap + Double(columns) * (width + gap),
        2 * gap + SVGElement.width(of: title, size: SVGElement.titleSize),
        2 * gap + SVGElement.width(of: note ?? "")),
      height: head + Double(rows) * (height + gap), content: content)
  }

  /// The grid in pixels, on white.
  public func png() throws(DrawingError) -> PNGImage {
    let lineHeight = PixelFont.height + 3
    let noteY = 2 * PixelFont.height + Self.gap + 6
    let head = noteY + (note == nil ? Self.gap - 6 : PixelFont.height + Self.gap)
    let size = cellSize
    let cellHeight = size.height + 3 + lineHeight * lineCount
    let width = max(
      Self.gap + columns * (size.width + Self.gap), 2 * (Self.gap + PixelFont.width(of: title)),
      2 * Self.gap + PixelFont.width(of: note ?? ""))
    var canvas = try PixelCanvas(
      width: width, height: head + rows * (cellHeight + Self.gap))
    canvas.draw(title, x: Self.gap, y: Self.gap, scale: 2, color: Paint.ink.lightRGB)
    if let note {
      canvas.draw(note, x: Self.gap, y: noteY, scale: 1, color: Paint.quiet.lightRGB)
    }
    for (index, cell) in cells.enumerated() {
      let x = Self.gap + index % columns * (size.width + Self.gap)
      let y = head + index / columns * (cellHeight + Self.gap)
      canvas.draw(cell.image.enlarged(factor(cell.image)), x: x, y: y)
      for (number, line) in cell.lines.enumerated() {
        canvas.draw(
          fitted(line) { PixelFont.width(of: $0) <= size.width }, x: x,
          y: y + size.height + 3 + number * lineHeight, scale: 1,
          color: cell.emphasis.paint.lightRGB)
      }
    }
    return canvas.image
  }

  /// As much of a line as fits, with dots where something is cut off.
  private func fitted(_ line: String, _ fits: (String) -> Bool) -> String {
    if fits(line) { return line }
    var shorter = Substring(line)
    while !shorter.isEmpty, !fits(shorter + "..") { shorter = shorter.dropLast() }
    return shorter + ".."
  }
}
