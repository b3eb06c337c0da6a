import Foundation

/// Deletes runs that nobody needs any more; says first which those are.
public struct PruneRunsCommand: Hashable, Codable, Sendable {
  /// The project's folder.
  public var project: String
  /// Which runs may go; those of the filter's dataset and network, or all.
  public var filter: RunFilter
  /// Runs that started less than so many days ago stay.
  public var olderThanDays: Double?
  /// Runs that ended otherwise stay.
  public var outcomes: [RunOutcome]
  /// How many of the best of each dataset stay, whatever else is asked for.
  public var keepBest: Int?
  /// What makes a run the best.
  public var bestBy: BestMeasure
  /// Whether runs are deleted; otherwise only listed.
  public var deletes: Bool

  /// Which runs go, and which of those cannot.
  public struct Report: Hashable, Codable, Sendable {
    /// A run that goes.
    public struct Item: Hashable, Codable, Sendable {
      /// The run.
      public let run: RunSummary
      /// What its folder takes on the disk.
      public let bytes: Int
      /// Why it stays after all; `nil` where nothing keeps it.
      public let kept: String?
    }

    /// The runs that were chosen.
    public let runs: [Item]
    /// Whether they were deleted; otherwise they would be.
    public let isDeleted: Bool

    /// What the runs take, or took, that nothing keeps.
    public var bytes: Int { runs.reduce(0) { $0 + ($1.kept == nil ? $1.bytes : 0) } }
  }

  /// Asks for nothing yet; fields say more.
  public init(project: String = ".") {
    self.project = project
    filter = RunFilter()
    outcomes = []
    bestBy = .accuracy
    deletes = false
  }

  /// Finds the runs, and deletes them where that was asked for.
  ///
  /// - Throws: `CommandError.missing` where nothing says which runs; as `ListRunsCommand`.
  public func run() throws -> Report {
    guard olderThanDays != nil || !outcomes.isEmpty || keepBest != nil else {
      throw CommandError.missing(
        "which runs go",
        remedy: "say so with --older-than, --outcome or --keep-best, such as --outcome failed")
    }
    if let olderThanDays, !(olderThanDays >= 0 && olderThanDays.isFinite) {
      throw CommandError.option(
        "--older-than", value: "\(olderThanDays)", allowed: "a number of days, 0 or more")
    }
    if let keepBest, keepBest < 0 {
      throw CommandError.option("--keep-best", value: "\(keepBest)", allowed: "0 or more")
    }
    let index = try RunIndex(checking: project)
    _ = try index.refresh()
    let runs = try index.runs(filter)
    let best = keepBest.map { Set(Self.best($0, of: runs, by: bestBy).map(\.folder)) } ?? []
    let chosen = runs.filter { run in
      guard run.outcome != .running, !best.contains(run.folder) else { return false }
      guard outcomes.isEmpty || outcomes.contains(run.outcome) else { return false }
      guard let olderThanDays else { return true }
      // What does not say when it started is of an early version, and as old as its configuration.
      let start = run.started ?? Self.written(run)
      return start.map { -$0.timeIntervalSinceNow >= olderThanDays * 86_400 } ?? false
    }
    let items = chosen.map { run in
      let folder = RunFolder(URL(fileURLWithPath: run.folder))
      let bytes = Self.bytes(of: folder.url)
      var kept = Self.obstacle(to: folder)
      if deletes, kept == nil {
        do {
          try Self.delete(folder)
          try index.forget(run.folder)
        } catch { kept = (error as? CommandError).map { "\($0)" } ?? error.localizedDescription }
      }
      return Report.Item(run: run, bytes: bytes, kept: kept)
    }
    return Report(runs: items, isDeleted: deletes)
  }

  /// The best runs of each dataset.
  private static func best(
    _ count: Int, of runs: [RunSummary], by measure: BestMeasure
  ) -> [RunSummary] {
    func score(_ run: RunSummary) -> Double {
      switch measure {
      case .accuracy: run.bestAccuracy ?? -1
      case .loss: -(run.bestValidationLoss ?? .infinity)
      }
    }
    // Of two alike the first to be trained.
    func isBetter(_ left: RunSummary, _ right: RunSummary) -> Bool {
      (score(left), right.started ?? .distantPast) > (score(right), left.started ?? .distantPast)
    }
    return Dictionary(grouping: runs, by: \.dataset).values
      .flatMap { $0.sorted(by: isBetter).prefix(count) }
  }

  private static func written(_ run: RunSummary) -> Date? {
    let file = RunFolder(URL(fileURLWithPath: run.folder)).configuration.path
    return (try? FileManager.default.attributesOfItem(atPath: file))?[.modificationDate] as? Date
  }

  /// Why a folder must not be deleted.
  private static func obstacle(to run: RunFolder) -> String? {
    let files = FileManager.default
    let type = (try? files.attributesOfItem(atPath: run.url.path))?[.type] as? FileAttributeType
    guard type == .typeDirectory else { return "it is a link or no folder" }
    let here = files.currentDirectoryPath + "/"
    if here.hasPrefix(run.url.path + "/") { return "it is the folder that you are in" }
    guard let entries = files.enumerator(atPath: run.url.path) else {
      return "it cannot be read"
    }
    for case let path as String in entries {
      let name = path.split(separator: "/").last
      if name == ".git" { return "it holds a Git repository" }
      if path != RunFolder.configurationName, name == RunFolder.configurationName[...] {
        return "another run lies in it"
      }
    }
    return nil
  }

  private static func bytes(of folder: URL) -> Int {
    let files = FileManager.default
    guard let entries = files.enumerator(atPath: folder.path) else { return 0 }
    var sum = 0
    for case let path as String in entries {
      let file = folder.appendingPathComponent(path).path
      sum += (try? files.attributesOfItem(atPath: file))?[.size] as? Int ?? 0
    }
    return sum
  }

  private static func delete(_ run: RunFolder) throws {
    // A training that begins now finds the folder locked.
    let lock = try RunLock(run)
    try withExtendedLifetime(lock) {
      // Only what can still be read as a run.
      _ = try run.readConfiguration()
      try FileManager.default.removeItem(at: run.url)
    }
  }
}
