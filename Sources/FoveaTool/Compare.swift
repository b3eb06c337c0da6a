import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea compare`: puts networks and designs side by side.
struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Put networks, or a few layers written as text, side by side.",
    discussion: """
      Parameters, multiply-adds, memory, receptive field, non-linearities and depth, found without running anything. \
      Ratios are to the first.

        fovea compare resnet18 mobilenet-v2
        fovea compare 'conv3x3*3 vs conv7x7 at 64 channels 56x56'

      A design in quotes is layers joined by +, designs are joined by vs:
        conv3x3  conv1x3  conv7x7/2    convolution, its stride behind the slash
        dw3x3  separable3x3            depthwise convolution; depthwise, then 1x1
        basic  bottleneck/2  inverted  residual blocks of ResNet and MobileNetV2
        maxpool2  avgpool3/2           pooling; the kernel is the stride, or /2
        gap  flatten  relu             global average pooling, flattening, ReLU
        fc10  fc                       dense layer: 10 features, or as many as come
      Behind a layer may stand *3 (three of them) and, where the layer has it: c128 (channels that go out; by default as \
      many as come in), g4 (groups), d2 (dilation), p0 (padding; by default convolutions keep the size), x6 (expansion), \
      bias (convolutions have none, dense layers have one), bn (batch normalisation). A ReLU stands behind each \
      convolution and dense layer but a design's last. What comes in is written as at 64 channels 56x56 or at 64x56x56, \
      behind the last of several designs for all of them. Numbers are at most \
      \(CompareCommand.largestNumber), a design has at most \(CompareCommand.mostLayers) layers.
      """)

  @Argument(
    help: ArgumentHelp(
      "Networks by name (fovea models), checkpoints, runs' folders, graphs' files, or designs in quotes.",
      valueName: "design"))
  var designs: [String]

  @Option(
    help:
      "One image: channels, height, width; of designs that name none too. (default: each network's own)"
  )
  var input: ImageExtents?

  @Option(help: "The number of classes, for networks by name. (default: the published one)")
  var classes: Int?

  @Option(help: "Images of a batch.")
  var batch = 1

  @Flag(help: "Print a row a design as comma-separated values, and nothing else.")
  var csv = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if csv, report.json { throw ValidationError("--csv and --json exclude each other") }
  }

  func run() throws {
    let console = Console(json: report.json)
    let result = try CompareCommand(
      designs: designs, input: try input?.shape, classes: classes, batch: batch
    ).run()
    let table = ComparisonTable(result.comparison, showsChannelSquares: result.isInline)
    console.print(csv ? table.commaSeparatedLines : table.lines)
    try console.printJSON(result)
  }
}
