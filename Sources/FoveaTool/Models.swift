import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea models`: lists the networks.
struct Models: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the networks that are known by name.")

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let result = ModelsCommand().run()
    let table = TextTable(
      [.init("Name"), .init("Parameters", .right), .init("Input"), .init("Source")],
      rows: result.models.map {
        [
          $0.name, NumberFormat.grouped($0.parameters), NumberFormat.extents($0.input.dimensions),
          $0.source,
        ]
      })
    console.print(table.lines)
    try console.printJSON(result)
  }
}
