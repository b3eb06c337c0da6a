/// A term of the field: what it means, its formula, an example that is computed, and where it comes from.
public struct GlossaryEntry: Sendable {
  /// Its usual name.
  public let term: String
  /// Other names that are asked for.
  public let aliases: [String]
  /// What it means, in a sentence or two.
  public let definition: String
  /// A formula, where there is one.
  public let formula: String?
  /// A paper with its arXiv number or DOI, or a specification.
  public let source: String
  /// Terms to read next.
  public let related: [String]
  private let example: @Sendable () throws -> String

  init(
    _ term: String, aliases: [String] = [], _ definition: String, formula: String? = nil,
    source: String, related: [String] = [], example: @escaping @Sendable () throws -> String
  ) {
    self.term = term
    self.aliases = aliases
    self.definition = definition
    self.formula = formula
    self.source = source
    self.related = related
    self.example = example
  }

  /// The entry with its example worked out.
  public func answer() throws -> GlossaryAnswer {
    GlossaryAnswer(
      term: term, aliases: aliases, definition: definition, formula: formula,
      example: try example(), source: source, related: related)
  }

  /// Whether it is called `name`: case, blanks, hyphens and a plural's s do not count.
  public func isCalled(_ name: String) -> Bool {
    let wanted = Self.plain(name)
    return ([term] + aliases).contains { Self.plain($0) == wanted }
  }

  private static func plain(_ name: String) -> String {
    let letters = name.lowercased().replacing("×", with: "x").replacing("↔", with: "to")
      .replacing("z", with: "s").filter { !" -_".contains($0) }
    return letters.count > 3 && letters.hasSuffix("s") ? String(letters.dropLast()) : letters
  }
}

/// What is told of a term.
public struct GlossaryAnswer: Hashable, Codable, Sendable {
  /// Its usual name.
  public let term: String
  /// Other names.
  public let aliases: [String]
  /// What it means.
  public let definition: String
  /// A formula, where there is one.
  public let formula: String?
  /// An example with its numbers computed.
  public let example: String
  /// Where it comes from.
  public let source: String
  /// Terms to read next.
  public let related: [String]
}

/// All terms.
public enum Glossary {
  /// Terms of one field.
  public struct Topic: Sendable {
    /// What they are about.
    public let name: String
    /// The terms.
    public let entries: [GlossaryEntry]
  }

  /// The topics, from images to tasks.
  public static let topics = [
    Topic(name: "Maps", entries: maps),
    Topic(name: "Convolution", entries: convolution),
    Topic(name: "Kinds of convolution", entries: kindsOfConvolution),
    Topic(name: "What a layer sees", entries: receptiveField),
    Topic(name: "Cost", entries: cost),
    Topic(name: "Pooling and blocks", entries: blocks),
    Topic(name: "Normalisation and regularisation", entries: normalization),
    Topic(name: "Training", entries: training),
    Topic(name: "Watching a training", entries: watching),
    Topic(name: "Tasks", entries: tasks),
  ]

  /// Every term.
  public static var entries: [GlossaryEntry] { topics.flatMap(\.entries) }

  /// The term of that name.
  public static func entry(called name: String) -> GlossaryEntry? {
    entries.first { $0.isCalled(name) }
  }
}
