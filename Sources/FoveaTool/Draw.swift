import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea draw`: pictures of networks, of what they see and make, of how a window sweeps, and of schedules.
struct Draw: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Draw a network, its filters and maps, what it sees, what it did in training, a convolution, or a schedule.",
    discussion: "Pictures are light, and dark for readers who prefer that.",
    subcommands: [
      DrawNetwork.self, DrawReceptiveField.self, DrawConvolution.self, DrawFilters.self,
      DrawFeatureMaps.self, DrawTopImages.self, DrawLayers.self, DrawSchedule.self,
    ])

  /// Says what was written.
  static func tell(_ picture: PictureReport, _ console: Console) {
    console.print("Written to \(picture.file) (\(NumberFormat.grouped(picture.bytes)) bytes)")
  }
}

/// `fovea draw network`: a network's blocks and what flows between them.
struct DrawNetwork: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network",
    abstract: "Draw a network's layers, its residual and other connections, and their cost.")

  @Argument(
    help: "The network: a name (fovea models), a checkpoint, a run's folder, or a graph's file.")
  var model: String

  @Option(help: "The .svg file.", completion: .file(extensions: ["svg"]))
  var out: String

  @Option(help: "One image: channels, height, width. (default: the network's own)")
  var input: ImageExtents?

  @Option(help: "How many parts of a layer's path are told apart, as 1 for stages. (default: all)")
  var depth: Int?

  @Option(help: "What makes boxes strong in colour, and stands in them.")
  var color = NetworkDiagram.Quantity.macs

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let picture = try DrawNetworkCommand(
      model: model, output: out, input: try input?.shape, depth: depth, quantity: color
    ).run()
    Draw.tell(picture, console)
    try console.printJSON(picture)
  }
}

/// `fovea draw receptive-field`: what one activation sees, over an image.
struct DrawReceptiveField: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receptive-field",
    abstract: "Draw which pixels of an image one activation of a layer depends on.")

  @Argument(
    help: "The network: a name (fovea models), a checkpoint, a run's folder, or a graph's file.")
  var model: String

  @Option(help: "The .svg or .png file.", completion: .file(extensions: ["svg", "png"]))
  var out: String

  @Option(help: "One image: channels, height, width. (default: the network's own)")
  var input: ImageExtents?

  @OptionGroup var activation: ActivationOptions

  @Option(
    help: "An image file, or a number of an IDX file as in digits.gz:0. (default: a grid)",
    completion: .file())
  var image: String?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    var command = DrawReceptiveFieldCommand(model: model, output: out)
    command.input = try input?.shape
    command.layer = activation.layer
    command.place = activation.place?.numbers
    command.image = image
    let result = try command.run()
    Draw.tell(result.picture, console)
    try console.printJSON(result)
  }
}

/// `fovea draw convolution`: how a window sweeps over its input.
struct DrawConvolution: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convolution",
    abstract: "Draw how a convolution, a transposed one or a pooling sweeps over its input.",
    discussion: """
      rows shows every position along one axis, and how often each pixel is used; frames the first, the middle and \
      the last positions of both axes; animation all positions of both axes, one after the other.
      """)

  @Option(help: "The .svg file.", completion: .file(extensions: ["svg"]))
  var out: String

  @Option(help: "Taps along an axis.")
  var kernel = 3

  @Option(help: "Pixels from one position to the next. (default: 1, or a pooling's kernel)")
  var stride: Int?

  @Option(help: "Zeros at both ends of an axis.")
  var padding = 0

  @Option(help: "Pixels from one tap to the next.")
  var dilation = 1

  @Option(help: "Pixels of the input along an axis.")
  var input = 5

  @Option(help: "Pixels that a transposed convolution's result has more at its end.")
  var outputPadding = 0

  @Flag(help: "Draw a transposed convolution.")
  var transposed = false

  @Flag(help: "Draw a pooling.")
  var pool = false

  @Flag(help: "Count a pooling's last position where it hangs over the end.")
  var ceilMode = false

  @Option(help: "How it is shown.")
  var style = ConvolutionSweep.Style.rows

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if transposed, pool { throw ValidationError("--transposed and --pool exclude each other") }
  }

  func run() throws {
    let console = Console(json: report.json)
    var command = DrawConvolutionCommand(
      transposed ? .transposedConvolution : pool ? .pooling : .convolution, output: out,
      style: style)
    command.kernel = kernel
    command.stride = stride
    command.padding = padding
    command.dilation = dilation
    command.input = input
    command.outputPadding = outputPadding
    command.ceilMode = ceilMode
    let result = try command.run()
    console.print("\(result.input) → \(result.output): \(result.formula)")
    Draw.tell(result.picture, console)
    try console.printJSON(result)
  }
}
