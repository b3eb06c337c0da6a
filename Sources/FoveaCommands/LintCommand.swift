public import FoveaAnalysis
import FoveaGraph
public import FoveaTensors

/// Looks for mistakes and doubtful choices in a network, without running it.
public struct LintCommand: Hashable, Codable, Sendable {
  /// The network's name, or the path of a checkpoint, a run's folder, or a graph (`.json`).
  public var model: String
  /// One input, `[C, H, W]`; the network's own where left out.
  public var input: Shape?
  /// Samples that a worker normalises together in training; what asks for them is not checked where left out.
  public var batch: Int?
  /// The size of what the network shall see, in pixels of its image; that of the image where left out.
  public var objectSize: PixelSize?
  /// The identifiers of rules that are left out.
  public var ignored: [String] = []

  /// What was found.
  public struct Report: Hashable, Codable, Sendable {
    /// What the network was asked for by.
    public let model: String
    /// The findings: what matters most first, then in the order of the rules, then of the layers.
    public let findings: [LintFinding]
    /// How many are errors.
    public let errors: Int
    /// How many are warnings.
    public let warnings: Int
    /// How many are notes.
    public let notes: Int
    /// The identifiers of rules that were to be left out.
    public let ignored: [String]
    /// The identifiers of rules that were not checked, because the batch was not given.
    public let unchecked: [String]

    /// Whether a program that checks networks should stop: at an error, and where it is strict at a warning.
    public func isFailure(strict: Bool) -> Bool { errors > 0 || strict && warnings > 0 }
  }

  /// What a rule is, without what it does.
  public struct Rule: Hashable, Codable, Sendable {
    /// What reports and `--ignore` call it.
    public let identifier: String
    /// The most that its findings matter.
    public let severity: LintSeverity
    /// What it finds.
    public let finds: String
    /// Where this is known from.
    public let source: String
  }

  /// The rules that there are.
  public static var rules: [Rule] {
    LintRules.all.map {
      Rule(identifier: $0.identifier, severity: $0.severity, finds: $0.finds, source: $0.source)
    }
  }

  /// Makes the request.
  public init(
    model: String, input: Shape? = nil, batch: Int? = nil, objectSize: PixelSize? = nil
  ) {
    self.model = model
    self.input = input
    self.batch = batch
    self.objectSize = objectSize
  }

  /// Looks.
  ///
  /// - Throws: `CommandError` for an unknown model or rule or a number out of range, what files throw, `GraphError`
  ///   where the network does not take such an input.
  public func run() throws -> Report {
    let known = LintRules.all.map(\.identifier)
    if let unknown = ignored.first(where: { !known.contains($0) }) {
      throw CommandError.unknownName(unknown, kind: "rule", known: known)
    }
    let limit = 1_000_000
    if let objectSize,
      ![objectSize.height, objectSize.width].allSatisfy({ 1...limit ~= $0 })
    {
      throw CommandError.option(
        "--object-size", value: "\(objectSize.height)x\(objectSize.width)",
        allowed: "1 to \(limit) pixels along each axis")
    }
    let network = try AnalysedNetwork(requested: model, input: input, batch: batch ?? 1)
    let context = try LintContext(
      network.graph, inputs: network.inputs, training: network.model?.training, batch: batch,
      objectSize: objectSize)
    let rules = LintRules.all.filter { !ignored.contains($0.identifier) }
    let findings = LintRules.findings(in: context, of: rules)
    func count(_ severity: LintSeverity) -> Int { findings.count { $0.severity == severity } }
    return Report(
      model: model, findings: findings, errors: count(.error), warnings: count(.warning),
      notes: count(.note), ignored: ignored,
      unchecked: rules.filter { !$0.canCheck(context) }.map(\.identifier))
  }
}
