import ArgumentParser
import Foundation
import FoveaCommands
import FoveaData
import FoveaDrawing
import FoveaRuntime

/// `fovea train`: trains a network.
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on a dataset.",
    discussion: """
      Prints the resolved configuration, the network and a row an epoch, and leaves a run folder with \
      config.json, metrics.csv, steps.csv, checkpoint.safetensors, loss.svg, schedule.svg and result.json. \
      Ctrl-C stops after the current step and keeps a checkpoint; --resume goes on from it, with the same \
      result as if it had never stopped.
      """)

  @OptionGroup var options: TrainingOptions

  @Option(
    help: "The run's folder. (default: a new one, runs/train/MODEL-DATASET)",
    completion: .directory)
  var out: String?

  @Option(
    help:
      "Logs in the run's folder besides metrics.csv and steps.csv: jsonl, tensorboard, or jsonl,tensorboard.",
    transform: Train.logs)
  var log: [LogName]?

  @Flag(help: "Go on with the run in --out, with its own configuration.")
  var resume = false

  @Flag(help: "Print the result alone.")
  var quiet = false

  @OptionGroup var report: ReportOptions

  private var command: TrainCommand {
    var command = options.command
    command.output = out
    command.recipe.logs = log
    command.isResumed = resume
    return command
  }

  private static func logs(_ text: String) throws -> [LogName] {
    let names = try Set(
      text.split(separator: ",").map { part in
        guard let name = LogName(rawValue: String(part)) else {
          throw ValidationError(
            "there is no log '\(part)'; choose from \(LogName.allCases.map(\.rawValue).joined(separator: ", "))"
          )
        }
        return name
      })
    return LogName.allCases.filter(names.contains)
  }

  func run() async throws {
    let console = Console(json: report.json, quiet: quiet)
    let downloads = DownloadDisplay(console)
    let result = try await command.run(observers: [TrainingDisplay(console)]) { step in
      switch step {
      case .configured(let configuration): Self.show(configuration, console)
      case .downloading(let progress): downloads.show(progress)
      case .prepared(let training): Self.show(training, console)
      }
    }
    let run = shortened(result.run)
    if !quiet { console.print() }
    if result.wasStopped {
      let done = result.epochs.count
      console.printResult(
        "Stopped in epoch \(done + 1), and kept a checkpoint. Go on with:\n"
          + "  fovea train --resume --out \(quoted(run))")
    } else {
      let accuracy = result.accuracy.map { NumberFormat.percent($0) } ?? "–"
      console.printResult(
        "Accuracy \(accuracy) on the test images after \(counted(result.epochs.count, "epoch")), "
          + "trained in \(NumberFormat.fixed(result.seconds, decimals: 1)) s.")
      if let averaged = result.averagedAccuracy {
        console.printResult(
          "Accuracy \(NumberFormat.percent(averaged)) with the average of the weights.")
      }
      console.printResult("Run folder: \(run)")
    }
    try console.printJSON(result)
    if result.wasStopped { throw ExitCode.failure }
  }
}
