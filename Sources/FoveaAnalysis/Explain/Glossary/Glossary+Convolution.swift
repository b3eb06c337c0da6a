extension Glossary {
  static let convolution = [
    GlossaryEntry(
      "convolution", aliases: ["conv", "convolutional layer", "conv2d"],
      "A window slides over the map; at each position the numbers under it are multiplied by the kernel's and summed, and a "
        + "bias is added. A sum of products, never a minimum, a maximum or a median: those are other layers.",
      formula:
        "y[o, y, x] = b[o] + sum over c, i, j of w[o, c, i, j]·x[c, s·y + d·i − p, s·x + d·j − p]",
      source: "Y. LeCun et al., Proc. IEEE 86 (1998), doi:10.1109/5.726791",
      related: ["kernel", "cross-correlation", "output size", "nn.Conv2d"]
    ) {
      let layer = try Example.convolution(64, 64, 32, filters: 64, kernel: 3, padding: 1)
      return
        "64×64×32 with 64 filters of 3×3, stride 1, padding 1: \(layer.output.text), \(grouped(layer.parameters)) parameters."
    },
    GlossaryEntry(
      "kernel", aliases: ["convolution matrix", "edge detector"],
      "The weights under the window: k×k numbers for each input channel. What it answers to depends on their signs: a row of "
        + "−1 above a row of +1 finds edges that are dark above and bright below.",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["filter", "even kernel", "smallest kernel"]
    ) {
      let (column, kernel) = ([0.0, 0, 9, 9], [-1.0, 0, 1])
      return
        "The column \(list(column)) under the kernel \(list(kernel)): \(list(Example.correlation(column, kernel))); zeros "
        + "under any kernel: \(list(Example.correlation([0, 0, 0], kernel)))."
    },
    GlossaryEntry(
      "filter", aliases: ["filters", "output channels"],
      "One kernel through all input channels, with its bias: it makes one output channel. A layer has several, and they are "
        + "what is learned.",
      formula: "k·k·C_in/g weights a filter, C_out filters",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["kernel", "channel", "parameters of a convolution"]
    ) {
      let layer = try Example.convolution(14, 14, 8, filters: 16, kernel: 3, padding: 1)
      return
        "16 filters of 3×3 on 8 channels: 16·\(layer.weights / 16) = \(grouped(layer.weights)) weights and 16 biases, "
        + "\(grouped(layer.parameters)) parameters."
    },
    GlossaryEntry(
      "parameters of a convolution", aliases: ["parameters", "parameter count", "weights"],
      "Weights and biases. They depend on channels and kernel, not on the map's height and width: the volumes of input and "
        + "output have no part in them.",
      formula: "k·k·(C_in/g)·C_out + C_out",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["filter", "bias", "time complexity"]
    ) {
      let large = try Example.convolution(224, 224, 3, filters: 64, kernel: 5)
      let small = try Example.convolution(32, 32, 3, filters: 64, kernel: 5)
      return
        "3·5·5·64 + 64 = \(grouped(large.parameters)) on 224×224 pixels, and \(grouped(small.parameters)) on 32×32."
    },
    GlossaryEntry(
      "bias",
      "A number that is added to all of a filter's results. Before batch normalisation it does nothing, since the mean that is "
        + "taken away holds it.",
      source: "S. Ioffe, C. Szegedy, arXiv:1502.03167",
      related: ["batch normalisation", "parameters of a convolution"]
    ) {
      let plain = BatchNormQuestion.normalized([1, 2, 3])
      let shifted = BatchNormQuestion.normalized([1, 2, 3].map { $0 + 10 })
      return
        "Normalised, [1, 2, 3] is \(list(plain)); with a bias of 10, \(list(shifted))."
    },
    GlossaryEntry(
      "cross-correlation", aliases: ["correlation"],
      "What frameworks compute and call convolution. Signal processing's convolution flips the kernel first; for learned "
        + "weights that is only another order.",
      formula: "correlation: sum of w[i]·x[t + i]; convolution: sum of w[i]·x[t − i]",
      source: "I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), section 9.1",
      related: ["convolution", "kernel"]
    ) {
      let (signal, kernel) = ([1.0, 2, 4, 8], [1.0, 0, -1])
      return
        "\(list(signal)) with \(list(kernel)): correlated \(list(Example.correlation(signal, kernel))), convolved "
        + "\(list(Example.correlation(signal, kernel.reversed())))."
    },
    GlossaryEntry(
      "padding", aliases: ["zero padding"],
      "Rows and columns, mostly of zeros, round the map, so that windows can be centred on its edge. The rule p = (k − 1)/2 "
        + "keeps the size for odd kernels, stride 1 and dilation 1 alone.",
      formula: "size kept at stride 1: both ends together d·(k − 1)",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["same padding", "valid padding", "full padding", "even kernel"]
    ) {
      let sizes = try [0, 1, 2].map {
        try Example.convolution(32, 32, 1, filters: 1, kernel: 3, padding: $0).output.height
      }
      return
        "3×3 on 32 pixels with padding 0, 1, 2: \(sizes.map(String.init).joined(separator: ", "))."
    },
    GlossaryEntry(
      "same padding", aliases: ["same"],
      "The least padding that makes ⌈H/s⌉ positions. TensorFlow puts an odd pixel at the end; PyTorch pads alike at both "
        + "ends, so that at stride 2 the windows of the two lie apart.",
      formula: "max((⌈H/s⌉ − 1)·s + d·(k − 1) + 1 − H, 0)",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["padding", "valid padding", "stride"]
    ) {
      let padded = try checkedWindow(3, 2, 1).paddedToKeep(224)
      return
        "3×3, stride 2 on 224 pixels: \(padded.padding.before) before and \(padded.padding.after) after make "
        + "\(padded.positions(on: 224) ?? 0) positions; PyTorch's 1 and 1 make as many, one pixel further up and left."
    },
    GlossaryEntry(
      "valid padding", aliases: ["valid", "no padding"],
      "None: windows lie inside the map, which shrinks by d·(k − 1) at stride 1.",
      formula: "⌊(H − d·(k − 1) − 1) / s⌋ + 1",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285", related: ["padding", "same padding"]
    ) {
      let layer = try Example.convolution(224, 224, 3, filters: 64, kernel: 5)
      return "5×5 on 224 pixels: \(layer.output.height)."
    },
    GlossaryEntry(
      "full padding", aliases: ["full"],
      "As much as leaves each window a pixel: d·(k − 1) at both ends. The map grows; the gradient of a valid convolution with "
        + "respect to its input is such a one.",
      formula: "H + d·(k − 1) positions at stride 1",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["padding", "transposed convolution"]
    ) {
      let window = try checkedWindow(5, 1, 1).paddedInFull()
      return
        "5×5 on 220 pixels with padding \(window.padding.before): \(window.positions(on: 220) ?? 0)."
    },
    GlossaryEntry(
      "even kernel",
      "A kernel without a tap in its centre. No symmetric padding keeps the size: one end needs a pixel more, and the map moves "
        + "by half a pixel.",
      formula: "d·(k − 1) is odd for even k and odd d",
      source: "S. Wu et al., arXiv:1903.08385", related: ["padding", "smallest kernel"]
    ) {
      let sizes = try [0, 1].map {
        try Example.convolution(32, 32, 1, filters: 1, kernel: 2, padding: $0).output.height
      }
      return
        "2×2 on 32 pixels: \(sizes[0]) with padding 0, \(sizes[1]) with padding 1, and 32 with one pixel at one end."
    },
    GlossaryEntry(
      "stride", aliases: ["strides"],
      "Pixels from one position of the window to the next. It divides each side of the map by about s and leaves pixels at the "
        + "end unused where the remainder is not 0; what later layers see grows s times as fast.",
      formula: "unused: (H + 2·p − d·(k − 1) − 1) mod s, padding included",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["output size", "jump", "max pooling", "aliasing"]
    ) {
      let layer = try Example.convolution(28, 28, 1, filters: 1, kernel: 5, stride: 2)
      return
        "5×5, stride 2 on 28 pixels: \(layer.output.height) positions, and the last "
        + "\(layer.windows.rows.unusedPixels(on: 28)) row and column in no window."
    },
    GlossaryEntry(
      "parameter sharing", aliases: ["weight sharing", "shared weights"],
      "The same kernel at each position. It saves weights, and makes the layer translation equivariant: away from the borders, "
        + "and for shifts by multiples of the stride.",
      source: "Y. LeCun et al., Proc. IEEE 86 (1998), doi:10.1109/5.726791",
      related: ["equivariance", "stationarity", "locality"]
    ) {
      let layer = try Example.convolution(28, 28, 1, filters: 8, kernel: 3, padding: 1)
      let unshared = layer.weights * layer.output.height * layer.output.width
      return
        "8 filters of 3×3 on 28×28: \(layer.weights) weights; with weights of its own for each position, "
        + "\(grouped(unshared))."
    },
    GlossaryEntry(
      "locality", aliases: ["local connectivity"],
      "The assumption that near pixels say more about each other than far ones, so that a small window is enough at first. "
        + "A larger kernel assumes less; one as large as the map, nothing.",
      source: "M. Bronstein et al., Geometric Deep Learning, arXiv:1611.08097",
      related: ["stationarity", "kernel", "fully connected layer"]
    ) {
      let layer = try Example.convolution(28, 28, 1, filters: 1, kernel: 3, padding: 1)
      let dense = try Example.linearParameters(28 * 28, 28 * 28)
      return
        "28×28 to 28×28: \(layer.parameters) parameters where each pixel sees its 3×3 neighbours, "
        + "\(grouped(dense)) where it sees all."
    },
    GlossaryEntry(
      "stationarity",
      "The assumption that what is useful in one place is useful in any other, so that one kernel serves all of them. Aligned "
        + "faces are a case where it fails.",
      source: "M. Bronstein et al., Geometric Deep Learning, arXiv:1611.08097",
      related: ["parameter sharing", "locality"]
    ) {
      let edge = Example.correlation([0, 9, 9, 9, 9, 0, 9], [-1, 1])
      return
        "One kernel [-1, 1] finds both rises of [0, 9, 9, 9, 9, 0, 9]: \(list(edge))."
    },
    GlossaryEntry(
      "fully connected layer",
      aliases: ["fully connected", "linear", "dense layer", "FC", "linear layer"],
      "Each output is a weighted sum of all inputs. It ignores where things are, and its weights grow with the map's area.",
      formula: "y = W·x + b: in·out weights, out biases",
      source: "I. Goodfellow, Y. Bengio, A. Courville, Deep Learning (2016), chapter 6",
      related: ["FC to convolution", "flatten", "global average pooling"]
    ) {
      "VGG-16's first dense layer, 7×7×512 to 4,096: "
        + "\(grouped(try Example.linearParameters(7 * 7 * 512, 4096))) parameters."
    },
    GlossaryEntry(
      "FC to convolution",
      aliases: ["FC↔conv", "FC conv", "fully convolutional", "convolutionalisation"],
      "A dense layer on a map is a convolution whose kernel covers the map, without padding: one position, the same weights. On "
        + "a larger map that convolution makes several positions, a dense layer nothing. With padding, a kernel as large as the "
        + "map is still a convolution.",
      source: "J. Long, E. Shelhamer, T. Darrell, arXiv:1411.4038",
      related: ["fully connected layer", "1×1 convolution"]
    ) {
      let dense = try Example.linearParameters(7 * 7 * 512, 4096)
      let whole = try Example.convolution(7, 7, 512, filters: 4096, kernel: 7)
      let larger = try Example.convolution(14, 14, 512, filters: 4096, kernel: 7)
      let padded = try Example.convolution(7, 7, 512, filters: 4096, kernel: 7, padding: 3)
      return
        "7×7×512 to 4,096: \(grouped(dense)) parameters dense, \(grouped(whole.parameters)) as a 7×7 convolution to "
        + "\(whole.output.text); on 14×14×512 it makes \(larger.output.text), and with padding 3 on 7×7×512 "
        + "\(padded.output.text)."
    },
    GlossaryEntry(
      "nn.Conv2d",
      aliases: ["nn.Conv2d arguments", "Conv2d arguments", "in_channels", "out_channels"],
      "PyTorch's layer takes, in this order: in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias. "
        + "The function F.conv2d takes input [N, C, H, W] and weight [out, in/groups, kH, kW] first.",
      formula: "nn.Conv2d(3, 10, 2, 2): 3 channels in, 10 filters of 2×2, stride 2",
      source: "PyTorch documentation, torch.nn.Conv2d",
      related: ["convolution", "stride", "NCHW"]
    ) {
      let layer = try Example.convolution(32, 32, 3, filters: 10, kernel: 2, stride: 2)
      return
        "nn.Conv2d(3, 10, 2, 2) on 32×32: \(layer.output.text) with \(layer.parameters) parameters; with stride 1 it would be "
        + "\(try Example.convolution(32, 32, 3, filters: 10, kernel: 2).output.text)."
    },
    GlossaryEntry(
      "im2col", aliases: ["matrix multiplication", "unfold", "Toeplitz matrix"],
      "Laying out each window as a row of a matrix, so that a convolution is one matrix product. The convolution is a matrix "
        + "product anyway, with a sparse matrix in which each weight occurs once a position; im2col copies pixels instead.",
      formula: "[H_out·W_out × k·k·C_in]·[k·k·C_in × C_out]",
      source: "S. Chetlur et al., cuDNN, arXiv:1410.0759",
      related: ["convolution", "transposed convolution"]
    ) {
      let layer = try Example.convolution(56, 56, 64, filters: 64, kernel: 3, padding: 1)
      let (rows, columns) = (layer.output.height * layer.output.width, 9 * 64)
      return
        "3×3 on 56×56×64: a matrix of \(grouped(rows))×\(columns), \(grouped(rows * columns)) numbers where the map has "
        + "\(grouped(56 * 56 * 64))."
    },
  ]
}
