import FoveaGraph

/// Halving the map and doubling the channels keeps the work of a stage: one that takes most of it stands out.
struct CostImbalance: LintRule {
  let identifier = "cost-imbalance"
  let severity = LintSeverity.warning
  let finds =
    "one resolution of three or more that takes most of the multiply-adds: a note from a half on, a warning from three quarters"
  let source =
    "K. He, J. Sun, Convolutional Neural Networks at Constrained Time Cost, arXiv:1412.1710"

  func findings(in network: LintContext) -> [LintFinding] {
    let summary = ModelSummary(
      layers: network.layers.map(\.summary), joins: [],
      totals: ModelSummary.Totals(network.layers.map(\.summary)))
    // One resolution may come in several runs: gates and decoders lie between.
    let stages = Dictionary(grouping: CostStage.stages(of: summary).filter { $0.pixels > 1 }) {
      [$0.height, $0.width]
    }.mapValues { runs in
      (
        first: runs[0],
        work: runs.reduce(0) { saturated($0.addingReportingOverflow($1.multiplyAdds)) }
      )
    }
    let total = stages.values.reduce(0) { saturated($0.addingReportingOverflow($1.work)) }
    guard stages.count >= 3,
      let largest = stages.values.max(by: {
        ($0.work, $0.first.pixels, $0.first.height) < ($1.work, $1.first.pixels, $1.first.height)
      }), share(largest.work, of: total) >= 0.5
    else { return [] }
    let part = share(largest.work, of: total)
    let stage = largest.first
    return [
      finding(
        part >= 0.75 ? .warning : .note, at: stage.firstLayer,
        "maps of \(stage.height)×\(stage.width) take \(LintText.percent(part)) of the multiply-adds, "
          + "\(LintText.count(largest.work)) of \(LintText.count(total)); "
          + "\(LintText.counted(stages.count, "resolution")) in equal parts would take "
          + LintText.percent(1 / Double(stages.count)),
        numbers: [
          "share": part, "multiplyAdds": Double(largest.work), "allMultiplyAdds": Double(total),
          "resolutions": Double(stages.count),
        ],
        remedy: "move layers or channels to other resolutions: with half the height and width and "
          + "twice the channels, a convolution costs the same")
    ]
  }
}

extension CostStage {
  fileprivate var pixels: Int { saturated(height.multipliedReportingOverflow(by: width)) }
}
