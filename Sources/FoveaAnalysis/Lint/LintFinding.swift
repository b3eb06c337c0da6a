/// How much a finding matters.
public enum LintSeverity: String, Hashable, Codable, Sendable, CaseIterable, Comparable {
  /// Worth knowing; often a choice that was made on purpose.
  case note
  /// Most likely a mistake, or a cost that somebody should have decided on.
  case warning
  /// The network cannot do what it is for.
  case error

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}

/// Something that a rule says about a network.
public struct LintFinding: Hashable, Codable, Sendable {
  /// The identifier of the rule.
  public let rule: String
  /// How much it matters here; a rule may say less than its own severity.
  public let severity: LintSeverity
  /// The layer's path, such as `layer1.0.conv1`; of a whole network, the layer where it shows.
  public let layer: String
  /// What is so, in words and numbers.
  public let message: String
  /// The exact numbers, by name.
  public let numbers: [String: Double]
  /// What to do.
  public let remedy: String
  /// Where this is known from, with an arXiv number, a DOI or an ISBN.
  public let source: String
}
