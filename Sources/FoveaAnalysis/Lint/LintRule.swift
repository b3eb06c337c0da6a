/// One thing that is looked for in a network.
///
/// A rule is a small value in a file of its own; `all` lists them.
public protocol LintRule: Sendable {
  /// What reports and `--ignore` call it: lower-case words with hyphens.
  var identifier: String { get }

  /// The most that its findings matter.
  var severity: LintSeverity { get }

  /// What it finds, in a line.
  var finds: String { get }

  /// Where this is known from, with an arXiv number, a DOI or an ISBN.
  var source: String { get }

  /// Whether all is known that it asks about.
  func canCheck(_ network: LintContext) -> Bool

  /// What there is to say, in the order of the layers.
  func findings(in network: LintContext) -> [LintFinding]
}

extension LintRule {
  public func canCheck(_ network: LintContext) -> Bool { true }

  /// Something to say, with the rule's own severity where none is given.
  public func finding(
    _ severity: LintSeverity? = nil, at layer: String, _ message: String,
    numbers: [String: Double] = [:], remedy: String
  ) -> LintFinding {
    LintFinding(
      rule: identifier, severity: severity ?? self.severity, layer: layer, message: message,
      numbers: numbers, remedy: remedy, source: source)
  }
}

/// The rules that there are.
public enum LintRules {
  /// All of them, in the order in which reports show them.
  public static let all: [any LintRule] = [
    SoftmaxBeforeCrossEntropy(), DeadBranch(), BatchNormBatch(), BiasBeforeBatchNorm(),
    MissingActivation(), SkippedPixels(), DroppedPixels(), Checkerboard(), EvenKernel(),
    Aliasing(), ReceptiveFieldSmall(), ReceptiveFieldEarly(), WideStem(), CostImbalance(),
    DominantLinear(), ProliferatePaths(), IncreaseSymmetry(), PyramidShape(),
    IncrementalFeatures(), NormalizeLayerInputs(), InputTransition(), SummationJoining(),
    DownSamplingTransition(),
  ]

  /// What rules say: what matters most first, then in the order of the rules, then of the layers.
  public static func findings(
    in network: LintContext, of rules: [any LintRule] = all
  ) -> [LintFinding] {
    let found = rules.flatMap { $0.findings(in: network) }
    return LintSeverity.allCases.reversed().flatMap { severity in
      found.filter { $0.severity == severity }
    }
  }
}
