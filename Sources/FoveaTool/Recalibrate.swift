import ArgumentParser
import FoveaCommands
import FoveaData
import FoveaDrawing

/// `fovea recalibrate-bn`: measures running statistics anew.
struct Recalibrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recalibrate-bn",
    abstract: "Measure the running statistics of batch normalisations anew.",
    discussion: """
      They become the mean over batches of training images, for weights that do not move any more, in place of a \
      moving average over the last steps. Writes a checkpoint of its own, and leaves the run as it is.
      """)

  @Argument(help: "A checkpoint's file, or a run's folder.", completion: .file())
  var checkpoint: String

  @Argument(
    help: "The dataset's name, or a folder or table of images: those for training are used.")
  var dataset: String

  @Option(help: "Batches to look at, at most.")
  var batches = 200

  @Option(help: "Images of a batch.")
  var batchSize = 64

  @Flag(help: "Measure them for the average of the weights that --ema or --swa kept.")
  var averaged = false

  @Option(
    help: "The file to write. (default: recalibrated.safetensors beside the checkpoint)",
    completion: .file())
  var out: String?

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @Option(
    help: "The folder of the dataset's files. (default: $FOVEA_DATA, the cache, then a download)",
    completion: .directory)
  var data: String?

  @Option(help: "What happens to images that cannot be read: fail or skip.")
  var damaged = DamagedImagePolicy.fail

  @OptionGroup(title: "Options of a folder or table (default: as in the run)")
  var classes: ClassOptions

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let console = Console(json: report.json)
    let downloads = DownloadDisplay(console)
    var command = RecalibrateCommand(checkpoint: checkpoint, dataset: dataset)
    command.batches = batches
    command.batchSize = batchSize
    command.isAveraged = averaged
    command.output = out
    command.threads = threads
    command.data = data
    command.damagedImages = damaged
    command.classRules = classes.rules
    let result = try await command.run { downloads.show($0) }
    console.print(
      "\(counted(result.layers, "layer")) measured anew on \(result.batches) batches.")
    console.print("Written: \(shortened(result.checkpoint))")
    try console.printJSON(result)
  }
}
