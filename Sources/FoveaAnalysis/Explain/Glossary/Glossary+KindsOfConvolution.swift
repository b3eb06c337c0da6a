import FoveaGraph

extension Glossary {
  static let kindsOfConvolution = [
    GlossaryEntry(
      "1×1 convolution", aliases: ["1x1", "pointwise convolution", "network in network"],
      "A weighted sum of a pixel's channels, the same at each pixel: it mixes channels, and makes fewer or more of them. Network "
        + "in Network brought it in; Inception, ResNet, DenseNet, MobileNet and squeeze-and-excitation use it.",
      formula: "C_in·C_out + C_out",
      source: "M. Lin, Q. Chen, S. Yan, arXiv:1312.4400",
      related: ["bottleneck", "depthwise separable convolution", "FC to convolution"]
    ) {
      let layer = try Example.convolution(56, 56, 256, filters: 64, kernel: 1)
      return
        "256 channels to 64: \(layer.output.text), \(grouped(layer.parameters)) parameters."
    },
    GlossaryEntry(
      "smallest kernel", aliases: ["below 3×3", "3×3", "stack of small kernels"],
      "3×3 is the smallest kernel that is symmetric, has a centre, and tells left from right and up from down. Smaller ones work "
        + "too: 1×3 with 3×1 (Inception v3), pairs of 2×2, 1×1, and depthwise 3×3. Three 3×3 see as far as one 7×7, for 27·C² "
        + "weights against 49·C².",
      formula: "n layers of 3×3: 9·n·C² weights, 2·n + 1 pixels",
      source:
        "K. Simonyan, A. Zisserman, arXiv:1409.1556; K. He, J. Sun, arXiv:1412.1710; C. Szegedy et al., arXiv:1512.00567",
      related: ["even kernel", "receptive field", "depthwise convolution"]
    ) {
      let three = try Example.field(Array(repeating: (3, 1, 1), count: 3))
      let two = try Example.field([(2, 1, 1), (2, 1, 1)])
      let (channels, small, large) = (
        64, try Example.convolution(56, 56, 64, filters: 64, kernel: 3, padding: 1).weights,
        try Example.convolution(56, 56, 64, filters: 64, kernel: 7, padding: 3).weights
      )
      let pair = 2 * (try Example.convolution(56, 56, 64, filters: 64, kernel: 2).weights)
      return
        "At \(channels) channels three 3×3 see \(three.size) pixels with \(grouped(3 * small)) weights, one 7×7 with "
        + "\(grouped(large)); two 2×2 see \(two.size) with \(grouped(pair)), one 3×3 with \(grouped(small))."
    },
    GlossaryEntry(
      "dilation", aliases: ["dilated convolution", "atrous convolution", "atrous"],
      "Taps lie d pixels apart, so that the kernel spans more with the same weights. D = 1 is ordinary convolution. At d = 2 a "
        + "3×3 kernel samples 9 of the 25 pixels that it spans; each pixel is still used, by some position.",
      formula: "k' = d·(k − 1) + 1, in place of k in every formula of size",
      source: "F. Yu, V. Koltun, arXiv:1511.07122",
      related: ["gridding", "receptive field", "output size"]
    ) {
      let window = try checkedWindow(3, 1, 2)
      return
        "3×3 with dilation 2 spans \(window.reach)×\(window.reach) = \(window.reach * window.reach) pixels and samples "
        + "\(window.kernel * window.kernel)."
    },
    GlossaryEntry(
      "gridding",
      "Layers of one dilation on top of each other see the same grid of pixels and miss those between; rates without a common "
        + "divisor, such as 1, 2, 3 or 1, 2, 5, cover all.",
      source: "P. Wang et al., arXiv:1702.08502", related: ["dilation", "receptive field"]
    ) {
      let used = try [[2, 2, 2], [1, 2, 3]].map { rates in
        let question = ReceptiveFieldQuestion(
          layers: rates.map { .init(kernel: 3, stride: 1, dilation: $0) })
        let row = try question.working().table?.rows.last
        guard case .count(let used)? = row?.last, case .count(let size)? = row?[4] else {
          return ""
        }
        return "rates \(rates) use \(used) of \(size) pixels"
      }
      return "Three 3-tap layers along one axis: \(used.joined(separator: ", "))."
    },
    GlossaryEntry(
      "grouped convolution", aliases: ["groups", "grouped", "cardinality"],
      "Channels are cut into g groups, each convolved by its own filters: weights and multiply-adds are divided by g, and "
        + "nothing crosses between groups.",
      formula: "k·k·(C_in/g)·C_out weights; g divides C_in and C_out",
      source:
        "A. Krizhevsky, I. Sutskever, G. Hinton, doi:10.1145/3065386; S. Xie et al., arXiv:1611.05431",
      related: ["depthwise convolution", "1×1 convolution"]
    ) {
      let counts = try [1, 2, 32].map {
        "\(grouped(try Example.convolution(14, 14, 128, filters: 128, kernel: 3, padding: 1, groups: $0).weights)) for g = \($0)"
      }
      return "3×3, 128 to 128 channels: weights \(counts.joined(separator: ", "))."
    },
    GlossaryEntry(
      "depthwise convolution", aliases: ["depthwise"],
      "As many groups as channels: each channel is filtered by itself, k·k weights a channel. Little arithmetic for each number "
        + "that is moved, so that memory, not multiplication, sets its speed.",
      formula: "k·k·C weights, H_out·W_out·k·k·C multiply-adds",
      source: "A. Howard et al., arXiv:1704.04861",
      related: ["depthwise separable convolution", "grouped convolution"]
    ) {
      let layer = try Example.convolution(
        112, 112, 32, filters: 32, kernel: 3, padding: 1, groups: 32)
      return
        "3×3 on 112×112×32: \(layer.weights) weights, \(grouped(layer.multiplyAdds)) multiply-adds."
    },
    GlossaryEntry(
      "depthwise separable convolution", aliases: ["separable convolution", "separable"],
      "A depthwise convolution, then a 1×1 convolution that mixes the channels: a plain convolution's shape at a fraction of its "
        + "work. A different function, not another way to compute the same.",
      formula: "share of the plain one's multiply-adds: 1/C_out + 1/k²",
      source: "F. Chollet, arXiv:1610.02357; A. Howard et al., arXiv:1704.04861",
      related: ["depthwise convolution", "1×1 convolution"]
    ) {
      let working = try DepthwiseQuestion(
        input: MapExtents(height: 112, width: 112, channels: 32), filters: 64,
        window: SlidingWindow(3, padding: 1)
      ).working()
      guard case .number(let share)? = working.results["share"] else { return "" }
      return
        "3×3, 32 to 64 channels: \(decimal(100 * share)) % of the plain convolution's multiply-adds."
    },
    GlossaryEntry(
      "transposed convolution", aliases: ["transposed", "conv transpose", "up-convolution"],
      "The gradient of a convolution with respect to its input, used as a layer: each input number is spread over a window of "
        + "the output. It gives back the shape that the convolution took away, not the values.",
      formula: "(in − 1)·s − 2·p + d·(k − 1) + op + 1",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["deconvolution", "checkerboard artefacts", "fractionally-strided convolution"]
    ) {
      let question = TransposedQuestion(
        input: MapExtents(height: 7, width: 7, channels: 64), filters: 32,
        window: SlidingWindow(4, stride: 2, padding: 1))
      return
        "4×4, stride 2, padding 1: \(try question.working().title.dropFirst("Transposed convolution: ".count))."
    },
    GlossaryEntry(
      "deconvolution",
      "In mathematics, the inverse of a convolution: the values come back. Papers have called transposed convolution so, which "
        + "is not that: it transposes the matrix.",
      source: "W. Shi et al., arXiv:1609.07009",
      related: ["transposed convolution", "fractionally-strided convolution"]
    ) {
      let (signal, kernel) = ([1.0, 2, 3], [1.0, 1])
      let result = Example.correlation(signal, kernel)
      let back = Example.correlation([0] + result + [0], kernel.reversed())
      return
        "\(list(signal)) convolved with \(list(kernel)) is \(list(result)); transposed back, \(list(back)): the shape, not "
        + "the values."
    },
    GlossaryEntry(
      "fractionally-strided convolution", aliases: ["fractionally-strided", "fractional stride"],
      "Another name for transposed convolution: the window moves 1/s of an input pixel for each output pixel, as if s − 1 zeros "
        + "lay between the inputs. A strided convolution is the opposite.",
      formula: "jump j/s after the layer",
      source: "V. Dumoulin, F. Visin, arXiv:1603.07285",
      related: ["transposed convolution", "jump"]
    ) {
      let field = AxisField.identity.through(transposed: try checkedWindow(4, 2, 1))
      return
        "After a 4×4 transposed convolution with stride 2, neighbours lie \(decimal(field.jump)) input pixel apart."
    },
    GlossaryEntry(
      "checkerboard artefacts", aliases: ["checkerboard", "checkerboard artifacts"],
      "A pattern in what transposed convolutions make, where the stride does not divide the kernel: some pixels are sums of "
        + "more products than their neighbours.",
      formula: "even where k mod s = 0",
      source: "A. Odena, V. Dumoulin, C. Olah, Distill 2016, doi:10.23915/distill.00003",
      related: ["transposed convolution"]
    ) {
      let counts = try [3, 4].map { kernel in
        let taps = TransposedTaps(try checkedWindow(kernel, 2, 1))
        return taps.isEven
          ? "\(kernel)×\(kernel) gives each \(taps.most * taps.most)"
          : "\(kernel)×\(kernel) gives pixels \(taps.fewest * taps.fewest) to \(taps.most * taps.most) products"
      }
      return "At stride 2, \(counts.joined(separator: "; "))."
    },
    GlossaryEntry(
      "Kronecker-factored convolution",
      aliases: ["Kronecker convolution", "Kronecker factorisation"],
      "The kernel is the Kronecker product of two smaller ones: each weight of A scales a copy of B. Dilation is the case "
        + "B = [1, 0, …], which leaves holes.",
      formula: "k = k_A·k_B, k_A² + k_B² weights",
      source: "T. Wu et al., arXiv:1812.04945", related: ["dilation", "gridding"]
    ) {
      let products = [[1.0, 1], [1.0, 0]].map { inner in
        [1.0, 2, 3].flatMap { outer in inner.map { outer * $0 } }
      }
      return
        "[1, 2, 3] with [1, 1]: \(list(products[0])); with [1, 0]: \(list(products[1])), dilation 2. 3×3 with 2×2 has "
        + "\(3 * 3 + 2 * 2) weights for \(6 * 6) taps."
    },
  ]
}
