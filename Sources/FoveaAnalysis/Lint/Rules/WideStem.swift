import FoveaGraph

/// A first layer that makes as many numbers a position as it reads need not find anything: it can copy.
///
/// A heuristic about the stem alone: later layers widen on purpose.
struct WideStem: LintRule {
  let identifier = "wide-stem"
  let severity = LintSeverity.note
  let finds = "a first convolution that makes as many numbers a position as it reads, or more"
  let source =
    "J. Howard, S. Gugger, Deep Learning for Coders with fastai and PyTorch, chapter 13, "
    + "ISBN 978-1-492-04552-6"

  func findings(in network: LintContext) -> [LintFinding] {
    network.products.compactMap { layer in
      guard layer.productDepth == 1, let windows = layer.windows, let product = layer.product else {
        return nil
      }
      let kernel = windows.map(\.kernel)
      let read = layer.inputs[1].elementCount / max(product.outChannels, 1)
      guard product.outChannels >= read else { return nil }
      return finding(
        at: layer.path,
        "\(product.outChannels) numbers come of \(read) "
          + "(\(LintText.extents(kernel + [product.inChannels / product.groups]))) at each position",
        numbers: ["outputs": Double(product.outChannels), "inputs": Double(read)],
        remedy:
          "a larger first kernel or fewer channels make the layer choose; many networks do well "
          + "without")
    }
  }
}
