public import Foundation
import FoveaFormats

/// The folder that a training leaves: configuration, tables, checkpoint and charts.
public struct RunFolder: Hashable, Sendable {
  /// The folder.
  public let url: URL

  /// What the configuration's file is called.
  public static let configurationName = "config.json"
  /// What the file is called that a process that trains keeps locked.
  static let lockName = ".lock"
  /// Where folders of runs are made when none is named.
  public static let defaultParent = "runs/train"

  /// Refers to a folder, which need not be there.
  public init(_ url: URL) { self.url = url }

  /// What was asked for, nothing left open.
  public var configuration: URL { url.appendingPathComponent(Self.configurationName) }
  /// Where the run comes from: environment, data, code, times and outcome.
  public var manifest: URL { url.appendingPathComponent("run.json") }
  /// What the training took from the weights that it started from, where there were some.
  public var transfer: URL { url.appendingPathComponent("transfer.json") }
  /// A row an epoch.
  public var metrics: URL { url.appendingPathComponent("metrics.csv") }
  /// A row a step.
  public var steps: URL { url.appendingPathComponent("steps.csv") }
  /// A JSON object a step and an epoch, where that was asked for.
  public var jsonLines: URL { url.appendingPathComponent("log.jsonl") }
  /// A JSON object a look, with what each layer did, where layers were looked at.
  public var layers: URL { url.appendingPathComponent("layers.jsonl") }
  /// Weights, optimiser and progress.
  public var checkpoint: URL { url.appendingPathComponent("checkpoint.safetensors") }
  /// The checkpoint of the best epoch.
  public var best: URL { url.appendingPathComponent("best.safetensors") }
  /// The loss curve.
  public var lossChart: URL { url.appendingPathComponent("loss.svg") }
  /// Learning rate and momentum.
  public var scheduleChart: URL { url.appendingPathComponent("schedule.svg") }
  /// What is wrong with the training, where layers were looked at.
  public var health: URL { url.appendingPathComponent("health.json") }
  /// A table and pictures of where the network is right and wrong, where it was evaluated.
  public var evaluation: URL { url.appendingPathComponent("evaluation") }
  /// The page of `fovea report`.
  public var page: URL { url.appendingPathComponent("report.html") }
  /// The report of a finished training.
  public var result: URL { url.appendingPathComponent("result.json") }
  /// A picture of what layers did, where they were looked at.
  public func chart(of picture: LayerPicture) -> URL {
    url.appendingPathComponent("\(picture.rawValue).svg")
  }
  /// What a process that trains keeps locked.
  var lock: URL { url.appendingPathComponent(Self.lockName) }

  /// Makes the folder of a new run: `path`, or `runs/train/<name>` with the first number that is free.
  ///
  /// - Throws: `CommandError.folderInUse` where `path` holds something, or `unwritable`.
  static func create(at path: String?, name: String) throws(CommandError) -> RunFolder {
    let files = FileManager.default
    func make(_ url: URL, withParents: Bool) throws(CommandError) {
      do {
        try files.createDirectory(at: url, withIntermediateDirectories: withParents)
      } catch {
        throw .unwritable(url.path, reason: error.localizedDescription)
      }
    }
    if let path {
      let url = URL(fileURLWithPath: path)
      try make(url, withParents: true)
      let contents = try? files.contentsOfDirectory(atPath: url.path)
      // A training that failed early leaves its lock.
      guard let contents, contents.allSatisfy({ $0 == lockName }) else { throw .folderInUse(path) }
      return RunFolder(url)
    }
    let parent = URL(fileURLWithPath: defaultParent)
    try make(parent, withParents: true)
    var number = 1
    while true {
      let url = parent.appendingPathComponent(number == 1 ? name : "\(name)\(number)")
      do {
        // Fails where it is there already, so that two trainings never share a folder.
        try make(url, withParents: false)
        return RunFolder(url)
      } catch {
        guard files.fileExists(atPath: url.path) else { throw error }
        number += 1
      }
    }
  }

  /// The folder's path without links: the same for all paths that lead to it.
  var physicalPath: String { url.resolvingSymlinksInPath().standardizedFileURL.path }

  /// Whether permissions forbid to see what is in the folder.
  var isUnreadable: Bool {
    let files = FileManager.default
    return files.fileExists(atPath: url.path)
      && !(files.isReadableFile(atPath: url.path) && files.isExecutableFile(atPath: url.path))
  }

  /// Reads what a run was asked for.
  ///
  /// - Throws: `CommandError.noRun`, `unreadable` or `damaged`.
  func readConfiguration() throws(CommandError) -> TrainConfiguration {
    guard FileManager.default.fileExists(atPath: configuration.path) else {
      throw isUnreadable ? .unreadable(url.path) : .noRun(url.path)
    }
    do {
      let data = try RunFile.read(configuration, limit: RunFile.mostJSONBytes)
      var stored = try ReportCoding.decode(TrainConfiguration.self, from: data)
      // Earlier versions took a share for validation of what comes in parts, and made nothing of it.
      if DatasetName(rawValue: stored.dataset) != nil { stored.images?.validation = nil }
      try stored.check()
      return stored
    } catch {
      throw .damaged(file: configuration.path, reason: "\(error)")
    }
  }

  /// Reads where the run comes from.
  ///
  /// - Throws: `CommandError.damaged`; `noManifest` for runs of versions that wrote none.
  func readManifest() throws(CommandError) -> RunManifest {
    guard FileManager.default.fileExists(atPath: manifest.path) else {
      throw .noManifest(url.path)
    }
    do {
      let stored = try ReportCoding.decode(
        RunManifest.self, from: RunFile.read(manifest, limit: RunFile.mostJSONBytes))
      try stored.check()
      return stored
    } catch {
      throw .damaged(file: manifest.path, reason: "\(error)")
    }
  }

  /// Writes a value as JSON for people.
  func write(_ value: some Encodable, to file: URL) throws {
    try AtomicFile.write(
      try ReportCoding.encode(value, isPretty: true) + Data("\n".utf8), to: file)
  }
}
