import ArgumentParser
import FoveaCommands
import FoveaData
import FoveaDrawing

/// `fovea draw top-images`: what a layer's channels answer to most.
struct DrawTopImages: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top-images",
    abstract:
      "Draw the images of a dataset that a layer's channels answer to most, a row a channel."
  )

  @Argument(help: "A checkpoint's file, or a run's folder.", completion: .file())
  var model: String

  @Argument(
    help:
      "A dataset's name (\(DatasetName.list)), a folder of images, a .csv table, or a .npz file.")
  var dataset: String

  @Option(help: "The .svg or .png file.", completion: .file(extensions: ["svg", "png"]))
  var out: String

  @Option(
    help: "The layer's path, such as layer1.0.conv1. (default: the last with rows and columns)")
  var layer: String?

  @Option(
    help: "Numbers of channels from 0, such as 0,7. (default: the first eight)",
    transform: RecipeOptions.numbers)
  var channels: [Int]?

  @Option(help: "Images of a channel, 1 to 32.")
  var images = 8

  @Option(
    help: "Which part of the dataset: test is the one for validation where a folder has that.")
  var split = MNIST.Split.test

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
    var command = DrawTopImagesCommand(model: model, dataset: dataset, output: out)
    command.layer = layer
    command.channels = channels
    command.images = images
    command.split = split
    command.classRules = classes.rules
    command.data = data
    command.damagedImages = damaged
    command.threads = threads
    let result = try await command.run { downloads.show($0) }
    console.print(
      "\(counted(result.channels.count, "channel")) of \(result.layer), "
        + "of \(counted(result.images, "image"))")
    if result.damaged > 0 {
      console.print("\(counted(result.damaged, "image")) could not be read and did not count.")
    }
    Draw.tell(result.picture, console)
    try console.printJSON(result)
  }
}
