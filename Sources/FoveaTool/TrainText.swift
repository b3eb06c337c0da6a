import Foundation
import FoveaCommands
import FoveaData
import FoveaDrawing
import FoveaTraining
import Synchronization

extension Train {
  /// Prints the resolved configuration.
  static func show(_ configuration: TrainConfiguration, _ console: Console) {
    let momentum = configuration.momentum.map { "\($0)" } ?? "set by the schedule"
    let isNamed = DatasetName(rawValue: configuration.dataset) != nil
    let place = isNamed ? "found by name" : "its own files"
    let rows: [(String, String)] =
      [
        ("dataset", configuration.dataset),
        ("data", configuration.data ?? place),
        ("model", configuration.model),
        ("epochs", "\(configuration.epochs)"),
        ("batch size", "\(configuration.batchSize)\(configuration.dropLast ? ", drop last" : "")"),
        ("schedule", configuration.schedule.rawValue),
        ("max learning rate", configuration.learningRateText),
        ("optimizer", configuration.optimizer.rawValue),
        ("momentum", momentum),
        ("weight decay", "\(configuration.weightDecay)"),
        ("label smoothing", "\(configuration.labelSmoothing)"),
        ("seed", "\(configuration.seed)"),
        ("precision", configuration.precision.rawValue),
        ("recompute", configuration.recomputes ? "cheap activations" : "nothing"),
        ("threads", "\(configuration.threads)"),
      ] + (configuration.images?.lines ?? []).map { ($0.name, $0.value) }
      + (configuration.recipe?.lines ?? []).map { ($0.name, $0.value) }
      + (configuration.transfer?.lines ?? []).map { ($0.name, $0.value) }
    console.printHeading("Configuration")
    let table = TextTable([.init(""), .init("")], rows: rows.map { [$0.0, $0.1] })
    console.print(table.rows.map { "  " + table.line($0) })
  }

  /// Prints the network, the data, and the head of the table of epochs.
  static func show(_ training: PreparedTraining, _ console: Console) {
    console.print()
    console.printHeading("Model")
    console.print(SummaryTable(training.summary).lines)
    console.print()
    if let transfer = training.transfer {
      console.printHeading("Transfer")
      console.print(transfer.lines)
      console.print()
    }
    let start = startLines(training)
    if !start.isEmpty {
      console.printHeading("Initial weights")
      console.print(start)
      console.print()
    }
    console.printHeading("Training")
    console.print(
      "\(NumberFormat.grouped(training.trainingImages)) training and "
        + "\(NumberFormat.grouped(training.validationImages)) validation images of "
        + "\(NumberFormat.extents(training.imageShape.dimensions)), into \(shortened(training.run))"
    )
    if training.isResumed {
      console.print("Going on after \(counted(training.step, "step")).")
    }
    console.print(TrainingDisplay.lines(before: training.finishedEpochs))
  }
}

extension Train {
  /// Prints what is wrong with a training.
  static func show(_ findings: [HealthFinding], _ console: Console) {
    console.printResult(
      findings.isEmpty
        ? "Health: nothing is wrong." : "Health: \(counted(findings.count, "finding"))")
    for finding in findings { console.printResult("  \(finding)") }
  }
}

/// Shows downloads: a line that is drawn over on a terminal, a line a file elsewhere.
final class DownloadDisplay: Sendable {
  private let console: Console
  private let announced = Mutex<Set<String>>([])

  init(_ console: Console) { self.console = console }

  func show(_ progress: DownloadProgress) {
    let isNew = announced.withLock { $0.insert(progress.name).inserted }
    if isNew, !console.isTerminal { console.print("Downloading \(progress.name)") }
    console.draw { width in
      let total = progress.total.map { " of \(NumberFormat.grouped($0))" } ?? ""
      let line =
        "Downloading \(progress.name)  \(NumberFormat.grouped(progress.bytes))\(total) bytes"
      return String(line.prefix(width))
    }
    if progress.bytes == progress.total { console.clearDrawing() }
  }
}

/// A path as short as it can be said from the current folder.
func shortened(_ path: String) -> String {
  let folder = FileManager.default.currentDirectoryPath + "/"
  return path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
}
