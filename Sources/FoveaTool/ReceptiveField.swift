import ArgumentParser
import FoveaAnalysis
import FoveaCommands
import FoveaDrawing

/// `fovea receptive-field`: shows what a layer sees.
struct ReceptiveFieldOf: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "receptive-field",
    abstract: "Show which pixels of the image one activation of a layer depends on.",
    discussion: """
      Two answers are given. By formula: size, jump and start as if the image had no edges. And exactly: the pixels \
      that this one activation depends on, with holes of dilated convolutions, dropped edges and padding.
      """)

  @Argument(
    help: "The network: a name (fovea models), a checkpoint, a run's folder, or a graph's file.")
  var model: String

  @Option(help: "One image: channels, height, width. (default: the network's own)")
  var input: ImageExtents?

  @OptionGroup var activation: ActivationOptions

  @Flag(help: "Draw the used pixels as well, # used and . not.")
  var draw = false

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let result = try ReceptiveFieldCommand(
      model: model, input: try input?.shape, layer: activation.layer,
      place: activation.place?.numbers
    ).run()
    console.print(ReceptiveFieldText(result).lines)
    if draw {
      console.print()
      console.print(try Self.drawing(result.region))
    }
    try console.printJSON(result)
  }

  private static let widestDrawing = 400

  private static func drawing(_ region: InputRegion) throws -> [String] {
    guard let rows = region.rows, let columns = region.columns else { return [] }
    guard columns.count <= widestDrawing else {
      throw ValidationError(
        "--draw shows at most \(widestDrawing) columns, these are \(columns.count)")
    }
    return (0..<rows.count).map { row in
      String(
        region.isUsed[row * columns.count..<(row + 1) * columns.count].map { $0 ? "#" : "." })
    }
  }
}

/// A layer's receptive field in words.
private struct ReceptiveFieldText {
  let report: ReceptiveFieldCommand.Report

  init(_ report: ReceptiveFieldCommand.Report) { self.report = report }

  var lines: [String] {
    let shape = NumberFormat.extents(report.outputShape.dimensions)
    return ["\(report.layer) makes \(shape)", ""] + formula + [""] + exact + paths
  }

  private var formula: [String] {
    let field = report.receptiveField
    guard let rows = field.rows, let columns = field.columns else {
      return ["By formula: unknown, since \(field.status.reason ?? "")"]
    }
    func pair(_ number: (AxisField) -> Double) -> String {
      [rows, columns].map { NumberFormat.general(number($0)) }.joined(separator: " × ")
    }
    let table = TextTable(
      [.init("By formula"), .init("Height × width", .right)],
      rows: [
        ["size", "\(rows.size) × \(columns.size)"], ["jump", pair { $0.jump }],
        ["start", pair { $0.start }], ["effective padding", pair { $0.effectivePadding }],
      ])
    return table.lines + (field.status.reason.map { ["\(field.status.word): \($0)"] } ?? [])
  }

  private var exact: [String] {
    let region = report.region
    let place = report.place.map { "The activation at \($0[0]),\($0[1])" } ?? "The layer"
    guard let rows = region.rows, let columns = region.columns else {
      return [
        "\(place) depends on no pixel of the \(region.imageHeight)×\(region.imageWidth) image."
      ]
    }
    let total = rows.count * columns.count
    return [
      "\(place) depends on rows \(rows.first)–\(rows.last) and columns \(columns.first)–\(columns.last) "
        + "of the \(region.imageHeight)×\(region.imageWidth) image: \(rows.count)×\(columns.count) pixels,",
      region.usedPixels == total
        ? "all of which are used."
        : "of which \(NumberFormat.grouped(region.usedPixels)) of \(NumberFormat.grouped(total)) are used "
          + "(\(NumberFormat.percent(Double(region.usedPixels) / Double(total)))).",
    ] + (region.inexactFrom.map { ["At most: from \($0) on, what is used is not known."] } ?? [])
  }

  private var paths: [String] {
    guard !report.joins.isEmpty else { return [] }
    let table = TextTable(
      [
        .init("Paths meet at"), .init("part at"), .init("Path through"), .init("Size", .right),
        .init("Jump", .right), .init("Start", .right), .init("Centres"),
      ],
      rows: report.joins.flatMap { join in
        join.branches.enumerated().map { index, branch in
          let field = branch.field
          let first = index == 0
          return [
            first ? join.layer : "", first ? join.parting : "", branch.layer,
            SummaryColumn.receptiveField.text(field), SummaryColumn.jump.text(field),
            SummaryColumn.start.text(field), first ? (join.isAligned ? "aligned" : "apart") : "",
          ]
        }
      })
    return [""] + table.lines
  }
}
