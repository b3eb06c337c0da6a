extension Glossary {
  static let maps = [
    GlossaryEntry(
      "feature", aliases: ["features", "feature engineering"],
      "A number that describes the data to whatever comes next: measured, made by hand (an edge's strength), or learned. "
        + "A convolutional network learns its features, one a channel, instead of being given them.",
      source: "Y. LeCun, Y. Bengio, G. Hinton, Nature 521 (2015), doi:10.1038/nature14539",
      related: ["channel", "feature map", "kernel"]
    ) {
      let (row, kernel) = ([0.0, 0, 9, 9], [-1.0, 1])
      return
        "The kernel \(list(kernel)) turns the pixels \(list(row)) into the feature “step here”: "
        + "\(list(Example.correlation(row, kernel)))."
    },
    GlossaryEntry(
      "channel", aliases: ["channels"],
      "One number a pixel. In an image, channels are colours; deeper in a network, each is the map that one filter made, "
        + "and has no colour.",
      source: "Y. LeCun et al., Proc. IEEE 86 (1998), doi:10.1109/5.726791",
      related: ["feature map", "colour image", "filter"]
    ) {
      let layer = try Example.convolution(224, 224, 3, filters: 64, kernel: 3, padding: 1)
      return
        "224×224×3 has 3 channels, the colours; 64 filters make \(layer.output.text) of it, with "
        + "\(layer.output.channels) channels that are not colours."
    },
    GlossaryEntry(
      "colour image", aliases: ["color image", "RGB image", "image tensor"],
      "A tensor of three axes: channels (red, green, blue), height, width; a batch has a fourth one before them. A "
        + "convolution multiplies each colour by its own slice of the kernel and sums over all of them.",
      formula: "sum over c, i, j of w[c, i, j]·x[c, y + i, x + j] + b",
      source: "Y. LeCun et al., Proc. IEEE 86 (1998), doi:10.1109/5.726791",
      related: ["channel", "NCHW", "kernel"]
    ) {
      let layer = try Example.convolution(32, 32, 3, filters: 1, kernel: 3)
      return
        "One 3×3 filter on a colour image has \(layer.weights) weights, 9 a colour, and makes one map: "
        + "\(layer.output.text)."
    },
    GlossaryEntry(
      "feature map", aliases: ["activation map", "feature maps"],
      "What one filter makes of the whole input: one number for each position of its window, in the order of the positions.",
      formula: "⌊(H + 2·p − d·(k − 1) − 1) / s⌋ + 1 rows, the same for columns",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["activation volume", "output size", "channel"]
    ) {
      let layer = try Example.convolution(224, 224, 3, filters: 64, kernel: 5)
      return
        "A 5×5 filter without padding makes a map of \(layer.output.height)×\(layer.output.width) of 224×224 pixels."
    },
    GlossaryEntry(
      "activation volume", aliases: ["feature volume", "activations"],
      "All feature maps of a layer together: height × width × channels numbers an image. Training holds on to most of them "
        + "until the backward pass, so they, not the weights, often fill the memory.",
      formula: "H_out·W_out·C_out",
      source: "K. Simonyan, A. Zisserman, arXiv:1409.1556",
      related: ["feature map", "parameter efficiency"]
    ) {
      let layer = try Example.convolution(224, 224, 3, filters: 64, kernel: 3, padding: 1)
      let count = layer.output.height * layer.output.width * layer.output.channels
      return
        "VGG-16's first layer makes \(layer.output.text) = \(grouped(count)) numbers an image with "
        + "\(grouped(layer.parameters)) parameters."
    },
    GlossaryEntry(
      "NCHW", aliases: ["channels first"],
      "The order of a batch's axes: image N, channel C, row H, column W, where W changes fastest in memory. PyTorch and "
        + "ONNX name shapes so.",
      formula: "offset = ((n·C + c)·H + y)·W + x",
      source: "S. Chetlur et al., cuDNN, arXiv:1410.0759",
      related: ["NHWC", "flatten"]
    ) {
      let (channels, height, width) = (3, 4, 5)
      let offset = ((0 * channels + 2) * height + 1) * width + 3
      return
        "In [1, \(channels), \(height), \(width)], channel 2 of row 1, column 3 is element \(offset)."
    },
    GlossaryEntry(
      "NHWC", aliases: ["channels last"],
      "The order image, row, column, channel: all channels of a pixel lie side by side in memory. TensorFlow names shapes "
        + "so; Fovea stores maps so, and names them NCHW.",
      formula: "offset = ((n·H + y)·W + x)·C + c",
      source: "S. Chetlur et al., cuDNN, arXiv:1410.0759",
      related: ["NCHW", "flatten"]
    ) {
      let (channels, height, width) = (3, 4, 5)
      let offset = ((0 * height + 1) * width + 3) * channels + 2
      return
        "In [1, \(height), \(width), \(channels)], channel 2 of row 1, column 3 is element \(offset)."
    },
    GlossaryEntry(
      "flatten",
      "Merging axes into one, from the second on: the numbers and their order stay. It is not squeezing, which drops axes of "
        + "extent 1 (and the batch with them, where there is one image). A dense layer needs it.",
      formula: "[N, C, H, W] → [N, C·H·W]",
      source: "PyTorch documentation, torch.nn.Flatten",
      related: ["fully connected layer", "global average pooling"]
    ) {
      let shapes = [[64, 2, 1, 1], [64, 32, 2, 2]].map { shape in
        "[\(shape.map(String.init).joined(separator: ", "))] → [\(shape[0]), \(shape.dropFirst().reduce(1, *))]"
      }
      return shapes.joined(separator: "; ") + "."
    },
    GlossaryEntry(
      "output size", aliases: ["output shape", "convolution arithmetic"],
      "How many positions a window takes along an axis. The division is rounded down, so pixels at the end may be left out; "
        + "pooling has padding and dilation too, and may round up.",
      formula: "⌊(H + 2·p − d·(k − 1) − 1) / s⌋ + 1",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["padding", "stride", "dilation", "ceil mode"]
    ) {
      let layer = try Example.convolution(
        224, 224, 3, filters: 64, kernel: 7, stride: 2, padding: 3)
      let lost = layer.windows.rows.unusedPixels(on: 224)
      return
        "7×7, stride 2, padding 3 on 224 pixels: \(layer.output.height) positions; \(lost) of the \(224 + 2 * 3) padded pixels stays "
        + "unused."
    },
    GlossaryEntry(
      "convolutional neural network", aliases: ["CNN", "ConvNet"],
      "A network whose layers slide small learned filters over maps. The idea is Fukushima's Neocognitron (1980) after Hubel "
        + "and Wiesel's cells (1959); Waibel's time-delay networks shared weights over time, and LeCun trained such a network by "
        + "back-propagation in 1989.",
      source:
        "K. Fukushima, Biol. Cybernetics 36 (1980), doi:10.1007/BF00344251; Y. LeCun et al., Neural Computation 1 "
        + "(1989), doi:10.1162/neco.1989.1.4.541",
      related: ["convolution", "parameter sharing", "locality"]
    ) {
      let layers = try [
        Example.convolution(28, 28, 1, filters: 4, kernel: 3, stride: 2, padding: 1),
        Example.convolution(14, 14, 4, filters: 8, kernel: 3, stride: 2, padding: 1),
        Example.convolution(7, 7, 8, filters: 16, kernel: 3, stride: 2, padding: 1),
        Example.convolution(4, 4, 16, filters: 32, kernel: 3, stride: 2, padding: 1),
        Example.convolution(2, 2, 32, filters: 2, kernel: 3, stride: 2, padding: 1),
      ]
      return
        "Five 3×3 convolutions with stride 2 and 4-8-16-32-2 filters tell threes from sevens with "
        + "\(grouped(layers.reduce(0) { $0 + $1.parameters })) parameters and "
        + "\(grouped(layers.reduce(0) { $0 + $1.multiplyAdds })) multiply-adds."
    },
  ]
}
