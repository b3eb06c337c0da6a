/// Puts runs side by side: what was asked for differently, and what came out.
public struct CompareRunsCommand: Hashable, Codable, Sendable {
  /// The runs' folders, or their names in the project.
  public var runs: [String]
  /// The project's folder.
  public var project: String
  /// Whether options that all have alike are listed too.
  public var showsEqual: Bool

  /// Runs side by side.
  public struct Report: Hashable, Codable, Sendable {
    /// A value of each run.
    public struct Line: Hashable, Codable, Sendable {
      /// What it is.
      public let name: String
      /// The value of each run, in order; `nil` where it has none.
      public let values: [String?]

      /// Whether the runs differ in it.
      public var differs: Bool { Set(values).count > 1 }
    }

    /// The runs, in the order in which they were named.
    public let runs: [RunSummary]
    /// Options, of which those that differ unless all were asked for.
    public let options: [Line]
    /// What differs in where they ran and what they learned from.
    public let environment: [Line]
  }

  /// Asks for a comparison.
  public init(_ runs: [String], project: String = ".", showsEqual: Bool = false) {
    self.runs = runs
    self.project = project
    self.showsEqual = showsEqual
  }

  /// Compares.
  ///
  /// - Throws: `CommandError` for less than two runs, or one that is not there.
  public func run() throws -> Report {
    guard runs.count > 1 else {
      throw CommandError.missing("a second run", remedy: "name two runs or more to compare")
    }
    let folders = try runs.map { try RunIndex.find($0, project: project) }
    let summaries = try folders.map { try RunSummary($0) }
    let manifests = folders.map { try? $0.readManifest() }
    let environments = manifests.map { manifest -> [String: String] in
      guard let manifest else { return [:] }
      var lines = Dictionary(manifest.environment?.lines ?? []) { first, _ in first }
      lines["code"] = manifest.sessions.last?.code.map { "\($0)" }
      lines["training data"] = String(manifest.data.training.prefix(12))
      lines["validation data"] = String(manifest.data.validation.prefix(12))
      return lines
    }
    return Report(
      runs: summaries,
      options: Self.lines(summaries.map(\.options)).filter { showsEqual || $0.differs },
      environment: Self.lines(environments).filter(\.differs))
  }

  private static func lines(_ all: [[String: String]]) -> [Report.Line] {
    Set(all.flatMap(\.keys)).sorted().map { name in
      Report.Line(name: name, values: all.map { $0[name] })
    }
  }
}
