import FoveaGraph

/// Layers of one scale train faster and deeper.
struct NormalizeLayerInputs: DesignPattern {
  let number = 9
  let title = "normalise layer inputs"
  let deviation = "10 layers with weights or more, and no normalisation anywhere"
  let evidence = "torchvision's VGG-16: 71.6 % right on ImageNet, with BatchNorm 73.4 %"

  private static let fewest = 10

  func findings(in network: LintContext) -> [LintFinding] {
    let products = network.products
    // Other normalisations are put together of means and a root.
    let isNormalised = network.layers.contains { layer in
      layer.node.operation is BatchNorm2d || layer.node.operation is BatchNorm2dTraining
        || layer.node.operation is GroupNorm || layer.node.operation is LayerNorm
        || (layer.node.operation as? Unary)?.function == .sqrt
    }
    guard products.count >= Self.fewest, !isNormalised, let first = products.first else {
      return []
    }
    return [
      finding(
        at: first.path,
        "\(products.count) layers with weights from here on, and none is normalised",
        numbers: ["layers": Double(products.count)],
        remedy: "put batch normalisation after convolutions, which then need no bias")
    ]
  }
}
