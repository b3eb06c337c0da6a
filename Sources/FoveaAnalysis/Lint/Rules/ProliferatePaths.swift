import FoveaGraph

/// Many paths make a deep network an ensemble of shallower ones; a single one is hard to train.
struct ProliferatePaths: DesignPattern {
  let number = 2
  let title = "proliferate paths"
  let deviation = "more than 18 layers with weights in a row, between which no paths meet"
  let evidence =
    "K. He et al., arXiv:1512.03385: 18 plain layers err as 18 residual ones on ImageNet (27.94 %, "
    + "27.88 %), 34 err more (28.54 %, 25.03 %)"

  private static let longest = 18

  func findings(in network: LintContext) -> [LintFinding] {
    var runs: [Int: Int] = [:]
    var deepest: (layer: LintLayer, length: Int)?
    for layer in network.layers {
      let before = Set(layer.node.inputs.map(\.node)).filter {
        let operation = network.graph.nodes[$0].operation
        return !operation.isSource && !(operation is Constant)
      }
      // Where paths meet, a new run begins.
      let isJoin = before.count > 1
      let length =
        (isJoin ? 0 : before.compactMap { runs[$0] }.max() ?? 0) + (layer.product == nil ? 0 : 1)
      runs[layer.index] = length
      if length > deepest?.length ?? 0 { deepest = (layer, length) }
    }
    guard let deepest, deepest.length > Self.longest else { return [] }
    return [
      finding(
        at: deepest.layer.path,
        "\(deepest.length) layers with weights in a row end here, and no paths meet between them",
        numbers: ["layers": Double(deepest.length)],
        remedy: "lead shortcuts past every two or three of them")
    ]
  }
}
