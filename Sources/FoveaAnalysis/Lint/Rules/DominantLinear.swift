import FoveaGraph

/// A dense layer over a map has weights for each position, most of the network's as a rule.
struct DominantLinear: LintRule {
  let identifier = "dominant-linear"
  let severity = LintSeverity.warning
  let finds =
    "one fully connected layer with more than half of a convolutional network's parameters"
  let source = "M. Lin, Q. Chen, S. Yan, Network in Network, arXiv:1312.4400"

  func findings(in network: LintContext) -> [LintFinding] {
    let total = ModelSummary.Totals(network.layers.map(\.summary)).parameters
    let isConvolutional = network.products.contains {
      $0.windows != nil && network.flattenedMap(readBy: $0) == nil
    }
    guard isConvolutional else { return [] }
    return network.products.compactMap { layer in
      let map = network.flattenedMap(readBy: layer)
      let own = layer.summary.parameters
      guard layer.node.operation is Linear || map != nil, let product = layer.product,
        share(own, of: total) > 0.5
      else { return nil }
      let words =
        "\(LintText.count(own)) of \(LintText.count(total)) parameters, "
        + LintText.percent(share(own, of: total))
      let numbers = [
        "parameters": Double(own), "allParameters": Double(total),
        "share": share(own, of: total),
      ]
      guard let map, own >= layer.inputs[1].elementCount else {
        return finding(
          .note, at: layer.path,
          "\(words), for \(product.outChannels) results of "
            + "\(product.inChannels) features", numbers: numbers,
          remedy: "make the features before it fewer, or factorise it by a narrow layer")
      }
      let weights = layer.inputs[1].elementCount
      let pooled = own - weights + weights / (map.height * map.width)
      return finding(
        at: layer.path,
        "\(words): it has weights for each of \(map.height)×\(map.width) positions",
        numbers: numbers.merging(["parametersAfterPooling": Double(pooled)]) { $1 },
        remedy: "average-pool the map to 1×1 before it: then it has \(LintText.count(pooled))")
    }
  }
}
