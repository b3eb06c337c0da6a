import ArgumentParser
import FoveaCommands
import FoveaDrawing
import FoveaExplain

/// `fovea effective-receptive-field`: measures which pixels move an activation, and how much.
struct EffectiveReceptiveFieldOf: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "effective-receptive-field",
    abstract: "Measure how much each pixel of the image moves one activation of a layer.",
    discussion: """
      The gradient of the activation with respect to the image, averaged over images or noise, and a normal \
      distribution fitted to it (arXiv:1701.04128). A network by name has random weights.
      """)

  @Argument(help: "The network: a name (fovea models), a checkpoint, or a run's folder.")
  var model: String

  @Option(help: "One image: channels, height, width, for a network by name. (default: its own)")
  var input: ImageExtents?

  @OptionGroup var activation: ActivationOptions

  @Option(help: "How many inputs of noise are averaged over, where there are no images.")
  var samples = 16

  @Option(
    name: .customLong("image"),
    help: "An image file, or numbers of an IDX file as in digits.gz:0-9; may be repeated.",
    completion: .file())
  var images: [String] = []

  @Option(help: "What random weights and noise are drawn by.")
  var seed: UInt64 = 0

  @Option(help: "Threads; they change no result. (default: one for each core)")
  var threads: Int?

  @Option(help: "The .svg or .png file for the heat map. (default: none)", completion: .file())
  var out: String?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    var command = EffectiveReceptiveFieldCommand(model: model)
    command.input = try input?.shape
    command.layer = activation.layer
    command.place = activation.place?.numbers
    command.samples = samples
    command.images = images
    command.seed = seed
    command.threads = threads
    command.output = out
    let result = try command.run()
    console.print(Self.lines(result))
    if let picture = result.picture {
      console.print("Written to \(picture.file) (\(NumberFormat.grouped(picture.bytes)) bytes)")
    }
    try console.printJSON(result)
  }

  private static func lines(_ report: EffectiveReceptiveFieldCommand.Report) -> [String] {
    let field = report.field
    let weights = report.isTrained ? "trained" : "random"
    func number(_ value: Double) -> String { NumberFormat.fixed(value, decimals: 1) }
    func pair(_ value: (EffectiveReceptiveField.Gaussian) -> Double) -> String {
      "\(number(value(field.rows))) × \(number(value(field.columns)))"
    }
    let theory = field.theoretical
    let size = NumberFormat.extents([theory.rows?.count ?? 0, theory.columns?.count ?? 0])
    let side = Double(field.pixelsOf95Percent).squareRoot()
    let table = TextTable(
      [.init("Height × width, in pixels"), .init("", .right)],
      rows: [
        ["by theory", size], ["centre", pair { $0.center }],
        ["standard deviation σ", pair { $0.sigma }],
        [
          "ellipse of 95 % of the normal distribution",
          pair { 2 * EffectiveReceptiveField.ellipseRadius * $0.sigma },
        ],
      ])
    return [
      "\(field.layer) at \(field.row),\(field.column): \(weights) weights, "
        + counted(field.samples, "sample"),
      "",
    ] + table.lines + [
      "",
      "The ellipse holds \(NumberFormat.percent(field.shareInEllipse, decimals: 1)) of the gradient, "
        + "and \(NumberFormat.percent(field.squaredShareInEllipse, decimals: 1)) of its squares.",
      "95 % of the gradient lie on \(NumberFormat.grouped(field.pixelsOf95Percent)) of the "
        + "\(NumberFormat.grouped(theory.usedPixels)) pixels used by theory: a square of side "
        + "\(number(side)), \(NumberFormat.percent(field.sizeShare, decimals: 1)) of theirs.",
    ]
  }
}
