public import FoveaAnalysis

/// A network's summary as text: a row a layer, then totals, then what cells do not say.
public struct SummaryTable: Hashable, Sendable {
  /// What is shown.
  public let summary: ModelSummary
  /// The columns after the layer's path.
  public var columns: [SummaryColumn]
  /// How many parts of a path are told apart; all where left out.
  public var depth: Int?

  /// Shows a summary.
  public init(
    _ summary: ModelSummary, columns: [SummaryColumn] = SummaryColumn.standard, depth: Int? = nil
  ) {
    self.summary = summary
    self.columns = columns
    self.depth = depth
  }

  /// The table's lines.
  public var lines: [String] {
    let groups = summary.groups(depth: depth)
    let total = columns.map { $0.number(summary.totals).map(NumberFormat.grouped) ?? "" }
    return TextTable(
      [.init("Layer")] + columns.map { .init($0.title, $0.alignment) },
      rows: groups.map { group in [group.path] + columns.map { $0.cell(group) } },
      footer: [["Total"] + total]
    ).lines + notes(groups)
  }

  /// The same rows, separated by commas, with the columns' names in the first.
  public var commaSeparatedLines: [String] {
    let rows = summary.groups(depth: depth).map { group in
      [group.path] + columns.map { $0.cell(group, isPlain: true) }
    }
    return ([["layer"] + columns.map(\.rawValue)] + rows).map { row in
      row.map(commaSeparatedField).joined(separator: ",")
    }
  }

  /// What the marks beside receptive fields mean, with the first layer of each reason.
  private func notes(_ groups: [ModelSummary.Group]) -> [String] {
    guard !Set(columns).isDisjoint(with: [.receptiveField, .jump, .start]) else { return [] }
    var seen: Set<ReceptiveField.Status> = []
    let notes = groups.compactMap { group -> String? in
      let status = group.last.receptiveField.status
      guard let reason = status.reason, seen.insert(status).inserted else { return nil }
      switch status {
      case .complete: return nil
      case .partial: return "~ at most, from \(group.path) on: \(reason)"
      case .global:
        return "* from \(group.path) on: \(reason); the size is what windows alone reach"
      case .unknown: return "unknown from \(group.path) on: \(reason)"
      }
    }
    return notes.isEmpty ? [] : [""] + notes
  }
}

/// A field of a file of values separated by commas (RFC 4180).
func commaSeparatedField(_ text: String) -> String {
  text.contains { ",\"\n\r".contains($0) }
    ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
}
