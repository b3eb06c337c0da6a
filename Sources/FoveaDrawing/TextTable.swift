/// A table in plain text, whose columns are as wide as what is in them.
///
/// Rows may be added before it is rendered, or rendered one by one with `line(_:)`, for a table that
/// grows while a training runs; give its columns their widths then.
public struct TextTable: Hashable, Sendable {
  /// Which edge of its column a cell stands at.
  public enum Alignment: Hashable, Sendable {
    /// Words.
    case left
    /// Numbers.
    case right
  }

  /// One column.
  public struct Column: Hashable, Sendable {
    /// What stands above it.
    public let title: String
    /// Which edge its cells stand at.
    public let alignment: Alignment
    /// Its least width, in characters.
    public let minimumWidth: Int

    /// Describes a column.
    public init(_ title: String, _ alignment: Alignment = .left, minimumWidth: Int = 0) {
      self.title = title
      self.alignment = alignment
      self.minimumWidth = minimumWidth
    }
  }

  /// The columns, from the left.
  public let columns: [Column]
  /// The rows; cells that a row lacks are empty, cells that are too many are left out.
  public var rows: [[String]]
  /// Rows under a rule of their own, such as totals.
  public var footer: [[String]]

  /// Makes a table.
  public init(_ columns: [Column], rows: [[String]] = [], footer: [[String]] = []) {
    self.columns = columns
    self.rows = rows
    self.footer = footer
  }

  private static let gap = "  "

  private var widths: [Int] {
    columns.enumerated().map { index, column in
      let cells = (rows + footer).compactMap { $0.indices.contains(index) ? $0[index] : nil }
      return (cells + [column.title]).reduce(column.minimumWidth) { max($0, displayWidth(of: $1)) }
    }
  }

  /// The titles, and the rule under them.
  public var header: [String] { [line(columns.map(\.title)), rule] }

  private var rule: String {
    widths.map { String(repeating: "─", count: $0) }.joined(separator: Self.gap)
  }

  /// One row as wide as the columns are now; no blanks at its end.
  public func line(_ row: [String]) -> String { line(row, widths) }

  private func line(_ row: [String], _ widths: [Int]) -> String {
    let cells = columns.indices.map { index in
      let cell = row.indices.contains(index) ? row[index] : ""
      let padding = String(repeating: " ", count: max(0, widths[index] - displayWidth(of: cell)))
      return columns[index].alignment == .left ? cell + padding : padding + cell
    }
    let line = cells.joined(separator: Self.gap)
    return String(line.reversed().drop { $0 == " " }.reversed())
  }

  /// Titles, rule and rows, then the footer under a rule.
  public var lines: [String] {
    let widths = widths
    let body = header + rows.map { line($0, widths) }
    return footer.isEmpty ? body : body + [rule] + footer.map { line($0, widths) }
  }
}

/// How many columns of a terminal a text takes: two for East Asian wide characters and emoji.
func displayWidth(of text: String) -> Int {
  text.reduce(0) { width, character in
    width + (character.unicodeScalars.contains { isWide($0.value) } ? 2 : 1)
  }
}

/// Blocks whose characters Unicode's East Asian Width (UAX #11) calls wide.
private func isWide(_ scalar: UInt32) -> Bool {
  switch scalar {
  case 0x1100...0x115f, 0x2e80...0xa4cf, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f,
    0xff00...0xff60, 0xffe0...0xffe6, 0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
    true
  default: false
  }
}
