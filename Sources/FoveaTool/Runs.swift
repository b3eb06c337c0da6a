public import ArgumentParser
import Foundation
public import FoveaCommands
import FoveaDrawing

extension RunOrder: ExpressibleByArgument {}
extension RunOutcome: ExpressibleByArgument {}
extension RunQuantity: ExpressibleByArgument {}
extension ExportRunsCommand.Format: ExpressibleByArgument {}

/// `fovea runs`: what has been trained in a project.
struct Runs: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List, compare, draw, export and delete runs.",
    discussion: """
      A run is the folder that fovea train leaves. The database .fovea/runs.sqlite is an index of the folders under the \
      current one, up to four deep, and of runs elsewhere that were started here; it follows folders that are moved or \
      deleted, and may be deleted itself at any time.
      """,
    subcommands: [
      ListRuns.self, ShowRun.self, CompareRuns.self, PlotRuns.self, ExportRuns.self,
      PruneRuns.self,
    ], defaultSubcommand: ListRuns.self)
}

/// Where runs are.
struct ProjectOptions: ParsableArguments {
  @Option(help: "The folder whose runs are meant; . is the current one.", completion: .directory)
  var project = "."
}

/// Options that choose among runs.
struct RunFilterOptions: ParsableArguments {
  @Option(help: "Runs of this dataset alone.")
  var dataset: String?

  @Option(help: "Runs of this network alone.")
  var model: String?

  var filter: RunFilter {
    var filter = RunFilter()
    filter.dataset = dataset
    filter.model = model
    return filter
  }
}

/// Options that order runs.
struct RunOrderOptions: ParsableArguments {
  @Option(help: "Runs that ended so alone.")
  var outcome: RunOutcome?

  @Option(help: "What runs are ordered by; started, accuracy, epochs and time from the highest.")
  var sort = RunOrder.started

  @Flag(help: "Turn the order around.")
  var reverse = false

  @Option(help: "The first so many alone.")
  var limit: Int?

  func applied(to filter: RunFilter) -> RunFilter {
    var filter = filter
    filter.outcome = outcome
    filter.sort = sort
    filter.isReversed = reverse
    filter.limit = limit
    return filter
  }
}

/// `fovea runs list`.
struct ListRuns: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List runs, the newest first.")

  @OptionGroup var project: ProjectOptions
  @OptionGroup var chosen: RunFilterOptions
  @OptionGroup var order: RunOrderOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let result = try ListRunsCommand(
      project: project.project, filter: order.applied(to: chosen.filter)
    ).run()
    console.print(
      result.runs.isEmpty
        ? [
          chosen.filter == RunFilter()
            ? "No runs here; train one with fovea train."
            : "No run is so; fovea runs lists them all."
        ] : RunText.table(of: result.runs))
    for move in result.moved {
      console.print("Moved: \(shortened(move.from)) is \(shortened(move.to)) now.")
    }
    for folder in result.gone { console.print("Gone: \(shortened(folder)).") }
    try console.printJSON(result)
  }
}

/// `fovea runs show`.
struct ShowRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what a run was asked for, where it ran and what came out.")

  @Argument(
    help: ArgumentHelp(
      "The run's folder, or the name of one in the project.", valueName: "run"),
    completion: .directory)
  var name: String

  @OptionGroup var project: ProjectOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let result = try ShowRunCommand(name, project: project.project).run()
    let summary = result.summary
    console.printHeading(shortened(summary.folder))
    console.print(RunText.facts(RunText.outcome(summary)))
    console.print()
    console.printHeading("Options")
    console.print(
      RunText.facts(summary.options.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }))
    if let manifest = result.manifest {
      console.print()
      console.printHeading("Environment")
      console.print(RunText.facts(RunText.origin(manifest)))
    }
    if !result.epochs.isEmpty {
      console.print()
      console.printHeading("Epochs")
      console.print(RunText.table(of: result.epochs))
    }
    if let findings = result.findings {
      console.print()
      if findings.isEmpty, summary.outcome == .failed {
        console.print("Health: nothing was found before the run failed.")
      } else {
        Train.show(findings, console)
      }
    }
    try console.printJSON(result)
  }
}

/// `fovea runs compare`.
struct CompareRuns: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Put runs side by side: options that differ, and results.")

  @Argument(help: "Folders of runs, or their names in the project.", completion: .directory)
  var runs: [String]

  @Flag(help: "List options too that all have alike.")
  var all = false

  @OptionGroup var project: ProjectOptions
  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let result = try CompareRunsCommand(runs, project: project.project, showsEqual: all).run()
    console.print(RunText.comparison(result))
    try console.printJSON(result)
  }
}
