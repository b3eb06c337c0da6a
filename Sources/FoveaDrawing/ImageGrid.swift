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
  /// The images, row by row.
  public let cells: [Cell]
  /// Images of a row.
  public let columns: Int

  /// The least side of an image in pixels; smaller ones are enlarged by a whole number.
  static let smallestSide = 128
  private static let gap = 10

  /// Lays out images.
  ///
  /// - Parameter columns: Images of a row, at least 1; about a square of them where left out.
  public init(title: String, cells: [Cell], columns: Int? = nil) {
    self.title = title
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
    let (lineHeight, head) = (15.0, 34.0)
    let size = cellSize
    let (width, height) = (Double(size.width), Double(size.height) + lineHeight * Double(lineCount))
    let gap = Double(Self.gap)
    var content = [
      SVGElement.text(title, x: gap, y: 22, size: SVGElement.titleSize, paint: .ink, weight: "600")
    ]
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
        2 * gap + SVGElement.width(of: title, size: SVGElement.titleSize)),
      height: head + Double(rows) * (height + gap), content: content)
  }

  /// The grid in pixels, on white.
  public func png() throws(DrawingError) -> PNGImage {
    let (lineHeight, head) = (PixelFont.height + 3, 2 * PixelFont.height + 2 * Self.gap)
    let size = cellSize
    let cellHeight = size.height + 3 + lineHeight * lineCount
    let width = max(
      Self.gap + columns * (size.width + Self.gap), 2 * (Self.gap + PixelFont.width(of: title)))
    var canvas = try PixelCanvas(
      width: width, height: head + rows * (cellHeight + Self.gap))
    canvas.draw(title, x: Self.gap, y: Self.gap, scale: 2, color: Paint.ink.lightRGB)
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

/// A white picture that others are drawn on.
private struct PixelCanvas {
  private(set) var image: PNGImage

  init(width: Int, height: Int) throws(DrawingError) {
    image = try PNGImage(
      width: width, height: height, format: .rgb,
      samples: [UInt8](repeating: 255, count: 3 * width * height))
  }

  mutating func draw(_ other: PNGImage, x: Int, y: Int) {
    let count = other.format.rawValue
    for row in 0..<other.height {
      for column in 0..<other.width {
        let start = (row * other.width + column) * count
        let pixel = other.samples[start..<(start + count)]
        let color = count == 1 ? [UInt8](repeating: pixel[start], count: 3) : Array(pixel.prefix(3))
        set(x + column, y + row, color)
      }
    }
  }

  mutating func draw(_ text: String, x: Int, y: Int, scale: Int, color: [UInt8]) {
    for pixel in PixelFont.pixels(of: text) {
      for place in 0..<scale * scale {
        set(x + pixel.x * scale + place % scale, y + pixel.y * scale + place / scale, color)
      }
    }
  }

  private mutating func set(_ x: Int, _ y: Int, _ color: [UInt8]) {
    guard 0..<image.width ~= x, 0..<image.height ~= y else { return }
    let start = (y * image.width + x) * 3
    for channel in 0..<3 { image.samples[start + channel] = color[channel] }
  }
}
