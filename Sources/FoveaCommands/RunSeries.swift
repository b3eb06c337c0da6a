import Foundation
import FoveaTraining

/// Stops a series of trainings when their time is over.
final class SeriesLimit: TrainingObserver {
  private let end: ContinuousClock.Instant?

  /// Counts from now.
  ///
  /// - Throws: `CommandError.option` for a time that is none.
  init(minutes: Double?) throws(CommandError) {
    if let minutes, !(minutes > 0 && minutes <= 1e6) {
      throw .option("--max-minutes", value: "\(minutes)", allowed: TrainCommand.allowedMinutes)
    }
    end = minutes.map { .now + .seconds($0 * 60) }
  }

  func receive(_ event: TrainingEvent) -> TrainingAction {
    if case .stepEnded = event, let end, ContinuousClock.now >= end { .stop } else { .proceed }
  }
}

/// A folder of several runs that belong together, with a file that says what was asked for.
enum RunSeries {
  /// Makes the folder of a new series, or finds the one that goes on: where its file has the same request.
  ///
  /// - Throws: `CommandError.folderInUse` where the folder holds something else.
  static func folder<Request: Codable & Equatable>(
    at path: String?, name: String, file: String, request: Request
  ) throws -> URL {
    if let path {
      let url = URL(fileURLWithPath: path)
      let data = try? RunFile.read(
        url.appendingPathComponent(file), limit: RunFile.mostJSONBytes)
      let stored = data.flatMap { try? ReportCoding.decode(Request.self, from: $0) }
      if stored == request { return url }
    }
    let folder = try RunFolder.create(at: path, name: name)
    try folder.write(request, to: folder.url.appendingPathComponent(file))
    return folder.url
  }

  /// Reads what was asked for.
  ///
  /// - Throws: `CommandError.missing` or `damaged`.
  static func read<Request: Decodable>(
    _ type: Request.Type, from folder: String, file: String, kind: String
  ) throws(CommandError) -> Request {
    let url = URL(fileURLWithPath: folder).appendingPathComponent(file)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw .missing(
        "\(url.path)", remedy: "name the folder of a \(kind) with --resume --out FOLDER")
    }
    do {
      return try ReportCoding.decode(type, from: RunFile.read(url, limit: RunFile.mostJSONBytes))
    } catch {
      throw .damaged(file: url.path, reason: "\(error)")
    }
  }
}

extension TrainCommand {
  /// Asks for the run in a folder to go on as it began.
  func resumed(in folder: String) -> TrainCommand {
    var command = TrainCommand(output: folder, isResumed: true)
    command.threads = threads
    command.workers = workers
    command.project = project
    command.isWatched = isWatched
    command.statsInterval = statsInterval
    command.statsLayers = statsLayers
    return command
  }
}

extension RunFolder {
  /// Whether a run has begun here.
  var hasConfiguration: Bool { FileManager.default.fileExists(atPath: configuration.path) }

  /// The report of a run that is finished; `nil` for any other.
  func finishedReport() -> TrainReport? {
    guard let data = try? RunFile.read(result, limit: RunFile.mostJSONBytes) else { return nil }
    return try? ReportCoding.decode(TrainReport.self, from: data)
  }
}
