import ArgumentParser
import FoveaCommands
import FoveaData
import FoveaDrawing
import FoveaTraining

/// `fovea evaluate`: measures a network.
struct Evaluate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure a trained network on a dataset.")

  @Argument(help: "A checkpoint's file, or a run's folder.", completion: .file())
  var checkpoint: String

  @Argument(
    help:
      "A dataset's name (\(DatasetName.list)), a folder of images, a .csv table, or a .npz file.")
  var dataset: String

  @Option(
    help: """
      Which part of the dataset: test is the one for validation where a folder has that. A run's own dataset that is \
      in no parts is split as in the run.
      """)
  var split: MNIST.Split = .test

  @Option(help: "Images of a batch.")
  var batchSize = 256

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @Option(
    help: "Batches that are made ahead, 0 to 64; they change no result. (default: 2)")
  var workers: Int?

  @Option(
    help: "The folder of the dataset's files. (default: $FOVEA_DATA, the cache, then a download)",
    completion: .directory)
  var data: String?

  @Flag(help: "Measure the average of the weights that --ema or --swa kept.")
  var averaged = false

  @Flag(help: "Take the weights of a run's best epoch. (default: those of its last)")
  var best = false

  @Option(
    help: """
      A folder for classes.csv, class-scores.svg, confusion.svg, confusion-percent.svg, reliability.svg, results.svg \
      (some images, what they are and what they are taken for) and top-losses.svg; what is in it under \
      these names is written over.
      """, completion: .directory)
  var details: String?

  @Option(help: "What the pictures of --details are written as. (default: svg)")
  var pictures: PictureFormat?

  @Option(help: "What happens to images that cannot be read: fail or skip.")
  var damaged = DamagedImagePolicy.fail

  @OptionGroup(title: "Options of a folder or table (default: as in the run)")
  var classes: ClassOptions

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let console = Console(json: report.json)
    let downloads = DownloadDisplay(console)
    var command = EvaluateCommand(
      checkpoint: checkpoint, dataset: dataset, split: split, batchSize: batchSize,
      threads: threads, data: data, isAveraged: averaged, details: details)
    command.workers = workers
    command.isBest = best
    command.damagedImages = damaged
    command.pictures = pictures
    command.classRules = classes.rules
    let result = try await command.run { downloads.show($0) }
    console.print(
      "Weights: \(shortened(result.checkpoint)), after \(counted(result.epochs, "epoch")).")
    if let conversion = result.conversion {
      console.print("Images: \(conversion), as the network was trained.")
    }
    console.print(
      "Accuracy \(NumberFormat.percent(result.accuracy)), loss "
        + "\(NumberFormat.fixed(result.loss, decimals: 4)) on \(NumberFormat.grouped(result.images)) "
        + "\(result.part == "all" ? "" : result.part + " ")images of \(dataset), in "
        + "\(NumberFormat.fixed(result.seconds, decimals: 2)) s.")
    if result.part == "all" {
      console.print("These are all images; the network may have learned from some of them.")
    }
    if result.damaged > 0 {
      console.print("\(counted(result.damaged, "image")) could not be read and did not count.")
    }
    if let details = result.details { Self.show(details, console) }
    try console.printJSON(result)
  }

  private static func show(_ details: EvaluationDetails, _ console: Console) {
    func row(_ scores: ConfusionMatrix.ClassScores) -> [String] {
      [scores.name]
        + [scores.precision, scores.recall, scores.f1].map { NumberFormat.percent($0) }
        + [NumberFormat.grouped(scores.support)]
    }
    console.print()
    console.print(
      TextTable(
        [
          .init("Class"), .init("Precision", .right), .init("Recall", .right), .init("F1", .right),
          .init("Images", .right),
        ], rows: details.classes.map(row),
        footer: [row(details.macroAverage), row(details.weightedAverage)]
      ).lines)
    console.print()
    if let most = details.mostConfused.first {
      console.print(
        "Most confused: \(most.label) is taken for \(most.predicted) in "
          + "\(counted(most.images, "image")), \(NumberFormat.percent(most.share)) of its class.")
    }
    console.print(
      "Expected calibration error \(NumberFormat.percent(details.calibration.expectedError)), "
        + "largest \(NumberFormat.percent(details.calibration.largestError)).")
    console.print("Written: " + details.files.map(shortened).joined(separator: ", "))
  }
}
