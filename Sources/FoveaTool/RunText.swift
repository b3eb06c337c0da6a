import Foundation
import FoveaCommands
import FoveaDrawing

/// Runs as text.
enum RunText {
  /// A line a fact.
  static func facts(_ rows: [(name: String, value: String)]) -> [String] {
    let table = TextTable([.init(""), .init("")], rows: rows.map { [$0.name, $0.value] })
    return table.rows.map { "  " + table.line($0) }
  }

  static func table(of runs: [RunSummary]) -> [String] {
    TextTable(
      [
        .init("Run"), .init("Dataset"), .init("Model"), .init("Outcome"), .init("Epochs", .right),
        .init("Accuracy", .right), .init("Loss", .right), .init("Time", .right), .init("Started"),
      ],
      rows: runs.map { run in
        [
          shortened(run.folder), run.dataset, run.model, run.outcome.rawValue, epochs(run),
          percent(run.bestAccuracy), number(run.bestValidationLoss),
          NumberFormat.clock(seconds: run.seconds), date(run.started),
        ]
      }
    ).lines
  }

  static func table(of items: [PruneRunsCommand.Report.Item]) -> [String] {
    TextTable(
      [
        .init("Run"), .init("Outcome"), .init("Epochs", .right), .init("Accuracy", .right),
        .init("Started"), .init("Size", .right), .init(""),
      ],
      rows: items.map { item in
        [
          shortened(item.run.folder), item.run.outcome.rawValue, epochs(item.run),
          percent(item.run.bestAccuracy), date(item.run.started),
          NumberFormat.short(item.bytes) + "B", item.kept.map { "stays: \($0)" } ?? "",
        ]
      }
    ).lines
  }

  static func table(of epochs: [RunEpoch]) -> [String] {
    TextTable(
      [
        .init("Epoch", .right), .init("Train loss", .right), .init("Validation loss", .right),
        .init("Accuracy", .right), .init("Time", .right),
      ],
      rows: epochs.map { epoch in
        [
          "\(epoch.epoch)", number(epoch.trainLoss), number(epoch.validationLoss),
          percent(epoch.accuracy), NumberFormat.fixed(epoch.seconds, decimals: 2) + " s",
        ]
      }
    ).lines
  }

  static func outcome(_ run: RunSummary) -> [(name: String, value: String)] {
    [
      ("outcome", run.outcome.rawValue + (run.reason.map { ": \($0)" } ?? "")),
      ("epochs", epochs(run)), ("best accuracy", percent(run.bestAccuracy)),
      ("last accuracy", percent(run.accuracy)),
      ("best validation loss", number(run.bestValidationLoss)),
      ("started", date(run.started)), ("ended", date(run.ended)),
      ("time", NumberFormat.clock(seconds: run.seconds)),
    ]
  }

  static func origin(_ manifest: RunManifest) -> [(name: String, value: String)] {
    let data = manifest.data
    var rows = manifest.environment?.lines ?? []
    rows.append(("code", manifest.sessions.last?.code.map { "\($0)" } ?? "no Git repository"))
    rows.append(
      (
        "training data",
        "\(counted(data.trainingImages, "image")), \(data.training.prefix(12))"
      ))
    rows.append(
      (
        "validation data",
        "\(counted(data.validationImages, "image")), \(data.validation.prefix(12))"
      ))
    rows.append(("checksums over", "labels and \(data.method.rawValue)"))
    if let weights = manifest.startingWeights {
      rows.append(("starting weights", String(weights.prefix(12))))
    }
    if manifest.sessions.count > 1 {
      rows.append(
        (
          "trained in",
          "\(manifest.sessions.count) parts, from steps "
            + manifest.sessions.map { "\($0.firstStep + 1)" }.joined(separator: ", ")
        ))
    }
    return rows
  }

  static func comparison(_ report: CompareRunsCommand.Report) -> [String] {
    let columns = report.runs.map { TextTable.Column(shortened($0.folder)) }
    func row(_ name: String, _ value: (RunSummary) -> String) -> [String] {
      [name] + report.runs.map(value)
    }
    func rows(_ lines: [CompareRunsCommand.Report.Line]) -> [[String]] {
      lines.map { line in [line.name] + line.values.map { $0 ?? "–" } }
    }
    let options = rows(report.options)
    return TextTable(
      [.init("")] + columns,
      rows: [
        row("outcome") { $0.outcome.rawValue }, row("epochs", epochs),
        row("best accuracy") { percent($0.bestAccuracy) },
        row("last accuracy") { percent($0.accuracy) },
        row("best validation loss") { number($0.bestValidationLoss) },
        row("training loss") { number($0.trainLoss) },
        row("time") { NumberFormat.clock(seconds: $0.seconds) },
      ] + (options.isEmpty ? [["options", "all alike"]] : options) + rows(report.environment)
    ).lines
  }

  private static func epochs(_ run: RunSummary) -> String {
    run.epochs == run.plannedEpochs ? "\(run.epochs)" : "\(run.epochs) of \(run.plannedEpochs)"
  }

  private static func percent(_ share: Double?) -> String {
    share.map { NumberFormat.percent($0) } ?? "–"
  }

  private static func number(_ value: Double?) -> String {
    value.map { NumberFormat.fixed($0, decimals: 4) } ?? "–"
  }

  private static func date(_ date: Date?) -> String {
    date?.formatted(
      .iso8601.year().month().day().dateTimeSeparator(.space)
        .time(includingFractionalSeconds: false).timeZone(separator: .omitted)) ?? "–"
  }
}
