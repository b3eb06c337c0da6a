public import FoveaAnalysis

/// An answer with its working, or a term, as text.
public enum ExplanationText {
  /// The most characters of a line of sentences.
  private static let width = 96

  /// The working: each number with its formula and what was put in, then what is compared, then remarks.
  public static func lines(_ working: Working) -> [String] {
    var lines = [working.title]
    let names = working.steps.map(\.name)
    let indent = (names.map { displayWidth(of: $0) }.max() ?? 0) + 2
    for step in working.steps {
      let result = text(step.result)
      let name = step.name.padding(to: indent)
      let isPlain = step.formula == step.substituted
      lines.append("")
      lines.append(name + (isPlain ? "= \(result)" : "  \(step.formula)"))
      guard !isPlain else { continue }
      lines.append("".padding(to: indent) + "= \(step.substituted) = \(result)")
    }
    if let table = working.table {
      lines += [""] + self.table(table).lines
    }
    if !working.notes.isEmpty { lines.append("") }
    for note in working.notes { lines += hung("- ", note) }
    if !working.sources.isEmpty {
      lines += [""] + hung("Source: ", working.sources.joined(separator: "; "))
    }
    return lines
  }

  /// A term: definition, formula, example, source.
  public static func lines(_ answer: GlossaryAnswer) -> [String] {
    let names = answer.aliases.isEmpty ? "" : " (also: \(answer.aliases.joined(separator: ", ")))"
    var lines = wrapped(answer.term + names, width: width) + [""]
    lines += wrapped(answer.definition, width: width) + [""]
    if let formula = answer.formula { lines += hung("Formula   ", formula) }
    lines += hung("Example   ", answer.example)
    lines += hung("Source    ", answer.source)
    if !answer.related.isEmpty {
      lines += hung("See also  ", answer.related.joined(separator: ", "))
    }
    return lines
  }

  /// A heading, and words under it.
  public static func lines(title: String, words: [String]) -> [String] {
    [title] + hung("  ", words.joined(separator: ", "))
  }

  private static func table(_ table: Working.Table) -> TextTable {
    let columns = table.columns.indices.map { index in
      let isText = table.rows.contains {
        if case .text(let text) = $0[index] { text != "–" } else { false }
      }
      return TextTable.Column(table.columns[index], isText ? .left : .right)
    }
    return TextTable(columns, rows: table.rows.map { $0.map(text) })
  }

  private static func text(_ cell: Working.Cell) -> String {
    switch cell {
    case .count(let count): NumberFormat.grouped(count)
    case .number(let number): NumberFormat.general(number)
    case .text(let text): text
    }
  }

  /// Words behind a mark, whose further lines stand under the first.
  private static func hung(_ mark: String, _ text: String) -> [String] {
    let indent = displayWidth(of: mark)
    return wrapped(text, width: width - indent).enumerated().map { index, line in
      (index == 0 ? mark : "".padding(to: indent)) + line
    }
  }
}

/// A text in lines of at most `width` characters, broken at blanks; a longer word has a line of its own.
func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ") {
    if let last = lines.last, displayWidth(of: last) + 1 + displayWidth(of: String(word)) <= width {
      lines[lines.count - 1] = last + " " + word
    } else {
      lines.append(String(word))
    }
  }
  return lines
}

extension String {
  /// With blanks at the end, up to `width` characters.
  fileprivate func padding(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - displayWidth(of: self)))
  }
}
