import ArgumentParser
import FoveaAnalysis
import FoveaCommands
import FoveaDrawing

/// `fovea lint`: says what is doubtful about a network.
struct Lint: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Look for mistakes and doubtful choices in a network's design.",
    discussion: """
      Errors end with exit code 1, with --strict warnings too; notes never do. Each finding names the layer, the numbers, \
      what to do, and where this is known from. Nothing runs.
      """)

  @Argument(
    help: "The network: a name (fovea models), a checkpoint, a run's folder, or a graph's file.")
  var model: String?

  @Option(help: "One image: channels, height, width. (default: the network's own)")
  var input: ImageExtents?

  @Option(help: "Samples that a worker trains on at a time. (default: batch size is not checked)")
  var batch: Int?

  @Option(
    help: "The size of what the network shall see: height x width. (default: the whole image)")
  var objectSize: Extents?

  @Option(help: "Leave out the rule with this identifier; may be repeated.")
  var ignore: [String] = []

  @Flag(help: "End with exit code 1 at warnings too.")
  var strict = false

  @Flag(help: "List the rules: severity, what they find, source.")
  var rules = false

  @OptionGroup var report: ReportOptions

  /// Height and width, as in `120x90`.
  struct Extents: ExpressibleByArgument {
    let size: PixelSize

    init?(argument: String) {
      let numbers = argument.split(omittingEmptySubsequences: false) { "xX×".contains($0) }
        .map { Int($0) }
      guard numbers.count == 2, let height = numbers[0], let width = numbers[1] else { return nil }
      size = PixelSize(height: height, width: width)
    }
  }

  func validate() throws {
    if model == nil, !rules { throw ValidationError("name a network, or list the rules (--rules)") }
    if model != nil, rules { throw ValidationError("--rules takes no network") }
  }

  func run() throws {
    let console = Console(json: report.json)
    guard let model else {
      console.print(FindingsText.rules)
      return try console.printJSON(LintCommand.rules)
    }
    var command = LintCommand(
      model: model, input: try input?.shape, batch: batch, objectSize: objectSize?.size)
    command.ignored = ignore
    let result = try command.run()
    console.print(FindingsText.lines(result))
    try console.printJSON(result)
    if result.isFailure(strict: strict) { throw ExitCode(1) }
  }
}

/// Findings in words.
private enum FindingsText {
  /// The findings of a rule together, since what to do and the source are the same for all.
  static func lines(_ report: LintCommand.Report) -> [String] {
    var groups: [[LintFinding]] = []
    for finding in report.findings {
      if let last = groups.last?.last, last.rule == finding.rule, last.severity == finding.severity
      {
        groups[groups.count - 1].append(finding)
      } else {
        groups.append([finding])
      }
    }
    let unchecked = report.unchecked.map { "Not checked: \($0), for which --batch is needed." }
    return groups.flatMap { group(of: $0) + [""] } + unchecked + [total(report)]
  }

  private static func group(of findings: [LintFinding]) -> [String] {
    guard let first = findings.first else { return [] }
    var lines = ["\(first.severity.rawValue): \(first.rule)"]
    for (index, finding) in findings.enumerated() {
      lines.append("  \(finding.layer): \(finding.message)")
      // What to do is said once where it is the same.
      let next = index + 1 < findings.count ? findings[index + 1].remedy : nil
      if finding.remedy != next { lines.append("  → \(finding.remedy)") }
    }
    return lines + ["  Source: \(first.source)"]
  }

  private static func total(_ report: LintCommand.Report) -> String {
    let counts = [(report.errors, "error"), (report.warnings, "warning"), (report.notes, "note")]
    return "\(report.model): " + counts.map { counted($0.0, $0.1) }.joined(separator: ", ")
      + (report.ignored.isEmpty ? "" : "; ignored: \(report.ignored.joined(separator: ", "))")
  }

  static var rules: [String] {
    LintCommand.rules.flatMap { rule in
      ["\(rule.identifier) (\(rule.severity.rawValue))", "  \(rule.finds)", "  \(rule.source)"]
    }
  }
}
