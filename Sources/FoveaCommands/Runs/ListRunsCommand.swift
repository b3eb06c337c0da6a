import Foundation

/// Lists the runs of a project.
public struct ListRunsCommand: Hashable, Codable, Sendable {
  /// The project's folder.
  public var project: String
  /// Which runs, and in which order.
  public var filter: RunFilter

  /// The runs, and what has changed since they were last looked at.
  public struct Report: Hashable, Codable, Sendable {
    /// A run whose folder is somewhere else now.
    public struct Move: Hashable, Codable, Sendable {
      /// Where it was.
      public let from: String
      /// Where it is.
      public let to: String
    }

    /// The runs, in the order that was asked for.
    public let runs: [RunSummary]
    /// Runs whose folder was moved.
    public let moved: [Move]
    /// Folders of runs that are gone.
    public let gone: [String]
  }

  /// Asks for a project's runs.
  public init(project: String = ".", filter: RunFilter = RunFilter()) {
    self.project = project
    self.filter = filter
  }

  /// Lists them.
  ///
  /// - Throws: `CommandError` for a wrong request; what the database throws.
  public func run() throws -> Report {
    if let limit = filter.limit, limit < 1 {
      throw CommandError.option("--limit", value: "\(limit)", allowed: "1 or more")
    }
    let index = try RunIndex(checking: project)
    let changes = try index.refresh()
    return Report(
      runs: try index.runs(filter),
      moved: changes.moved.map { Report.Move(from: $0.from, to: $0.to) }, gone: changes.gone)
  }
}

extension RunIndex {
  /// Opens the database of a folder that the user named.
  ///
  /// - Throws: `CommandError.missing` where there is no such folder.
  init(checking project: String) throws {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: project, isDirectory: &isFolder),
      isFolder.boolValue
    else {
      throw CommandError.missing(
        "the folder \(project)", remedy: "name a folder that has runs with --project")
    }
    try self.init(project: URL(fileURLWithPath: project))
  }

  /// The run that a user means: a folder's path, or the name of a run's folder in the project.
  ///
  /// - Throws: `CommandError.unknownName`, or `ambiguous` where several have the name.
  static func find(_ name: String, project: String) throws -> RunFolder {
    let folder = RunFolder(URL(fileURLWithPath: name))
    if FileManager.default.fileExists(atPath: folder.configuration.path) { return folder }
    if folder.isUnreadable { throw CommandError.unreadable(name) }
    let index = try RunIndex(checking: project)
    _ = try index.refresh()
    let runs = try index.runs()
    let matches = runs.filter { $0.name == name }
    guard matches.count < 2 else {
      throw CommandError.ambiguous(name, folders: matches.map(\.folder))
    }
    guard let match = matches.first else {
      if FileManager.default.fileExists(atPath: name) { throw CommandError.noRun(name) }
      guard !runs.isEmpty else {
        throw CommandError.missing(
          "the run \(name)", remedy: "no run is under \(project); train one with fovea train")
      }
      throw CommandError.unknownName(
        name, kind: "run", known: Set(runs.map(\.name)).sorted())
    }
    return RunFolder(URL(fileURLWithPath: match.folder))
  }
}
