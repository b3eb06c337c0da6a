extension Glossary {
  static let cost = [
    GlossaryEntry(
      "multiply-add", aliases: ["MAC", "MACs", "multiply-accumulate", "multiplications"],
      "One multiplication whose product is added to a sum: the unit of a network's work. A convolution makes them for each "
        + "position of its output, not of its input; biases are additions apart.",
      formula: "H_out·W_out·k·k·(C_in/g)·C_out",
      source: "K. He, J. Sun, arXiv:1412.1710",
      related: ["FLOP", "time complexity", "doubling the filters"]
    ) {
      let layer = try Example.convolution(7, 7, 8, filters: 16, kernel: 3, stride: 2, padding: 1)
      return
        "3×3, stride 2, 7×7×8 to \(layer.output.text): 4·4·\(grouped(layer.weights)) = \(grouped(layer.multiplyAdds)), where "
        + "7·7·\(grouped(layer.weights)) = \(grouped(49 * layer.weights)) would count positions that do not exist."
    },
    GlossaryEntry(
      "FLOP", aliases: ["FLOPs", "GFLOPs", "floating point operations"],
      "One addition or multiplication; a multiply-add is two. Papers and tools often write FLOPs and mean multiply-adds, so a "
        + "factor of two needs a look at the rule (fovea summary MODEL --conventions).",
      formula: "FLOPs = 2·multiply-adds",
      source: "K. He et al., arXiv:1512.03385, table 1",
      related: ["multiply-add", "time complexity"]
    ) {
      let layer = try Example.convolution(
        224, 224, 3, filters: 64, kernel: 7, stride: 2, padding: 3)
      return
        "ResNet's first layer: \(grouped(layer.multiplyAdds)) multiply-adds, \(grouped(2 * layer.multiplyAdds)) FLOPs."
    },
    GlossaryEntry(
      "time complexity", aliases: ["computational cost", "constrained time cost"],
      "The multiply-adds of all layers. Designs keep it about the same from one stage to the next, so that no stage is a "
        + "bottleneck: half the map's side, twice the channels.",
      formula: "sum over layers of C_in·k²·C_out·H_out·W_out",
      source: "K. He, J. Sun, arXiv:1412.1710", related: ["multiply-add", "doubling the filters"]
    ) {
      let stages = try [(56, 64), (28, 128), (14, 256), (7, 512)].map { side, channels in
        let layer = try Example.convolution(
          side, side, channels, filters: channels, kernel: 3, padding: 1)
        return "\(layer.output.text) \(grouped(layer.multiplyAdds))"
      }
      return "A 3×3 layer in each stage of ResNet-18: \(stages.joined(separator: ", "))."
    },
    GlossaryEntry(
      "doubling the filters",
      aliases: ["double the filters", "doubling filters", "width doubling"],
      "Where a stride of 2 quarters the positions, twice the filters on twice the channels make four times the weights: "
        + "multiply-adds stay about the same (exactly where the side halves exactly), while activations halve. It keeps cost and "
        + "adds capacity; it does not raise the cost of upper layers.",
      formula: "(H/2)·(W/2)·k²·(2·C)·(2·C) = H·W·k²·C²; (H/2)·(W/2)·2·C = H·W·C/2",
      source: "K. Simonyan, A. Zisserman, arXiv:1409.1556; K. He et al., arXiv:1512.03385",
      related: ["time complexity", "stride", "max pooling"]
    ) {
      let layers = try [(14, 4, 8), (7, 8, 16), (4, 16, 32)].map { side, from, to in
        try Example.convolution(side, side, from, filters: to, kernel: 3, stride: 2, padding: 1)
      }
      return
        "4-8-16-32 channels on 14×14, 3×3 with stride 2: \(layers.map { grouped($0.multiplyAdds) }.joined(separator: ", ")); "
        + "the first differs, since 7 rounds up to 4."
    },
    GlossaryEntry(
      "inputs per output", aliases: ["stem", "larger first kernel", "input transition"],
      "How many numbers a position reads for those that it makes. A first layer that makes 8 of 9 hardly has to choose what "
        + "matters, so stems take larger kernels. A rule of thumb for stems, not a law: expanding layers make more than they "
        + "read, and train well.",
      formula: "k·k·C_in in, C_out out",
      source:
        "J. Howard, S. Gugger, Deep Learning for Coders (2020), chapter 13; M. Sandler et al., arXiv:1801.04381",
      related: ["kernel", "bottleneck", "inverted residual"]
    ) {
      let ratios = try [3, 5].map { kernel in
        let layer = try Example.convolution(28, 28, 1, filters: 8, kernel: kernel)
        return "\(layer.weights / 8) → 8 with \(kernel)×\(kernel)"
      }
      let expansion = try Example.convolution(56, 56, 24, filters: 144, kernel: 1)
      return
        "On grey images \(ratios.joined(separator: ", ")); MobileNetV2 expands 24 → \(expansion.output.channels)."
    },
    GlossaryEntry(
      "parameter efficiency", aliases: ["memory efficiency", "CNN vs fully connected"],
      "A convolution has far fewer parameters than a dense layer of the same shapes. Its activations are no fewer, and in a "
        + "network without early strides they outweigh the parameters many times.",
      source: "K. Simonyan, A. Zisserman, arXiv:1409.1556",
      related: ["parameter sharing", "activation volume"]
    ) {
      let layer = try Example.convolution(224, 224, 3, filters: 64, kernel: 3, padding: 1)
      let working = try layer.working
      guard case .count(let activations)? = working.results["outputElements"] else { return "" }
      return
        "224×224×3 to \(layer.output.text): \(grouped(layer.parameters)) parameters, but \(grouped(activations)) activations an "
        + "image; dense it would take \(grouped(3 * 224 * 224 * activations)) weights."
    },
    GlossaryEntry(
      "in-place operation", aliases: ["inplace", "inplace=True", "in-place"],
      "A result that is written over its input. Where the backward pass needs that input, it may not be: PyTorch counts "
        + "versions and raises an error, so that without one the gradients are right; its warning about hooks on saved tensors is another matter. Fovea's planner does it where nobody "
        + "reads the input again.",
      source: "PyTorch documentation, Autograd mechanics",
      related: ["activation volume", "ReLU"]
    ) {
      let working = try Example.convolution(112, 112, 3, filters: 64, kernel: 3, padding: 1).working
      guard case .count(let bytes)? = working.results["outputBytes"] else { return "" }
      return "ReLU over 112×112×64 in place saves \(grouped(bytes)) bytes an image."
    },
  ]
}
