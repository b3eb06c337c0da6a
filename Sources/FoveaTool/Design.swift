import ArgumentParser
import FoveaCommands
import FoveaDrawing

/// `fovea design`: proposes networks that keep a budget.
struct Design: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Propose networks that keep a budget of parameters, multiply-adds or memory.",
    discussion: """
      Plain, residual, bottleneck and inverted residual networks of stages that about double their channels, in multiples of 8. \
      Depth and width are searched by analysis: never above the budget, as near below as can be. What is best by cost \
      need not be best by accuracy: train more than one.
      """)

  @Option(help: "The most parameters, as in 250000, 250k or 1M.")
  var params: Quantity?

  @Option(help: "The most multiply-adds for one image, as in 50M or 1.8G.")
  var macs: Quantity?

  @Option(
    help: "The most memory of inference on one image, weights among it, as in 10MB or 512KiB.")
  var memory: Quantity?

  @Option(help: "One image: channels, height, width.")
  var input: ImageExtents

  @Option(help: "The number of classes.")
  var classes: Int

  @Option(help: "How many networks to propose.")
  var count = 3

  @Option(help: ArgumentHelp("Write the best one as Swift source.", valueName: "file"))
  var swift: String?

  @OptionGroup var report: ReportOptions

  func run() throws {
    let console = Console(json: report.json)
    let budget = NetworkBudget(
      parameters: params?.number, multiplyAdds: macs?.number, memoryBytes: memory?.number)
    let result = try DesignCommand(
      budget: budget, input: try input.shape, classes: classes, count: count, swiftFile: swift
    ).run()
    console.print(Self.table(result, budget))
    console.print(["", "The first one:", ""])
    console.print(SummaryTable(result.summary, depth: 2).lines)
    if let swift { console.print(["", "Swift source: \(swift)"]) }
    try console.printJSON(result)
  }

  private static func table(_ report: DesignCommand.Report, _ budget: NetworkBudget) -> [String] {
    func cell(_ number: Int?, of limit: Int?) -> String {
      guard let number else { return "unknown" }
      let share = limit.map {
        " (\(NumberFormat.percent(Double(number) / Double($0), decimals: 1)))"
      }
      return NumberFormat.grouped(number) + (share ?? "")
    }
    return TextTable(
      [
        .init("Family"), .init("Stem", .right), .init("Channels"), .init("Blocks"),
        .init("Parameters", .right), .init("Multiply-adds", .right),
        .init("Peak inference bytes", .right), .init("Depth", .right), .init("Field", .right),
      ],
      rows: report.proposals.map { proposal in
        let (network, figures) = (proposal.network, proposal.figures)
        return [
          network.family.rawValue, "/\(network.stemStride)",
          network.widths.map(String.init).joined(separator: "-"),
          network.depths.map(String.init).joined(separator: "-"),
          cell(figures.parameters, of: budget.parameters),
          cell(figures.multiplyAdds, of: budget.multiplyAdds),
          cell(figures.peakInferenceBytes, of: budget.memoryBytes), "\(figures.depth)",
          SummaryColumn.receptiveField.text(figures.receptiveField),
        ]
      }
    ).lines
  }
}

/// A count or a number of bytes, as in `250k`, `1.5M`, `10MB` or `512KiB`.
struct Quantity: ExpressibleByArgument {
  let number: Int

  init?(argument: String) {
    let digits = argument.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let unit = argument.dropFirst(digits.count).lowercased()
    let units = [
      "": 1, "k": 1e3, "m": 1e6, "g": 1e9, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 0x1p10,
      "mib": 0x1p20, "gib": 0x1p30,
    ]
    guard let count = Double(digits), let scale = units[unit], count * scale <= 0x1p60 else {
      return nil
    }
    number = Int((count * scale).rounded(.down))
  }
}
