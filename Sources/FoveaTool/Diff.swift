import ArgumentParser
import FoveaAnalysis
import FoveaCommands
import FoveaDrawing

/// `fovea diff`: shows by which layers two networks differ.
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show the layers by which two networks differ, and what follows from them.",
    discussion: """
      Layers are matched by path, then by the longest common subsequence of type and output shape, so that renamed ones \
      are found again. Weights are not looked at.
      """)

  @Argument(
    help: "A network: a name (fovea models), a checkpoint, a run's folder, or a graph's file.")
  var before: String

  @Argument(help: "The network that it is compared with.")
  var after: String

  @Option(help: "One image for both: channels, height, width. (default: each network's own)")
  var input: ImageExtents?

  @Option(help: "The number of classes, for networks by name. (default: the published one)")
  var classes: Int?

  @Flag(help: "Leave with 1 where the networks differ, as git diff does.")
  var exitCode = false

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let difference = try DiffCommand(
      before: before, after: after, input: try input?.shape, classes: classes
    ).run()
    console.print(DifferenceText(difference).lines)
    try console.printJSON(difference)
    if exitCode, !difference.isSame { throw ExitCode(1) }
  }
}
