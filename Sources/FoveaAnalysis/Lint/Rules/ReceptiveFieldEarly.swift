import FoveaGraph

/// Layers whose input sees the whole image already add little: the edges of what they see are padding.
struct ReceptiveFieldEarly: LintRule {
  let identifier = "receptive-field-early"
  let severity = LintSeverity.warning
  let finds =
    "layers whose inputs see the whole image already: a note from a quarter of the multiply-adds on, a warning from three quarters"
  let source =
    "M. Richter et al., Should You Go Deeper? Optimizing Convolutional Neural Network Architectures "
    + "without Training, arXiv:2106.12307"

  func findings(in network: LintContext) -> [LintFinding] {
    guard let image = network.image else { return [] }
    let layers = network.trunk.filter { $0.product != nil }
    let late = layers.filter { layer in
      guard let before = network.layer(making: layer.node.inputs[0]),
        let size = before.summary.receptiveField.size
      else { return false }
      return size.height >= image[2] && size.width >= image[3]
    }
    let work = ModelSummary.Totals(layers.map(\.summary)).multiplyAdds
    let lateWork = ModelSummary.Totals(late.map(\.summary)).multiplyAdds
    let part = share(lateWork, of: work)
    guard let first = late.first, part >= 0.25 else { return [] }
    return [
      finding(
        part >= 0.75 ? .warning : .note, at: first.path,
        "from here on, each element sees all \(image[2])×\(image[3]) pixels: \(late.count) of "
          + "\(LintText.counted(layers.count, "layer")) with windows, "
          + "\(LintText.percent(part)) of their multiply-adds",
        numbers: [
          "layers": Double(late.count), "allLayers": Double(layers.count),
          "multiplyAdds": Double(lateWork), "share": part,
        ],
        remedy: "take larger images, reduce the map later, or leave layers out")
    ]
  }
}
