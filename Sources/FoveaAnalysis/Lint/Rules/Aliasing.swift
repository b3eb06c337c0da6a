import FoveaGraph

/// Every second pixel of a map with fine detail says something else once the image moves by one.
struct Aliasing: LintRule {
  let identifier = "aliasing"
  let severity = LintSeverity.note
  let finds = "a strided convolution or max-pooling without a blur before the stride"
  let source = "R. Zhang, Making Convolutional Networks Shift-Invariant Again, arXiv:1904.11486"

  func findings(in network: LintContext) -> [LintFinding] {
    network.layers.compactMap { layer in
      guard layer.node.operation.isConvolution || layer.node.operation is MaxPool2d,
        let windows = layer.windows, layer.pixels > 1,
        windows.contains(where: { $0.stride > 1 }),
        // What a stride skips is another rule's.
        !windows.contains(where: { $0.stride > $0.reach }),
        !isBlurred(layer, network)
      else { return nil }
      let extents = LintText.extents([layer.inputs[0].gridHeight, layer.inputs[0].gridWidth])
      return finding(
        at: layer.path,
        "stride \(LintText.extents(windows.map(\.stride))) on a \(extents) map, without a blur",
        numbers: [
          "strideHeight": Double(windows[0].stride), "strideWidth": Double(windows[1].stride),
        ],
        remedy: "where the answer must not change with a shift by a pixel: the same layer with "
          + "stride 1, then a fixed blur with the stride (BlurPool)")
    }
  }

  /// Whether the layer is a blur itself, with weights that nothing trains, or an average comes right before it.
  private func isBlurred(_ layer: LintLayer, _ network: LintContext) -> Bool {
    if layer.node.operation.isConvolution,
      let weight = network.graph.nodes[layer.node.inputs[1].node].operation as? Variable,
      weight.role == .buffer
    {
      return true
    }
    return network.layer(making: layer.node.inputs[0])?.node.operation is AvgPool2d
  }
}
