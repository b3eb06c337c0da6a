public import Foundation
import FoveaTraining

/// A run in a line: what the runs database knows of each.
public struct RunSummary: Hashable, Codable, Sendable {
  /// The run's folder, by its path without links.
  public let folder: String
  /// What it keeps when its folder is moved; `nil` for runs of versions that gave none.
  public let id: String?
  /// What was learned.
  public let dataset: String
  /// The network.
  public let model: String
  /// How it ended, or that it has not.
  public let outcome: RunOutcome
  /// Why it failed.
  public let reason: String?
  /// When it started.
  public let started: Date?
  /// When it ended.
  public let ended: Date?
  /// The epochs that it was to have.
  public let plannedEpochs: Int
  /// The epochs that are done.
  public let epochs: Int
  /// How long they took together.
  public let seconds: Double
  /// The highest accuracy after an epoch, 0 to 1.
  public let bestAccuracy: Double?
  /// The accuracy after the last epoch, 0 to 1.
  public let accuracy: Double?
  /// The least validation loss after an epoch.
  public let bestValidationLoss: Double?
  /// The training loss of the last epoch.
  public let trainLoss: Double?
  /// What is wrong with it; `nil` where nobody looked.
  public let findings: Int?
  /// Every option by name, with the value that it came to.
  public let options: [String: String]

  /// The folder's own name.
  public var name: String { URL(fileURLWithPath: folder).lastPathComponent }

  /// Reads a run's folder.
  ///
  /// - Throws: `CommandError.noRun` or `damaged` where it is none.
  init(_ run: RunFolder) throws(CommandError) {
    let configuration = try run.readConfiguration()
    let manifest = try? run.readManifest()
    let rows = run.readEpochs()
    folder = run.physicalPath
    id = manifest?.id
    dataset = configuration.dataset
    model = configuration.model
    plannedEpochs = configuration.epochs
    started = manifest?.started
    ended = manifest?.ended
    outcome = Self.outcome(of: run, last: manifest?.sessions.last)
    reason = manifest?.sessions.last?.reason
    epochs = rows.count
    seconds = rows.reduce(0) { $0 + $1.seconds }
    bestAccuracy = rows.compactMap(\.accuracy).filter(\.isFinite).max()
    accuracy = rows.last?.accuracy
    bestValidationLoss = rows.compactMap(\.validationLoss).filter(\.isFinite).min()
    trainLoss = rows.last?.trainLoss
    findings = run.readFindings()?.count
    options = manifest?.options ?? configuration.options
  }

  /// A process that lives keeps the folder locked; one that was killed does not.
  private static func outcome(of run: RunFolder, last: RunSession?) -> RunOutcome {
    guard let last, last.outcome != .running else {
      if RunLock.isHeld(run, orUnknown: true) { return .running }
      let isDone = last == nil && FileManager.default.fileExists(atPath: run.result.path)
      return isDone ? .completed : .interrupted
    }
    return last.outcome
  }

  /// A text that changes with what a summary is made of.
  static func stamp(_ run: RunFolder) -> String {
    [run.configuration, run.manifest, run.metrics, run.result, run.health].map(RunFile.stamp)
      .joined(separator: " ") + (RunLock.isHeld(run, orUnknown: true) ? " locked" : "")
  }
}

extension RunFolder {
  /// What was found wrong with the training; `nil` where nobody looked, or the file is damaged.
  func readFindings() -> [HealthFinding]? {
    guard let data = try? RunFile.read(health, limit: RunFile.mostJSONBytes) else { return nil }
    let findings = try? ReportCoding.decode([HealthFinding].self, from: data)
    guard let findings, findings.allSatisfy({ RunFile.steps.contains($0.step) }) else { return nil }
    return findings
  }
}
