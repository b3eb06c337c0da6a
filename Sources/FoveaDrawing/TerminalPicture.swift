/// Pictures in a terminal: two pixels a character cell, words under them.
public struct TerminalPicture: Hashable, Sendable {
  /// What a terminal can show.
  public enum Colors: String, Hashable, Sendable, CaseIterable {
    /// Any colour.
    case all
    /// The 256 colours of xterm.
    case palette
    /// No colours: brightness as characters, without a control code.
    case none

    /// What the environment says of a terminal.
    ///
    /// - Parameter isTerminal: Whether text goes to one; it has no colours otherwise, nor where
    ///   `NO_COLOR` is set (no-color.org).
    public init(isTerminal: Bool, environment: [String: String]) {
      guard isTerminal, (environment["NO_COLOR"] ?? "").isEmpty, environment["TERM"] != "dumb"
      else {
        self = .none
        return
      }
      self = ["truecolor", "24bit"].contains(environment["COLORTERM"]) ? .all : .palette
    }
  }

  /// The pictures and their words.
  public let grid: ImageGrid
  /// What the terminal can show.
  public let colors: Colors
  /// The columns of the terminal.
  public let width: Int

  private static let gap = 2
  /// The most columns of a picture; larger ones are made smaller.
  private static let largestWidth = 32
  private static let reset = "\u{1b}[0m"

  /// Takes a grid for a terminal.
  ///
  /// - Parameter width: The columns of the terminal; at least 8 are filled.
  public init(_ grid: ImageGrid, colors: Colors, width: Int) {
    self.grid = grid
    self.colors = colors
    self.width = max(width, 8)
  }

  /// The lines, first the title.
  public var lines: [String] {
    let cellWidth = min(
      Self.largestWidth, width, grid.cells.map { Self.shownWidth($0.image) }.max() ?? 1)
    let columns = max(1, (width + Self.gap) / (cellWidth + Self.gap))
    var lines = [fitted(grid.title, width)]
    for start in stride(from: 0, to: grid.cells.count, by: columns) {
      lines.append("")
      let row = grid.cells[start..<min(start + columns, grid.cells.count)]
      lines += block(row.map { (rows(of: $0.image, in: cellWidth), cellWidth) }, cellWidth)
      lines += block(
        row.map { cell in
          (
            cell.lines.map { emphasized(fitted($0, cellWidth), cell.emphasis, cellWidth) },
            cellWidth
          )
        }, cellWidth)
    }
    return lines
  }

  /// Blocks of lines beside each other, each `width` columns wide, spaces where one has fewer lines.
  private func block(_ blocks: [(lines: [String], width: Int)], _ width: Int) -> [String] {
    let empty = String(repeating: " ", count: width)
    return (0..<(blocks.map(\.lines.count).max() ?? 0)).map { line in
      let parts = blocks.map { $0.lines.indices.contains(line) ? $0.lines[line] : empty }
      let text = parts.joined(separator: String(repeating: " ", count: Self.gap))
      return String(text.reversed().drop { $0 == " " }.reversed())
    }
  }

  /// The columns of a picture in its own size; small ones are at least 8 wide, for the words.
  private static func shownWidth(_ image: PNGImage) -> Int { max(image.width, 8) }

  /// Rows of characters, each `width` columns.
  private func rows(of image: PNGImage, in width: Int) -> [String] {
    let shown = min(width, image.width)
    let height = max(1, (image.height * shown + image.width / 2) / image.width)
    let pixels = Self.reduced(image, width: shown, height: height)
    let margin = String(repeating: " ", count: width - shown)
    return stride(from: 0, to: height, by: 2).map { y in
      let upper = pixels[y]
      let lower = y + 1 < height ? pixels[y + 1] : nil
      return row(upper, lower) + margin
    }
  }

