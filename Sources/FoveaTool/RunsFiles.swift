import ArgumentParser
import Foundation
import FoveaCommands
import FoveaDrawing

/// `fovea runs plot`.
struct PlotRuns: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plot", abstract: "Draw curves of runs over each other.")

  @Argument(help: "Folders of runs, or their names in the project.", completion: .directory)
  var runs: [String]

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What is drawn, a panel each. (default: train-loss validation-loss accuracy)",
      valueName: "quantity")
  )
  var of: [RunQuantity] = []

  @Option(help: "The picture's file, .svg or .png.", completion: .file())
  var out = "runs.svg"

  @OptionGroup var project: ProjectOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    var command = PlotRunsCommand(runs, output: out, project: project.project)
    if !of.isEmpty { command.quantities = of }
    let result = try command.run()
    console.print("Written: \(shortened(result.file))")
    try console.printJSON(result)
  }
}

/// `fovea runs export`.
struct ExportRuns: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Give runs as CSV or JSON to other programs.",
    discussion: "A row a run with results and every option; with --epochs a row an epoch.")

  @Option(help: "csv or json.")
  var format = ExportRunsCommand.Format.csv

  @Flag(help: "Give each epoch of each run.")
  var epochs = false

  @Option(help: "The file. (default: standard output)", completion: .file())
  var out: String?

  @OptionGroup var project: ProjectOptions
  @OptionGroup var chosen: RunFilterOptions
  @OptionGroup var order: RunOrderOptions

  func run() throws {
    let data = try ExportRunsCommand(
      project: project.project, filter: order.applied(to: chosen.filter), format: format,
      showsEpochs: epochs
    ).run(writingTo: out)
    if out == nil { try FileHandle.standardOutput.write(contentsOf: data) }
  }
}

/// `fovea runs prune`.
struct PruneRuns: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune", abstract: "Delete the folders of runs that are not needed any more.",
    discussion: """
      Lists the runs that go, and deletes nothing without --yes. What is asked for together must hold together: \
      --outcome failed --older-than 7 deletes failed runs that are older than a week. A run that trains stays, and so does \
      a folder that cannot be read as a run, or has another run or a Git repository in it.
      """)

  @Option(help: "Runs that ended so; repeatable.")
  var outcome: [RunOutcome] = []

  @Option(help: "Runs that started more than so many days ago.")
  var olderThan: Double?

  @Option(help: "Keep so many of the best runs of each dataset, delete others.")
  var keepBest: Int?

  @Option(help: "What makes a run the best: accuracy or loss of the images for validation.")
  var bestBy = BestMeasure.accuracy

  @Flag(help: "Delete them.")
  var yes = false

  @OptionGroup var chosen: RunFilterOptions
  @OptionGroup var project: ProjectOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if outcome.contains(.running) {
      throw ValidationError("a run that trains cannot be deleted; stop it first")
    }
  }

  func run() throws {
    let console = Console(json: report.json)
    var command = PruneRunsCommand(project: project.project)
    command.filter = chosen.filter
    command.outcomes = outcome
    command.olderThanDays = olderThan
    command.keepBest = keepBest
    command.bestBy = bestBy
    command.deletes = yes
    let result = try command.run()
    if result.runs.isEmpty {
      console.print("No run is to be deleted.")
    } else {
      console.print(RunText.table(of: result.runs))
      let count = counted(result.runs.count { $0.kept == nil }, "run")
      let size = NumberFormat.short(result.bytes) + "B"
      console.print(
        yes
          ? "Deleted \(count), \(size)."
          : "\(count), \(size), would be deleted. Do so with --yes.")
    }
    try console.printJSON(result)
    if yes, result.runs.contains(where: { $0.kept != nil }) { throw ExitCode.failure }
  }
}
