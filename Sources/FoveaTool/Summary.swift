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

  @Flag(help: "Show the memory of a training step as well, plain and with less.")
  var training = false

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let command = SummaryCommand(
      model: model, input: input?.shape, classes: classes, batch: batch)
    let summary = try command.run()
    console.print(SummaryTable(summary).lines)
    console.print()
    console.print("One multiply-add is two FLOPs; counts are for a batch of \(batch).")
    guard training else { return try console.printJSON(summary) }
    let report = try command.runWithTraining()
    console.print()
    console.print(Self.memoryLines(report.trainingMemory))
    try console.printJSON(report)
  }

  private static func memoryLines(_ options: [TrainingMemory]) -> [String] {
    let table = TextTable(
      [
        .init("Training step"), .init("Planned memory", .right), .init("Saved", .right),
        .init("Added operations", .right),
      ],
      rows: options.map {
        [
          $0.label, megabytes($0.plannedBytes), megabytes($0.savedBytes),
          NumberFormat.grouped($0.addedOperations),
        ]
      })
    return table.lines + ["", "Parameters and the optimiser's memory are not counted."]
  }
}
