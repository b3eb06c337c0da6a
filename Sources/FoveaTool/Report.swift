import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea report`: a page about a run.
struct Report: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write all that is known of a run as one HTML page.",
    discussion: """
      Result, curves, health, layers, network, configuration, environment and how to train it again, in one file that needs \
      nothing from the network and runs no scripts. With --evaluate also the confusion matrix, the images of the largest \
      loss and the calibration, which are kept in the run's folder.
      """)

  @Argument(
    help: ArgumentHelp(
      "The run's folder, or the name of one in the project.", valueName: "run"),
    completion: .directory)
  var name: String

  @Option(help: "The page's file. (default: report.html in the run's folder)", completion: .file())
  var out: String?

  @Flag(help: "Evaluate the network first, on the images that the run was validated on.")
  var evaluate = false

  @Option(help: "Threads for --evaluate; they change no result. (default: one for each core)")
  var threads: Int?

  @OptionGroup var project: ProjectOptions
  @OptionGroup var report: ReportOptions

  func run() async throws {
    let console = Console(json: report.json)
    let downloads = DownloadDisplay(console)
    var command = ReportCommand(name, output: out, project: project.project)
    command.evaluates = evaluate
    command.threads = threads
    let result = try await command.run { downloads.show($0) }
    console.print("Written: \(shortened(result.file)), \(NumberFormat.short(result.bytes))B")
    try console.printJSON(result)
  }
}
