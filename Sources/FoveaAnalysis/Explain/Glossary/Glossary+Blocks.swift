import Foundation

extension Glossary {
  static let blocks = [
    GlossaryEntry(
      "max pooling", aliases: ["pooling", "max-pool", "maxpool", "pool"],
      "The largest number under a window, for each channel by itself; nothing is learned. It lowers the resolution, and widens "
        + "what later layers see, since each of their steps is s pixels.",
      formula: "⌊(H + 2·p − d·(k − 1) − 1) / s⌋ + 1",
      source: "Y. Boureau, J. Ponce, Y. LeCun, ICML 2010",
      related: ["average pooling", "ceil mode", "stride", "doubling the filters"]
    ) {
      let field = try Example.field([(3, 1, 1), (2, 2, 1), (3, 1, 1)])
      let plain = try Example.field([(3, 1, 1), (3, 1, 1)])
      let before = 56 * 56 * 64
      let after = try Example.convolution(28, 28, 64, filters: 128, kernel: 3, padding: 1).output
      return
        "Two 3×3 layers see \(plain.size) pixels, with 2×2 pooling between them \(field.size). Pooling 56×56×64 and doubling "
        + "the channels leaves \(grouped(after.height * after.width * after.channels)) of \(grouped(before)) activations: half."
    },
    GlossaryEntry(
      "average pooling", aliases: ["average pool", "avg pool", "mean pooling"],
      "The mean of the numbers under a window. Whether padding counts in the divisor is a setting (count_include_pad); PyTorch "
        + "and Fovea count it unless told otherwise, ONNX does not.",
      formula: "sum / k²",
      source: "Y. Boureau, J. Ponce, Y. LeCun, ICML 2010",
      related: ["max pooling", "global average pooling"]
    ) {
      let means = Example.correlation([1, 3, 5, 7], [0.5, 0.5])
      return
        "Windows of 2 over [1, 3, 5, 7]: \(list(means)), of which stride 2 takes \(list([means[0], means[2]]))."
    },
    GlossaryEntry(
      "ceil mode",
      "Rounding the number of positions up, so that a last window may hang over the end; one that would start in the padding "
        + "after the last pixel is dropped. GoogLeNet and SqueezeNet need it.",
      formula:
        "⌈(H + 2·p − d·(k − 1) − 1) / s⌉ + 1, less 1 where the last window starts at H + p or later",
      source: "PyTorch documentation, torch.nn.MaxPool2d",
      related: ["max pooling", "output size"]
    ) {
      func size(_ extent: Int, _ kernel: Int, _ stride: Int, _ padding: Int) throws -> (Int, Int) {
        let windows = try [false, true].map {
          try checkedWindow(kernel, stride, 1, .init(padding), ceilMode: $0)
        }
        return (windows[0].positions(on: extent) ?? 0, windows[1].positions(on: extent) ?? 0)
      }
      let (plain, dropped) = (try size(112, 3, 2, 0), try size(5, 2, 2, 1))
      return
        "3×3, stride 2 on 112 pixels: \(plain.0), in ceil mode \(plain.1). 2×2, stride 2, padding 1 on 5: \(dropped.0), and in "
        + "ceil mode \(dropped.1), since a fourth window would start behind the last pixel."
    },
    GlossaryEntry(
      "global average pooling", aliases: ["GAP"],
      "The mean of each channel over the whole map: whatever the image's size, C numbers. It replaces the flattened head, has no "
        + "weights, and does not care where things are; the layers before it may.",
      formula: "[N, C, H, W] → [N, C]",
      source: "M. Lin, Q. Chen, S. Yan, arXiv:1312.4400",
      related: ["flatten", "invariance", "fully connected layer"]
    ) {
      let (flat, pooled) = (
        try Example.linearParameters(7 * 7 * 512, 1000), try Example.linearParameters(512, 1000)
      )
      return
        "A head for 1,000 classes on 7×7×512: \(grouped(flat)) parameters flattened, \(grouped(pooled)) averaged."
    },
    GlossaryEntry(
      "residual block",
      aliases: ["skip connection", "residual connection", "shortcut", "ResNet block"],
      "The block's input is added to what its layers make of it, so they learn a difference. It eases optimisation of deep "
        + "networks: plain ones got worse though batch normalisation kept their gradients alive. In v1 a ReLU follows the sum; "
        + "only v2 has a path of pure identity. Where shapes change, a 1×1 convolution projects.",
      formula: "y = x + F(x)",
      source: "K. He et al., arXiv:1512.03385; K. He et al., arXiv:1603.05027",
      related: ["bottleneck", "vanishing gradient"]
    ) {
      let gain = (0..<20).reduce(1.0) { product, _ in product * 0.5 }
      let residual = (0..<20).reduce(1.0) { product, _ in product * (1 + 0.5 * 0.1) }
      return
        "Twenty layers that each multiply by 0.5 leave \(String(format: "%.1e", gain)) of a signal; twenty blocks x + 0.05·x make it \(decimal(residual))."
    },
    GlossaryEntry(
      "bottleneck", aliases: ["bottleneck block"],
      "1×1 to fewer channels, 3×3 there, 1×1 back to more. It gives an interface four times as wide for about the cost of a "
        + "block of two 3×3 convolutions; that it represents as much is measured, not proved.",
      formula: "C·C/4 + 9·(C/4)² + C/4·C weights",
      source: "K. He et al., arXiv:1512.03385", related: ["residual block", "1×1 convolution"]
    ) {
      let basic =
        2 * (try Example.convolution(56, 56, 64, filters: 64, kernel: 3, padding: 1).multiplyAdds)
      let narrow = try [
        Example.convolution(56, 56, 256, filters: 64, kernel: 1),
        Example.convolution(56, 56, 64, filters: 64, kernel: 3, padding: 1),
        Example.convolution(56, 56, 64, filters: 256, kernel: 1),
      ].reduce(0) { $0 + $1.multiplyAdds }
      return
        "At 56×56: two 3×3 on 64 channels \(grouped(basic)) multiply-adds, a bottleneck on 256 channels \(grouped(narrow))."
    },
    GlossaryEntry(
      "inverted residual", aliases: ["MBConv", "linear bottleneck"],
      "A bottleneck the other way round: 1×1 to more channels, depthwise 3×3, 1×1 to few, with the sum between the narrow ends "
        + "and no activation there.",
      formula: "t·C² + 9·t·C + t·C·C_out weights, t the expansion",
      source: "M. Sandler et al., arXiv:1801.04381",
      related: ["bottleneck", "depthwise convolution", "inputs per output"]
    ) {
      let weights = try [
        Example.convolution(56, 56, 24, filters: 144, kernel: 1),
        Example.convolution(56, 56, 144, filters: 144, kernel: 3, padding: 1, groups: 144),
        Example.convolution(56, 56, 144, filters: 24, kernel: 1),
      ].map(\.weights)
      return
        "24 channels, expansion 6: \(weights.map(grouped).joined(separator: " + ")) = \(grouped(weights.reduce(0, +))) weights."
    },
    GlossaryEntry(
      "squeeze-and-excitation", aliases: ["SE block", "SE"],
      "Channels are scaled by gates that two small dense layers compute from their global averages: from there on, every "
        + "number depends on the whole image.",
      formula: "C·C/r + C/r + C·C/r + C parameters, r the reduction",
      source: "J. Hu et al., arXiv:1709.01507",
      related: ["global average pooling", "receptive field"]
    ) {
      let count = try Example.linearParameters(256, 16) + Example.linearParameters(16, 256)
      return "256 channels, r = 16: \(grouped(count)) parameters."
    },
    GlossaryEntry(
      "ReLU", aliases: ["non-linearity", "activation function", "rectifier"],
      "Numbers below zero become zero. Without something that is not linear between them, two convolutions are one convolution "
        + "with a larger kernel.",
      formula: "max(0, x)",
      source: "X. Glorot, A. Bordes, Y. Bengio, AISTATS 2011",
      related: ["dead unit", "convolution"]
    ) {
      let (one, two) = ([1.0, 2], [1.0, -1])
      let joined = Example.correlation([0] + one + [0], two.reversed())
      let signal = [3.0, 1, 4, 1, 5]
      let twice = Example.correlation(Example.correlation(signal, one), two)
      return
        "\(list(signal)) through \(list(one)), then \(list(two)): \(list(twice)); through the one kernel \(list(joined)): "
        + "\(list(Example.correlation(signal, joined)))."
    },
    GlossaryEntry(
      "dead unit", aliases: ["dying ReLU", "near zero"],
      "A unit that is zero for all inputs passes no gradient and does not learn again. Share of zeros is counted by |x| < ε; "
        + "counting x ≤ 0.05, as fastai does on what enters the ReLU, takes every negative number for near zero.",
      source: "L. Lu et al., arXiv:1903.06733", related: ["ReLU", "batch normalisation"]
    ) {
      let values = [-2.0, -0.5, 0.01, 0.3, 2]
      let near = values.filter { abs($0) <= 0.05 }.count
      let below = values.filter { $0 <= 0.05 }.count
      return "Of \(list(values)), \(near) is near zero; counting all at most 0.05 gives \(below)."
    },
  ]
}
