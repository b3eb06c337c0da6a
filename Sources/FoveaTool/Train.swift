import ArgumentParser
import Foundation
import FoveaCommands
import FoveaData
import FoveaDrawing
import FoveaRuntime
import FoveaTraining

/// `fovea train`: trains a network.
struct Train: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a network on a dataset.",
    discussion: """
      Prints the resolved configuration, the network and a row an epoch, and leaves a run folder with \
      config.json, run.json, metrics.csv, steps.csv, checkpoint.safetensors, best.safetensors (of the best epoch), loss.svg, schedule.svg and result.json. \
      Ctrl-C stops after the current step and keeps a checkpoint; --resume goes on from it, with the same \
      result as if it had never stopped.
      """)

  @OptionGroup var options: TrainingOptions

  @OptionGroup(title: "Transfer options") var transfer: TransferOptions

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

  @Flag(
    help:
      "Look at layers now and then, draw what they do, and name what is wrong, after each epoch and at the end."
  )
  var stats = false

  @Option(
    help:
      "Look at layers each so many steps; a look takes about as long as a step. Implies --stats. (default: 32)"
  )
  var statsInterval: Int?

  @Option(
    help: """
      The layers to look at, by patterns of their paths with commas between, such as 'layer4.*,head'. Implies --stats. \
      (default: convolutions and fully connected layers)
      """)
  var statsLayers: String?

  @Flag(
    help: """
      End with exit code 1 where something is wrong with the training, but for how fast it is; implies --stats.
      """)
  var failOnUnhealthy = false

  @Option(
    help:
      "End after so many epochs in a row without a better one; a resumed run may get more. (default: never)"
  )
  var earlyStop: Int?

  @Option(
    help: "What makes an epoch the best: loss or accuracy of the validation images. (default: loss)"
  )
  var bestBy: BestMeasure?

  @Option(help: "Stop after so many minutes, with a checkpoint for --resume. (default: never)")
  var maxMinutes: Double?

  @Flag(
    name: .customLong("report"),
    help: "Evaluate at the end, and write all that is known of the run as a page, report.html.")
  var writesReport = false

  @Flag(help: "Print the result alone.")
  var quiet = false

  @OptionGroup var report: ReportOptions

  var command: TrainCommand {
    var command = options.command
    command.output = out
    command.recipe.logs = log
    command.isResumed = resume
    command.isWatched = stats || failOnUnhealthy || statsInterval != nil || statsLayers != nil
    command.statsInterval = statsInterval
    command.statsLayers = statsLayers.map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    command.earlyStop = earlyStop
    command.bestBy = bestBy
    command.maxMinutes = maxMinutes
    command.transfer = transfer.recipe
    command.project = "."
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
        "Accuracy \(accuracy) on the validation images after \(counted(result.epochs.count, "epoch")), "
          + "trained in \(NumberFormat.fixed(result.seconds, decimals: 1)) s.")
      if let best = result.bestEpoch, best != result.epochs.count {
        console.printResult(
          (result.endedEarly ? "Ended early, no epoch was better than " : "The best was ")
            + "epoch \(best): fovea evaluate \(quoted(run)) DATASET --best")
      }
      if let averaged = result.averagedAccuracy {
        console.printResult(
          "Accuracy \(NumberFormat.percent(averaged)) with the average of the weights.")
      }
      console.printResult("Run folder: \(run)")
      if writesReport {
        var page = ReportCommand(result.run)
        page.evaluates = true
        page.threads = options.command.threads
        console.printResult("Report: \(shortened(try await page.run().file))")
      }
    }
    if !result.damagedImages.isEmpty {
      console.printResult(
        "\(counted(result.damagedImages.count, "image")) could not be read and "
          + "\(result.damagedImages.count == 1 ? "was" : "were") left out.")
    }
    if let share = result.clippedShare {
      console.printResult(
        "Gradients were clipped in \(NumberFormat.percent(share)) of the updates.")
    }
    if let findings = result.findings { Self.show(findings, console) }
    try console.printJSON(result)
    if failOnUnhealthy, result.findings?.contains(where: { !$0.isAboutSpeed }) == true {
      throw ExitCode.failure
    }
    if result.wasStopped { throw ExitCode.failure }
  }
}
