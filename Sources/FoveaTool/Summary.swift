import ArgumentParser
import FoveaAnalysis
import FoveaCommands
import FoveaDrawing

/// `fovea summary`: shows a network.
struct Summary: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show a network's layers: shapes, parameters, cost, memory, receptive fields.",
    discussion: "Everything is found from the network's graph; nothing runs.")

  @Argument(
    help: "The network: a name (fovea models), a checkpoint, a run's folder, or a graph's file.")
  var model: String

  @Option(help: "One image: channels, height, width. (default: the network's own)")
  var input: ImageExtents?

  @Option(help: "The number of classes, for a network by name. (default: the published one)")
  var classes: Int?

  @Option(help: "Images of a batch.")
  var batch = 1

  @Option(help: "How many parts of a layer's path are told apart, as 1 for stages. (default: all)")
  var depth: Int?

  @Option(
    help: ArgumentHelp(
      "The columns after the layer's path, separated by commas, or all.",
      discussion: "There are: \(SummaryColumn.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "columns"))
  var columns: Columns?

  @Option(help: "Count parameters whose name begins like this as frozen; may be repeated.")
  var freeze: [String] = []

  @Flag(help: "Show what a training step takes, with each optimiser, and with less memory.")
  var training = false

  @Flag(help: "Show how other tools would count the same work, and their rules.")
  var conventions = false

  @Flag(help: "Show the cost of each stage, and what the next one makes of it.")
  var stages = false

  @Flag(
    help: ArgumentHelp(
      "Show for each step whether it works in place, and if not, why not.",
      discussion: "With --training also for a training step."))
  var inPlace = false

  @Flag(help: "Print the layers as comma-separated values, and nothing else.")
  var csv = false

  @OptionGroup var report: ReportOptions

  /// Columns, as in `kernel,stride,receptive-field`.
  struct Columns: ExpressibleByArgument {
    let columns: [SummaryColumn]

    init?(argument: String) {
      let names = argument.split(separator: ",", omittingEmptySubsequences: false)
      let columns = names.map { SummaryColumn(rawValue: String($0)) }
      guard argument != "all" else {
        self.columns = SummaryColumn.allCases
        return
      }
      guard !columns.contains(nil) else { return nil }
      self.columns = columns.compactMap(\.self)
    }
  }

  func validate() throws {
    if let depth, depth < 1 { throw ValidationError("--depth is 1 or more, got \(depth)") }
    if csv, report.json { throw ValidationError("--csv and --json exclude each other") }
  }

  func run() throws {
    let console = Console(json: report.json)
    var command = SummaryCommand(
      model: model, input: try input?.shape, classes: classes, batch: batch)
    command.frozen = freeze
    command.plansTraining = training
    command.comparesConventions = conventions
    command.explainsInPlace = inPlace
    let result = try command.run()
    let table = SummaryTable(
      result.summary, columns: columns?.columns ?? SummaryColumn.standard, depth: depth)
    if csv { return console.print(table.commaSeparatedLines) }
    console.print(table.lines)
    console.print()
    console.print(SummaryText.totals(result, batch: batch))
    if stages { console.print([""] + SummaryText.stages(result.stages)) }
    if let memory = result.trainingMemory { console.print([""] + SummaryText.memory(memory)) }
    if let conventions = result.conventions {
      console.print([""] + SummaryText.conventions(conventions))
    }
    if let report = result.inPlace {
      console.print([""] + SummaryText.inPlace(report, of: "Inference step"))
    }
    if let report = result.inPlaceTraining {
      console.print([""] + SummaryText.inPlace(report, of: "Training step"))
    }
    try console.printJSON(result)
  }
}
