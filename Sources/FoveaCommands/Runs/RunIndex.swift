import Foundation
internal import GRDB

/// The runs of a project: a database in `.fovea/runs.sqlite` that indexes the runs' folders.
///
/// The folders are the truth. What differs from them is brought up to date by `refresh`; a database that
/// is lost, damaged or of another version is made anew.
struct RunIndex {
  /// What `refresh` noticed.
  struct Changes {
    /// Runs whose folder is somewhere else now: from, to.
    var moved: [(from: String, to: String)] = []
    /// Runs whose folder is gone.
    var gone: [String] = []
  }

  /// How the runs are told from each other and ordered.
  private static let schema = """
    CREATE TABLE IF NOT EXISTS run (
      folder TEXT PRIMARY KEY NOT NULL, id TEXT, stamp TEXT NOT NULL, dataset TEXT NOT NULL,
      model TEXT NOT NULL, outcome TEXT NOT NULL, started DOUBLE, epochs INTEGER NOT NULL,
      seconds DOUBLE NOT NULL, accuracy DOUBLE, loss DOUBLE, summary BLOB NOT NULL
    )
    """
  private static let version = 2

  private let project: URL
  private let database: DatabaseQueue

  /// Opens a project's database, makes it where it is missing, and makes it anew where it is damaged.
  ///
  /// Where the folder cannot be written, the database is in memory alone.
  init(project: URL) throws {
    self.project = project.standardizedFileURL.resolvingSymlinksInPath()
    let folder = project.appendingPathComponent(".fovea")
    let file = folder.appendingPathComponent("runs.sqlite")
    do {
      try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      database = try Self.open(file.path)
    } catch let error as DatabaseError where Self.isDamaged(error) {
      for suffix in ["", "-wal", "-shm", "-journal"] {
        try? FileManager.default.removeItem(atPath: file.path + suffix)
      }
      database = try Self.open(file.path)
    } catch let error as DatabaseError where error.resultCode != .SQLITE_BUSY {
      database = try Self.open(nil)
    }
  }

  private static func isDamaged(_ error: DatabaseError) -> Bool {
    [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_SCHEMA, .SQLITE_ERROR]
      .contains(error.resultCode)
  }

  /// Opens a file, or a database in memory where `nil`.
  private static func open(_ path: String?) throws -> DatabaseQueue {
    var configuration = GRDB.Configuration()
    // Another training may be about to write.
    configuration.busyMode = .timeout(10)
    if path != nil { configuration.journalMode = .wal }
    let database =
      try path.map { try DatabaseQueue(path: $0, configuration: configuration) }
      ?? DatabaseQueue(configuration: configuration)
    try database.inTransaction(.immediate) { database in
      let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
      if found != version { try database.execute(sql: "DROP TABLE IF EXISTS run") }
      try database.execute(sql: schema)
      try database.execute(sql: "PRAGMA user_version = \(version)")
      // Reads every page, so that damage shows here and not later.
      let check = try String.fetchOne(database, sql: "PRAGMA quick_check(1)")
      guard check == "ok" else { throw DatabaseError(resultCode: .SQLITE_CORRUPT) }
      return .commit
    }
    return database
  }

  /// Takes a run in, or brings it up to date.
  ///
  /// - Throws: `CommandError` where the folder holds no run; what the database throws.
  func register(_ folder: RunFolder) throws {
    let row = try Row(folder)
    try write { try row.save($0) }
  }

  /// Brings the database up to date with the folders.
  func refresh() throws -> Changes {
    let known = try database.read { database in
      try GRDB.Row.fetchAll(database, sql: "SELECT folder, id, stamp FROM run")
        .map { row -> (folder: String, id: String?, stamp: String) in
          (row["folder"], row["id"], row["stamp"])
        }
    }
    let found = Set(RunFolder.all(in: project).map(\.physicalPath))
    let stamps = Dictionary(known.map { ($0.folder, $0.stamp) }) { first, _ in first }
    let present = found.union(
      known.flatMap { [$0.folder, RunFolder(URL(fileURLWithPath: $0.folder)).physicalPath] }
    ).sorted()
    var (rows, lost): ([Row], [String]) = ([], [])
    for path in present {
      let folder = RunFolder(URL(fileURLWithPath: path))
      // What is reached by a link now is in the list by its own path, too.
      guard folder.physicalPath == path else {
        lost.append(path)
        continue
      }
      // A process that was killed changes no file, only the lock is gone.
      if stamps[path] == RunSummary.stamp(folder) { continue }
      do {
        rows.append(try Row(folder))
      } catch {
        // What cannot be read now may be again.
        if stamps[path] != nil, !folder.isUnreadable { lost.append(path) }
      }
    }
    if !rows.isEmpty || !lost.isEmpty {
      try write { database in
        for row in rows { try row.save(database) }
        for path in lost {
          try database.execute(sql: "DELETE FROM run WHERE folder = ?", arguments: [path])
        }
      }
    }
    var changes = Changes()
    let ids = Dictionary(known.map { ($0.folder, $0.id) }) { first, _ in first }
    for path in lost {
      let new = rows.first { row in
        row.id != nil && row.id == ids[path] ?? nil && stamps[row.folder] == nil
      }
      if let new {
        changes.moved.append((path, new.folder))
      } else {
        changes.gone.append(path)
      }
    }
    return changes
  }

  /// Takes a run out.
  func forget(_ folder: String) throws {
    try write {
      try $0.execute(sql: "DELETE FROM run WHERE folder = ?", arguments: [folder])
    }
  }

  /// The runs that a filter lets through, in an order.
  func runs(_ filter: RunFilter = RunFilter()) throws -> [RunSummary] {
    var (conditions, values): ([String], [any DatabaseValueConvertible]) = ([], [])
    for (column, value) in [
      ("dataset", filter.dataset), ("model", filter.model), ("outcome", filter.outcome?.rawValue),
    ] {
      guard let value else { continue }
      conditions.append("\(column) = ?")
      values.append(value)
    }
    let condition = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
    let direction = filter.sort.isDescending != filter.isReversed ? "DESC" : "ASC"
    let sql = """
      SELECT summary FROM run \(condition)
      ORDER BY \(filter.sort.column) IS NULL, \(filter.sort.column) \(direction), folder \(direction)
      LIMIT ?
      """
    values.append(filter.limit ?? -1)
    let blobs = try database.read {
      try Data.fetchAll($0, sql: sql, arguments: StatementArguments(values))
    }
    return try blobs.map { try ReportCoding.decode(RunSummary.self, from: $0) }
  }

  private func write(_ updates: (Database) throws -> Void) throws {
    try database.inTransaction(.immediate) {
      try updates($0)
      return .commit
    }
  }

  /// A run as the table has it.
  private struct Row {
    let folder: String
    let id: String?
    let stamp: String
    let summary: RunSummary

    init(_ folder: RunFolder) throws {
      // The stamp first: what changes in between is read again next time.
      stamp = RunSummary.stamp(folder)
      summary = try RunSummary(folder)
      self.folder = summary.folder
      id = summary.id
    }

    func save(_ database: Database) throws {
      try database.execute(
        sql: "INSERT OR REPLACE INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        arguments: [
          folder, id, stamp, summary.dataset, summary.model, summary.outcome.rawValue,
          summary.started?.timeIntervalSince1970, summary.epochs, summary.seconds,
          summary.bestAccuracy, summary.bestValidationLoss, try ReportCoding.encode(summary),
        ])
    }
  }
}
