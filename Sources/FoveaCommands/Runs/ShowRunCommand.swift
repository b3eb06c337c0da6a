public import FoveaTraining

/// Shows all that is known of a run.
public struct ShowRunCommand: Hashable, Codable, Sendable {
  /// The run's folder, or its name in the project.
  public var name: String
  /// The project's folder.
  public var project: String

  /// A run in full.
  public struct Report: Hashable, Codable, Sendable {
    /// The run in a line.
    public let summary: RunSummary
    /// Where it comes from; `nil` for runs of versions that did not say.
    public let manifest: RunManifest?
    /// Its epochs, in order.
    public let epochs: [RunEpoch]
    /// What is wrong with it; `nil` where nobody looked.
    public let findings: [HealthFinding]?
  }

  /// Asks for a run.
  public init(_ name: String, project: String = ".") {
    self.name = name
    self.project = project
  }

  /// Reads it.
  ///
  /// - Throws: `CommandError` where there is no such run, or its files are damaged.
  public func run() throws -> Report {
    let folder = try RunIndex.find(name, project: project)
    return Report(
      summary: try RunSummary(folder), manifest: try? folder.readManifest(),
      epochs: folder.readEpochs(), findings: folder.readFindings())
  }
}
