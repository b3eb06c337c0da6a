extension Glossary {
  static let receptiveField = [
    GlossaryEntry(
      "receptive field", aliases: ["RF", "field of view"],
      "The pixels of the input that one number of a layer can depend on. It is no output size: a 5×5 convolution with padding 2 "
        + "keeps 224 positions, each of which sees 5×5. Convolution, pooling and dilation widen it; global layers see everything.",
      formula: "r ← r + d·(k − 1)·j, then j ← j·s, from r = 1 and j = 1",
      source: "A. Araujo, W. Norris, J. Sim, Distill 2019, doi:10.23915/distill.00021",
      related: ["jump", "start", "effective receptive field"]
    ) {
      let field = try Example.field([(3, 2, 1), (3, 2, 1)])
      return "Two 3×3 convolutions with stride 2 see \(field.size)×\(field.size) pixels."
    },
    GlossaryEntry(
      "jump", aliases: ["effective stride", "total stride", "output stride"],
      "Input pixels from what one number of a layer sees to what its neighbour sees: the product of the strides so far.",
      formula: "j ← j·s",
      source: "A. Araujo, W. Norris, J. Sim, Distill 2019, doi:10.23915/distill.00021",
      related: ["receptive field", "stride", "start"]
    ) {
      let field = try Example.field([(7, 2, 1), (3, 2, 1), (3, 2, 1), (3, 2, 1), (3, 2, 1)])
      return
        "ResNet halves five times: jump \(decimal(field.jump)), so 224 pixels make 224/\(decimal(field.jump)) = \(224 / Int(field.jump))."
    },
    GlossaryEntry(
      "start", aliases: ["centre of the first feature", "effective padding"],
      "Where the receptive field of a layer's first number is centred, in input pixels. Padding moves it and leaves the size "
        + "as it is. Paths whose starts differ are not aligned.",
      formula: "first pixel ← first pixel − p·j",
      source: "A. Araujo, W. Norris, J. Sim, Distill 2019, doi:10.23915/distill.00021",
      related: ["receptive field", "jump", "padding"]
    ) {
      let starts = try [0, 1].map {
        decimal(
          AxisField.identity.through(try checkedWindow(3, 1, 1, .init($0))).start)
      }
      return
        "A 3×3 convolution starts at \(starts[0]) without padding and at \(starts[1]) with padding 1, and sees 3 pixels."
    },
    GlossaryEntry(
      "effective receptive field", aliases: ["ERF"],
      "How much each pixel of the receptive field counts: the gradient of a number with respect to the input. It is near a "
        + "Gaussian in the middle, whose width grows with the root of the depth, so it fills an ever smaller share.",
      formula: "share of the theoretical field ∝ 1/√depth",
      source: "W. Luo et al., arXiv:1701.04128", related: ["receptive field"]
    ) {
      var weights = [1.0]
      for _ in 0..<8 {
        let padded = [0, 0] + weights + [0, 0]
        weights = Example.correlation(padded, [1, 1, 1])
      }
      let (total, middle) = (weights.reduce(0, +), weights[5...11].reduce(0, +))
      return
        "Eight 3-tap layers of equal weights see \(weights.count) pixels; the middle 7 carry \(decimal(100 * middle / total)) %."
    },
    GlossaryEntry(
      "equivariance", aliases: ["translation equivariance", "equivariant"],
      "Move the input, and the output moves likewise: f(T·x) = T'·f(x). Convolution has it for shifts by multiples of the total "
        + "stride, away from borders; subsampling and padding break it elsewhere. It is not invariance.",
      formula: "f(T·x) = T'·f(x)",
      source: "T. Cohen, M. Welling, arXiv:1602.07576; A. Azulay, Y. Weiss, arXiv:1805.12177",
      related: ["invariance", "parameter sharing", "aliasing"]
    ) {
      let kernel = [-1.0, 1]
      let (still, moved) = ([0.0, 9, 0, 0, 0], [0.0, 0, 9, 0, 0])
      return
        "\(list(still)) with [-1, 1]: \(list(Example.correlation(still, kernel))); moved by one: "
        + "\(list(Example.correlation(moved, kernel)))."
    },
    GlossaryEntry(
      "invariance", aliases: ["translation invariance", "invariant"],
      "Move the input, and the output stays: f(T·x) = f(x). Global pooling makes an equivariant map invariant; what the layers "
        + "before it broke by stride and padding stays broken.",
      formula: "f(T·x) = f(x)",
      source: "R. Zhang, arXiv:1904.11486", related: ["equivariance", "global average pooling"]
    ) {
      let kernel = [-1.0, 1]
      let largest = [[0.0, 9, 0, 0, 0], [0.0, 0, 9, 0, 0]].map {
        Example.correlation($0, kernel).max() ?? 0
      }
      return
        "The largest answer of [-1, 1] to [0, 9, 0, 0, 0] is \(decimal(largest[0])), and moved by one it is \(decimal(largest[1]))."
    },
    GlossaryEntry(
      "aliasing", aliases: ["anti-aliasing", "blur pool"],
      "Sampling every s-th position turns fine patterns into coarse ones that are not there, so that a shift by one pixel changes "
        + "the answer. Blurring before subsampling weakens it.",
      source: "R. Zhang, arXiv:1904.11486", related: ["stride", "equivariance", "max pooling"]
    ) {
      let signal = [0.0, 9, 0, 9, 0, 9, 0, 9]
      let picked = [0, 1].map { start in stride(from: start, to: 8, by: 2).map { signal[$0] } }
      return
        "Every second of \(list(signal)): \(list(picked[0])), or from the next pixel on \(list(picked[1]))."
    },
  ]
}
