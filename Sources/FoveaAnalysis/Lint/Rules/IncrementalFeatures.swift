import FoveaGraph

/// A shortcut past many layers leaves each of them little to add: short ones train better.
struct IncrementalFeatures: DesignPattern {
  let number = 8
  let title = "incremental feature construction"
  let deviation = "a shortcut past more than 8 layers with weights"
  let evidence =
    "G. Alain, Y. Bengio, arXiv:1610.01644: past 64 of 128 layers, the first half learnt nothing"

  private static let longest = 8

  func findings(in network: LintContext) -> [LintFinding] {
    network.residuals.filter { $0.depth > Self.longest }.map { residual in
      finding(
        at: residual.sum.path,
        "the shortcut that ends here leads past \(residual.depth) layers with weights",
        numbers: ["layers": Double(residual.depth)],
        remedy: "lead shortcuts past two or three layers each")
    }
  }
}
