import FoveaGraph

/// The first layer makes many channels of the image's few.
struct InputTransition: DesignPattern {
  let number = 10
  let title = "input transition"
  let deviation = "a first convolution that makes no more channels than the image has"

  func findings(in network: LintContext) -> [LintFinding] {
    network.products.compactMap { layer in
      guard layer.productDepth == 1, layer.windows != nil, let product = layer.product,
        product.outChannels <= product.inChannels, network.products.count > 1
      else { return nil }
      return finding(
        at: layer.path,
        "\(LintText.counted(product.inChannels, "channel")) of the image become "
          + "\(product.outChannels): little is left for later layers",
        numbers: [
          "inChannels": Double(product.inChannels), "outChannels": Double(product.outChannels),
        ], remedy: "make more of them; published networks begin with 16 to 64")
    }
  }
}
