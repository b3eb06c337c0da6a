public import Foundation
import FoveaFormats

/// Gives the runs of a project as a table or as JSON, for other programs.
public struct ExportRunsCommand: Hashable, Codable, Sendable {
  /// What the runs are written as.
  public enum Format: String, Hashable, Codable, Sendable, CaseIterable {
    /// A row a run, with a column for each option.
    case csv
    /// An array of objects.
    case json
  }

  /// The project's folder.
  public var project: String
  /// Which runs, and in which order.
  public var filter: RunFilter
  /// What they are written as.
  public var format: Format
  /// Whether there is a row for each epoch of each run.
  public var showsEpochs: Bool

  /// Asks for an export.
  public init(
    project: String = ".", filter: RunFilter = RunFilter(), format: Format = .csv,
    showsEpochs: Bool = false
  ) {
    self.project = project
    self.filter = filter
    self.format = format
    self.showsEpochs = showsEpochs
  }

  /// The epochs of a run, as JSON has them.
  private struct RunWithEpochs: Encodable {
    let run: RunSummary
    let epochs: [RunEpoch]
  }

  /// Writes the text.
  ///
  /// - Throws: As `ListRunsCommand`.
  public func run() throws -> Data {
    let runs = try ListRunsCommand(project: project, filter: filter).run().runs
    func epochs(_ run: RunSummary) -> [RunEpoch] {
      RunFolder(URL(fileURLWithPath: run.folder)).readEpochs()
    }
    switch format {
    case .json:
      return
        (try showsEpochs
        ? ReportCoding.encode(
          runs.map { RunWithEpochs(run: $0, epochs: epochs($0)) }, isPretty: true)
        : ReportCoding.encode(runs, isPretty: true)) + Data("\n".utf8)
    case .csv:
      let rows =
        showsEpochs
        ? [["folder", "epoch", "train_loss", "validation_loss", "accuracy", "seconds"]]
          + runs.flatMap { run in epochs(run).map { [run.folder] + $0.cells } }
        : Self.table(of: runs)
      return Data(rows.map { $0.map(csvCell).joined(separator: ",") + "\n" }.joined().utf8)
    }
  }

  /// Writes the text, into a file too where one is named.
  ///
  /// - Throws: `CommandError`, or `FileWriteError` where the file cannot be written.
  public func run(writingTo file: String?) throws -> Data {
    let data = try run()
    if let file { try AtomicFile.write(data, to: URL(fileURLWithPath: file)) }
    return data
  }

  private static func table(of runs: [RunSummary]) -> [[String]] {
    let options = Set(runs.flatMap(\.options.keys)).sorted()
    let facts = [
      "folder", "id", "dataset", "model", "outcome", "started", "ended", "planned_epochs",
      "epochs", "seconds", "best_accuracy", "accuracy", "best_validation_loss", "train_loss",
      "findings",
    ]
    let header = options.map { option in
      let name = option.hasPrefix("--") ? String(option.dropFirst(2)) : option
      return facts.contains(name) ? "option_\(name)" : name
    }
    return [facts + header]
      + runs.map { run in
        let dates = [run.started, run.ended].map { $0?.ISO8601Format() ?? "" }
        let numbers = [
          run.bestAccuracy, run.accuracy, run.bestValidationLoss, run.trainLoss,
        ].map { $0.map { "\($0)" } ?? "" }
        return [run.folder, run.id ?? "", run.dataset, run.model, run.outcome.rawValue] + dates
          + ["\(run.plannedEpochs)", "\(run.epochs)", "\(run.seconds)"] + numbers
          + [run.findings.map { "\($0)" } ?? ""] + options.map { run.options[$0] ?? "" }
      }
  }
}

extension RunEpoch {
  fileprivate var cells: [String] {
    ["\(epoch)", "\(trainLoss)"]
      + [validationLoss, accuracy].map { $0.map { "\($0)" } ?? "" } + ["\(seconds)"]
  }
}
