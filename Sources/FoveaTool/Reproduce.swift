import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea reproduce`: trains a run again.
struct Reproduce: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Train a run again, and say whether the same comes out, bit for bit.",
    discussion: """
      Trains with the run's own configuration into a new folder, up to the step that the run's checkpoint is of, and compares \
      the log of steps, the weights and the optimiser's memory. Exit code 0 where all is equal, 1 where something \
      differs; then the first step and tensor are named, and what the trainings did not have alike.
      """)

  @Argument(
    help: ArgumentHelp(
      "The run's folder, or the name of one in the project.", valueName: "run"),
    completion: .directory)
  var name: String

  @Option(
    help: "The folder of the second training. (default: a new one beside the run, RUN-reproduced)",
    completion: .directory)
  var out: String?

  @Flag(help: "Go on where the images, labels or starting weights are not those of the run.")
  var allowChangedData = false

  @Option(help: "Threads; they change no result. (default: as many as the run had)")
  var threads: Int?

  @Option(
    help: "The folder of the dataset's files. (default: where the run had them)",
    completion: .directory)
  var data: String?

  @Flag(help: "Print the result alone.")
  var quiet = false

  @OptionGroup var project: ProjectOptions
  @OptionGroup var report: ReportOptions

  func run() async throws {
    let console = Console(json: report.json, quiet: quiet)
    var command = ReproduceCommand(name, project: project.project)
    command.output = out
    command.allowsChangedData = allowChangedData
    command.threads = threads
    command.data = data
    let downloads = DownloadDisplay(console)
    let result = try await command.run(observers: [TrainingDisplay(console)]) { step in
      switch step {
      case .configured(let configuration): Train.show(configuration, console)
      case .downloading(let progress): downloads.show(progress)
      case .prepared(let training): Train.show(training, console)
      }
    }
    if !quiet { console.print() }
    for line in Self.lines(result) { console.printResult(line) }
    try console.printJSON(result)
    if !result.isEqual { throw ExitCode.failure }
  }

  private static func lines(_ result: ReproductionReport) -> [String] {
    var lines: [String] = []
    if result.isEqual {
      lines.append(
        "Equal, bit for bit: \(counted(result.steps, "step")) and "
          + "\(counted(result.tensors, "tensor")).")
    } else {
      lines.append("Different.")
    }
    if let step = result.firstStep {
      lines.append(
        "  Step \(step.step) is the first that differs: \(step.column) was \(step.original), "
          + "is \(step.reproduced); \(counted(result.steps, "step")) before it are equal.")
    } else if !result.isEqual {
      lines.append("  All \(counted(result.steps, "step")) of the log are equal.")
    }
    if let tensor = result.firstTensor {
      lines.append(
        "  \(NumberFormat.grouped(result.differentTensors)) of "
          + "\(counted(result.tensors, "tensor")) differ; the first is \(tensor.name), "
          + (tensor.elements == 0
            ? "which one of the trainings does not have in this shape."
            : "in \(NumberFormat.grouped(tensor.differentElements)) of "
              + "\(counted(tensor.elements, "element")), by at most "
              + "\(NumberFormat.general(tensor.largestDifference))."))
    }
    if let data = result.data { lines.append("  The data differ: \(data).") }
    for condition in result.conditions where condition.mayMatter || !result.isEqual {
      lines.append(
        "  Not alike: \(condition.name) was \(condition.original), is \(condition.reproduced)"
          + (condition.mayMatter ? "." : ", which changes no result."))
    }
    if let set = result.conditions.first(where: { $0.name == "instruction set" }), !result.isEqual {
      lines.append(
        "  The same bits need the same instructions: where the processor has them, set "
          + "FOVEA_ISA=\(set.original).")
    }
    lines.append("Second training: \(shortened(result.reproduction))")
    return lines
  }
}
