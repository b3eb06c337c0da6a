import FoveaGraph

/// Batch normalisation subtracts the mean, and every bias with it.
struct BiasBeforeBatchNorm: LintRule {
  let identifier = "bias-before-batch-norm"
  let severity = LintSeverity.warning
  let finds = "a convolution's bias that the batch normalisation after it takes away again"
  let source = "S. Ioffe, C. Szegedy, Batch Normalization, arXiv:1502.03167, section 3.2"

  func findings(in network: LintContext) -> [LintFinding] {
    network.products.compactMap { layer in
      guard layer.node.inputs.count == 3, layer.node.operation is Conv2d,
        let reader = network.onlyReader(ofNode: layer.index),
        reader.node.operation is BatchNorm2d || reader.node.operation is BatchNorm2dTraining
      else { return nil }
      let biases = layer.inputs[2].elementCount
      return finding(
        at: layer.path,
        "\(LintText.count(biases)) biases to no effect: \(reader.path) subtracts the mean, and has "
          + "a bias itself",
        numbers: ["biases": Double(biases)],
        remedy: "make the convolution with bias: false")
    }
  }
}
