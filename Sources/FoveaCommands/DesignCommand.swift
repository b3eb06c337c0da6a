public import FoveaAnalysis
import FoveaFormats
import FoveaGraph
import FoveaLayers
public import FoveaTensors
public import FoveaZoo
import Foundation

/// Proposes networks that keep a budget.
public struct DesignCommand: Hashable, Codable, Sendable {
  /// What they may have and cost.
  public var budget: NetworkBudget
  /// One input, `[C, H, W]`.
  public var input: Shape
  /// The number of classes.
  public var classes: Int
  /// How many networks to propose.
  public var count: Int
  /// Where the best one is written as Swift source, where it is to be.
  public var swiftFile: String?

  /// The most networks that are proposed.
  public static let mostProposals = 20

  /// One network.
  public struct Proposal: Hashable, Codable, Sendable {
    /// How it is built.
    public let network: StagedNetwork
    /// What it costs, holds and sees.
    public let figures: NetworkFigures
  }

  /// What was found.
  public struct Report: Hashable, Codable, Sendable {
    /// The networks, the best first.
    public let proposals: [Proposal]
    /// The best one, layer by layer.
    public let summary: ModelSummary
    /// The best one as Swift source.
    public let source: String
  }

  /// Makes the request.
  public init(
    budget: NetworkBudget, input: Shape, classes: Int, count: Int = 3, swiftFile: String? = nil
  ) {
    self.budget = budget
    self.input = input
    self.classes = classes
    self.count = count
    self.swiftFile = swiftFile
  }

  /// Searches.
  ///
  /// - Throws: `CommandError` for a number out of range, and with the least that would do where the budget is too small;
  ///   `GraphError` for an input that suits no network; `FileWriteError` where the source cannot be written.
  public func run() throws -> Report {
    try check()
    let candidates = try DesignSearch(input: input, classes: classes, budget: budget).candidates()
    let proposals = try candidates.prefix(count).map { candidate in
      let network = candidate.network
      let analysed = AnalysedNetwork(
        label: network.family.rawValue, model: try network.build(input: input),
        input: Shape([1] + input.dimensions))
      return (
        proposal: Proposal(network: network, figures: try analysed.figures()),
        graph: analysed.graph
      )
    }
    guard let best = proposals.first else { throw CommandError.budgetTooSmall(budget) }
    var summary = try ModelSummary(of: best.graph)
    summary.totals.peakInferenceBytes = best.proposal.figures.peakInferenceBytes
    let figures = best.proposal.figures
    let source = best.proposal.network.swiftSource(
      input: input,
      comment: "\(figures.parameters) parameters, \(figures.multiplyAdds) multiply-adds an image")
    if let swiftFile {
      try AtomicFile.write(Data(source.utf8), to: URL(fileURLWithPath: swiftFile))
    }
    return Report(proposals: proposals.map(\.proposal), summary: summary, source: source)
  }

  private func check() throws(CommandError) {
    let limits = [
      ("--params", budget.parameters), ("--macs", budget.multiplyAdds),
      ("--memory", budget.memoryBytes),
    ]
    guard limits.contains(where: { $0.1 != nil }) else {
      throw .missing("a budget", remedy: "give --params, --macs or --memory, or several of them")
    }
    for case (let option, let value?) in limits where value < 1 {
      throw .option(option, value: "\(value)", allowed: "1 or more")
    }
    guard input.rank == 3, input.dimensions.allSatisfy({ 1...1 << 16 ~= $0 }) else {
      throw .option(
        "--input", value: "\(input)",
        allowed: "channels, height and width of 1 to 65536, such as 3x32x32")
    }
    guard 1...1_000_000 ~= classes else {
      throw .option("--classes", value: "\(classes)", allowed: "1 to 1000000")
    }
    guard 1...Self.mostProposals ~= count else {
      throw .option("--count", value: "\(count)", allowed: "1 to \(Self.mostProposals)")
    }
  }
}
