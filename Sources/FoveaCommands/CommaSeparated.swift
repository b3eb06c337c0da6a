import Foundation

/// A text as RFC 4180 has it: in quotes where it holds something that means more.
func csvCell(_ text: String) -> String {
  guard text.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return text }
  return "\"\(text.replacingOccurrences(of: "\"", with: "\"\""))\""
}

/// The cells of a line as RFC 4180 has them, without lines inside of cells.
func csvCells(_ line: Substring) -> [String] {
  var (cells, cell) = ([String](), "")
  var (isQuoted, hasClosed) = (false, false)
  for character in line {
    switch character {
    case "\"":
      // Two of them are one of the text.
      if hasClosed { cell.append(character) }
      hasClosed = isQuoted
      isQuoted.toggle()
      continue
    case "," where !isQuoted:
      cells.append(cell)
      cell = ""
    default: cell.append(character)
    }
    hasClosed = false
  }
  return cells + [cell]
}
