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

  @Argument(help: "\(DatasetName.allCases.map(\.rawValue).joined(separator: " or ")).")
  var dataset: String?

  @Option(help: "The network, see fovea models. (default: simple-cnn)")
  var model: String?

  @Option(help: "Epochs in all; a resumed run may get more. (default: 5)")
  var epochs: Int?

  @Option(help: "Images of a batch. (default: 64)")
  var batchSize: Int?

  @Option(
    help: "The highest learning rate. (default: 0.01; sgd 0.06, lion and rmsprop 0.001, lars 1)")
  var maxLr: Double?

  @Option(help: "How the learning rate changes. (default: one-cycle)")
  var schedule: ScheduleName?

  @Option(help: "How weights follow gradients. (default: adamw)")
  var optimizer: OptimizerName?

  @Option(
    help:
      "Momentum or beta 1; the one-cycle schedules set their own. (default: 0.9, rmsprop 0, muon 0.95)"
  )
  var momentum: Double?

  @Option(
    help:
      "How much weights shrink, biases and normalisation left out. (default: 0; adamw and lamb 0.01, lion and muon 0.1)"
  )
  var weightDecay: Double?

  @Option(help: "The share of the target that is spread over all classes. (default: 0)")
  var labelSmoothing: Double?

  @Option(help: "What everything random comes from. (default: 0)")
  var seed: UInt64?

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @Option(
    help: "The run's folder. (default: a new one, runs/train/MODEL-DATASET)",
    completion: .directory)
  var out: String?

  @Option(
    help: "The folder of the dataset's files. (default: $FOVEA_DATA, the cache, then a download)",
    completion: .directory)
  var data: String?

  @Flag(help: "Go on with the run in --out, with its own configuration.")
  var resume = false

  @Flag(help: "Leave out a last batch of fewer images.")
  var dropLast = false

  @Option(
    help:
      "How exact arithmetic is; bfloat16 and float16 keep activations in half the bits. (default: float32)"
  )
  var precision: Precision?

  @Flag(help: "Compute cheap activations anew in the backward pass, for less memory.")
  var recompute = false

  @Flag(help: "Print the result alone.")
  var quiet = false

  @OptionGroup(title: "Recipe options") var recipe: RecipeOptions

  @OptionGroup var report: ReportOptions

  private var command: TrainCommand {
    var command = TrainCommand(dataset: dataset, output: out, isResumed: resume)
    command.model = model
    command.epochs = epochs
    command.batchSize = batchSize
    command.maxLearningRate = maxLr
    command.schedule = schedule
    command.optimizer = optimizer
    command.momentum = momentum
    command.weightDecay = weightDecay
    command.labelSmoothing = labelSmoothing
    command.seed = seed
    command.threads = threads
    command.dropLast = dropLast ? true : nil
    command.precision = precision
    command.recomputes = recompute ? true : nil
    command.data = data
    command.recipe = recipe.recipe
    return command
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
