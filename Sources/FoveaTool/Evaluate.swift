import ArgumentParser
import FoveaCommands
import FoveaData
import FoveaDrawing

/// `fovea evaluate`: measures a network.
struct Evaluate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a trained network on a dataset.")

  @Argument(help: "A checkpoint's file, or a run's folder.", completion: .file())
  var checkpoint: String

  @Argument(help: "\(DatasetName.allCases.map(\.rawValue).joined(separator: " or ")).")
  var dataset: String

  @Option(help: "Which part of the dataset.")
  var split: MNIST.Split = .test

  @Option(help: "Images of a batch.")
  var batchSize = 256

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @Option(
    help: "The folder of the dataset's files. (default: $FOVEA_DATA, the cache, then a download)",
    completion: .directory)
  var data: String?

  @Flag(help: "Measure the average of the weights that --ema or --swa kept.")
  var averaged = false

  @Flag(help: "Take the weights of a run's best epoch. (default: those of its last)")
  var best = false

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let console = Console(json: report.json)
    let downloads = DownloadDisplay(console)
    var command = EvaluateCommand(
      checkpoint: checkpoint, dataset: dataset, split: split, batchSize: batchSize,
      threads: threads, data: data, isAveraged: averaged)
    command.isBest = best
    let result = try await command.run { downloads.show($0) }
    console.print(
      "Weights: \(shortened(result.checkpoint)), after \(counted(result.epochs, "epoch")).")
    console.print(
      "Accuracy \(NumberFormat.percent(result.accuracy)), loss "
        + "\(NumberFormat.fixed(result.loss, decimals: 4)) on \(NumberFormat.grouped(result.images)) "
        + "\(split.rawValue) images of \(dataset), in "
        + "\(NumberFormat.fixed(result.seconds, decimals: 2)) s.")
    try console.printJSON(result)
  }
}
