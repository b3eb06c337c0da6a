import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea summary`: shows a network.
struct Summary: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a network's layers, shapes, parameters and multiply-adds, without running it.")

  @Argument(help: "The network, see fovea models.")
  var model: String

  @Option(help: "One image: channels, height, width. (default: the published one)")
  var input: ImageExtents?

  @Option(help: "The number of classes. (default: the published one)")
  var classes: Int?

  @Option(help: "Images of a batch.")
  var batch = 1

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let summary = try SummaryCommand(
      model: model, input: input?.shape, classes: classes, batch: batch
    ).run()
    console.print(SummaryTable(summary).lines)
    console.print()
    console.print("One multiply-add is two FLOPs; counts are for a batch of \(batch).")
    try console.printJSON(summary)
  }
}
