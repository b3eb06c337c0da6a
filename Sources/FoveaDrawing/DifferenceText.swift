public import FoveaAnalysis

/// By which layers two networks differ, as text: what it means, the layers, and what follows.
public struct DifferenceText: Hashable, Sendable {
  /// What is shown.
  public let difference: NetworkDifference

  /// Shows a difference.
  public init(_ difference: NetworkDifference) { self.difference = difference }

  /// The text's lines.
  public var lines: [String] {
    let (before, after) = (difference.before, difference.after)
    guard !difference.isSame else {
      return ["\(before.name) and \(after.name) are the same network."]
    }
    let explanations = difference.explanations.flatMap { wrapped($0) + [""] }
    return ["\(before.name) → \(after.name)", ""] + explanations + changes + [""]
      + ComparisonTable(NetworkComparison([before, after])).lines
  }

  /// Layers that differ alike are told together.
  private var changes: [String] {
    var order: [String] = []
    var paths: [String: [String]] = [:]
    for change in difference.changes {
      let words = words(change)
      if paths[words] == nil { order.append(words) }
      paths[words, default: []].append(path(change))
    }
    return order.flatMap { words -> [String] in
      let paths = paths[words] ?? []
      return paths.count == 1 && !words.hasPrefix("renamed")
        ? ["\(paths[0]): \(words)"]
        : ["\(counted(paths.count, "layer")) \(words):"] + shortened(paths).map { "  " + $0 }
    }
  }

  private func path(_ change: NetworkDifference.Change) -> String {
    switch (change.pathBefore, change.pathAfter) {
    case (let before?, let after?): before == after ? after : "\(before) → \(after)"
    case (let before?, nil): before
    case (nil, let after): after ?? ""
    }
  }

  private func words(_ change: NetworkDifference.Change) -> String {
    let summary = change.summary.map { " \($0)" } ?? ""
    let attributes = change.attributes.map {
      "\($0.name) \($0.before ?? "none") → \($0.after ?? "none")"
    }.joined(separator: ", ")
    switch change.kind {
    case .changed: return attributes
    case .renamed: return "renamed"
    case .added: return "added, \(change.type)\(summary)"
    case .removed: return "removed, \(change.type)\(summary)"
    }
  }

  private func shortened(_ paths: [String]) -> [String] {
    let most = 8
    return paths.count <= most
      ? paths : paths.prefix(most - 1) + ["and \(paths.count - most + 1) more"]
  }

  /// A sentence in lines of up to 100 characters.
  private func wrapped(_ sentence: String) -> [String] {
    sentence.split(separator: " ").reduce(into: []) { lines, word in
      if let last = lines.last, last.count + 1 + word.count <= 100 {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
  }
}
