import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea draw filters`: the weights of a convolution.
struct DrawFilters: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "filters", abstract: "Draw the filters of a convolution as a grid.",
    discussion: """
      Filters of the first convolution of a network that takes colour images are in colour; of others there is a picture \
      for each filter and input channel.
      """)

  @Argument(
    help: "A checkpoint or a run's folder, or a network's name (fovea models), with random weights."
  )
  var model: String

  @Option(help: "The .svg or .png file.", completion: .file(extensions: ["svg", "png"]))
  var out: String

  @Option(help: "The convolution's path, such as layer1.0.conv1. (default: the first)")
  var layer: String?

  @Option(help: "The most pictures.")
  var limit = 64

  @Option(help: "What random weights are drawn by.")
  var seed: UInt64 = 0

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    var command = DrawFiltersCommand(model: model, output: out)
    command.layer = layer
    command.limit = limit
    command.seed = seed
    let result = try command.run()
    console.print("Filters of \(result.layer), \(NumberFormat.extents(result.shape))")
    Draw.tell(result.picture, console)
    try console.printJSON(result)
  }
}

/// `fovea draw feature-maps`: what a layer makes of an image.
struct DrawFeatureMaps: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "feature-maps",
    abstract: "Draw what a layer makes of an image, a picture a channel.")

  @Argument(
    help: "A checkpoint or a run's folder, or a network's name (fovea models), with random weights."
  )
  var model: String

  @Argument(
    help: "An image file, or a number of an IDX file as in digits.gz:0.", completion: .file())
  var image: String

  @Option(help: "The .svg or .png file.", completion: .file(extensions: ["svg", "png"]))
  var out: String

  @Option(
    help: "The layer's path, such as layer1.0.conv1. (default: the last with rows and columns)")
  var layer: String?

  @Option(help: "The most channels.")
  var limit = 64

  @Flag(help: "Show each channel from its own least to its own largest value.")
  var ownScales = false

  @Option(help: "What random weights are drawn by.")
  var seed: UInt64 = 0

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    var command = DrawFeatureMapsCommand(model: model, image: image, output: out)
    command.layer = layer
    command.limit = limit
    command.hasOwnScales = ownScales
    command.seed = seed
    command.threads = threads
    let result = try command.run()
    console.print(
      "Output of \(result.layer), \(NumberFormat.extents(Array(result.shape.dropFirst())))")
    Draw.tell(result.picture, console)
    try console.printJSON(result)
  }
}

/// `fovea draw layers`: what layers did in a training.
struct DrawLayers: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "layers", abstract: "Draw what layers did in a training, again or as pixels.",
    discussion: "Reads the looks that fovea train --stats leaves in the run's folder.")

  @Argument(
    help: ArgumentHelp(
      "The run's folder, or the name of one in the project.", valueName: "run"),
    completion: .directory)
  var name: String

  @Option(help: "What is drawn.")
  var picture = LayerPicture.layerStats

  @Option(help: "The .svg or .png file.", completion: .file(extensions: ["svg", "png"]))
  var out: String

  @OptionGroup var project: ProjectOptions

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let written = try DrawLayersCommand(
      name, picture: picture, output: out, project: project.project
    ).run()
    Draw.tell(written, console)
    try console.printJSON(written)
  }
}

/// `fovea draw schedule`: learning rate and momentum of a training to come.
struct DrawSchedule: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "schedule",
    abstract: "Draw learning rate and momentum of a training before it is begun.",
    discussion: """
      Takes the options of fovea train. How long an epoch is comes from the dataset, or from --images without one:
        fovea draw schedule --images 50000 --epochs 10 --schedule one-cycle --max-lr 0.4 --out schedule.svg
      """)

  @OptionGroup var options: TrainingOptions

  @Option(help: "The number of training images. (default: that of the dataset)")
  var images: Int?

  @Option(help: "The .svg or .png file.", completion: .file(extensions: ["svg", "png"]))
  var out: String

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let console = Console(json: report.json)
    let downloads = DownloadDisplay(console)
    let result = try await DrawScheduleCommand(
      options.command, images: images, output: out
    ).run { step in
      if case .downloading(let progress) = step { downloads.show(progress) }
    }
    let rates = [
      result.firstLearningRate, result.highestLearningRate, result.lastLearningRate,
    ].map { NumberFormat.general(Double($0)) }
    console.print(
      "\(counted(result.updates, "update")), \(counted(result.stepsPerEpoch, "step")) an epoch; the rate begins at "
        + "\(rates[0]), is \(rates[1]) at most and ends at \(rates[2])")
    Draw.tell(result.picture, console)
    try console.printJSON(result)
  }
}