  private func row(_ upper: [[UInt8]], _ lower: [[UInt8]]?) -> String {
    guard colors != .none else {
      return String(
        upper.indices.map { column in
          let both = [upper[column], lower?[column] ?? upper[column]].map(Self.brightness)
          return Self.ramp[(both[0] + both[1]) / 2 * (Self.ramp.count - 1) / 255]
        })
    }
    var (text, last) = ("", "")
    for column in upper.indices {
      // The upper half is the character, the lower half what is behind it.
      let codes =
        code(upper[column], isBehind: false)
        + (lower.map { code($0[column], isBehind: true) } ?? "")
      if codes != last { text += codes }
      last = codes
      text += "▀"
    }
    return text + Self.reset
  }

  private static let ramp = Array(" .:-=+*#%@")

  private static func brightness(_ color: [UInt8]) -> Int {
    (299 * Int(color[0]) + 587 * Int(color[1]) + 114 * Int(color[2])) / 1000
  }

  private func code(_ color: [UInt8], isBehind: Bool) -> String {
    let kind = isBehind ? "48" : "38"
    guard colors == .all else { return "\u{1b}[\(kind);5;\(Self.paletteIndex(color))m" }
    return "\u{1b}[\(kind);2;\(color[0]);\(color[1]);\(color[2])m"
  }

  /// The nearest of xterm's 6×6×6 colours and 24 greys.
  static func paletteIndex(_ color: [UInt8]) -> Int {
    let steps = [0, 95, 135, 175, 215, 255]
    func distance(_ other: [Int]) -> Int {
      zip(color, other).reduce(0) { $0 + (Int($1.0) - $1.1) * (Int($1.0) - $1.1) }
    }
    let cube = color.map { value in
      steps.indices.min { abs(steps[$0] - Int(value)) < abs(steps[$1] - Int(value)) } ?? 0
    }
    let mean = color.reduce(0) { $0 + Int($1) } / 3
    let grey = max(0, min(23, (mean - 3) / 10))
    let isGrey =
      distance([Int](repeating: 8 + 10 * grey, count: 3)) < distance(cube.map { steps[$0] })
    return isGrey ? 232 + grey : 16 + 36 * cube[0] + 6 * cube[1] + cube[2]
  }

  /// The mean colour of each part of a picture; a picture that is small enough stays as it is.
  private static func reduced(_ image: PNGImage, width: Int, height: Int) -> [[[UInt8]]] {
    let count = image.format.rawValue
    return (0..<height).map { y in
      let rows =
        y * image.height
        / height..<max((y + 1) * image.height / height, y * image.height / height + 1)
      return (0..<width).map { x in
        let first = x * image.width / width
        let columns = first..<max((x + 1) * image.width / width, first + 1)
        var sums = [0, 0, 0]
        for row in rows {
          for column in columns {
            let start = (row * image.width + column) * count
            for channel in 0..<3 {
              sums[channel] += Int(image.samples[start + (count < 3 ? 0 : channel)])
            }
          }
        }
        return sums.map { UInt8($0 / (rows.count * columns.count)) }
      }
    }
  }

  /// A line of at most `width` columns, without control codes, which a file's name may have.
  private func fitted(_ line: String, _ width: Int) -> String {
    let scalars = line.unicodeScalars.map {
      $0.properties.generalCategory == .control ? "\u{fffd}" : $0
    }
    let line = String(String.UnicodeScalarView(scalars))
    return line.count <= width ? line : line.prefix(max(width - 2, 0)) + ".."
  }

  /// A line of `width` columns; what is right is green and what is wrong yellow, where there are colours.
  private func emphasized(_ line: String, _ emphasis: ImageGrid.Emphasis, _ width: Int) -> String {
    let margin = String(repeating: " ", count: max(width - line.count, 0))
    let code: String? =
      switch emphasis {
      case .none: nil
      case .right: "32"
      case .wrong: "33"
      }
    guard colors != .none, let code else { return line + margin }
    return "\u{1b}[\(code)m\(line)\(Self.reset)\(margin)"
  }
}
