import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Testing

/// What study notes get wrong, each as a test of what is true.
@Suite struct ExplainErrataTests {
  static func convolution(
    _ height: Int, _ width: Int, _ channels: Int, filters: Int, _ window: SlidingWindow
  ) throws -> [String: Working.Cell] {
    try ExplainWorkingTests.convolution(height, width, channels, filters: filters, window).results
  }

  static func answer(_ term: String) throws -> GlossaryAnswer {
    try #require(Glossary.entry(called: term), "\(term)").answer()
  }

  static let halving = SlidingWindow(3, stride: 2, padding: 1)

  @Test func `E1: multiply-adds are counted on the output grid, 58,608 for the 4-8-16-32-2 net`()
    throws
  {
    let summary = try ReceptiveFieldTests.summary(ZooModel.simpleCNN3v7.build())
    let layers = summary.layers.filter { $0.multiplyAdds > 0 }.map(\.multiplyAdds)
    #expect(layers == [7056, 14_112, 18_432, 18_432, 576])
    #expect(summary.totals.multiplyAdds == 58_608)
    #expect(summary.totals.parameters == 6722)
    let third = try Self.convolution(7, 7, 8, filters: 16, Self.halving)
    #expect(third["multiplyAdds"] == .count(4 * 4 * 1152))
    #expect(third["multiplyAdds"] != .count(7 * 7 * (1168 - 16)))
    #expect(try Self.answer("MAC").example.contains("18,432"))
  }

  @Test func `E1: the 8-16-32-64-10 net takes 248,864 multiply-adds`() throws {
    let summary = try ReceptiveFieldTests.summary(ZooModel.simpleCNN.build())
    #expect(summary.totals.multiplyAdds == 248_864)
  }

  @Test func `E2: doubling filters keeps multiply-adds only where the side halves exactly`() throws
  {
    let rounded = try [(14, 4, 8), (7, 8, 16), (4, 16, 32)].map {
      try Self.convolution($0.0, $0.0, $0.1, filters: $0.2, Self.halving)["multiplyAdds"]
    }
    #expect(rounded == [14_112, 18_432, 18_432])
    let exact = try [(32, 4, 8), (16, 8, 16), (8, 16, 32)].map {
      try Self.convolution($0.0, $0.0, $0.1, filters: $0.2, Self.halving)["multiplyAdds"]
    }
    #expect(Set(exact).count == 1)
  }

  @Test func `E5: output sizes are rounded down, and pooling has padding and ceil mode`() throws {
    #expect(
      try Self.convolution(28, 28, 1, filters: 1, SlidingWindow(5, stride: 2))["outputHeight"] == 12
    )
    let sizes = try [false, true].map { ceilMode in
      try PoolingQuestion(
        input: MapExtents(height: 112, width: 112, channels: 1),
        window: SlidingWindow(3, stride: 2), ceilMode: ceilMode
      ).working().results["outputHeight"]
    }
    #expect(sizes == [55, 56])
    #expect(try Self.answer("output size").formula?.contains("⌊") == true)
  }

  @Test func `E6: (k − 1)/2 keeps the size for odd kernels, stride 1 and dilation 1 alone`() throws
  {
    #expect(try PaddingQuestion(kernel: 5).working().results["symmetric"] == 2)
    #expect(try PaddingQuestion(kernel: 5, dilation: 3).working().results["symmetric"] == 6)
    let even = try PaddingQuestion(kernel: 4, input: 32).working()
    #expect(even.results["symmetric"] == nil)
    #expect(even.table?.rows.map { $0[3] } == [32, 32, 31, 33, 29, 35])
    #expect(even.table?.rows.prefix(2).map { Array($0[1...2]) } == [[1, 2], [2, 1]])
    for (dilation, stride) in [(2, 1), (1, 2)] {
      let window = SlidingWindow(3, stride: stride, padding: 1, dilation: dilation)
      #expect(try Self.convolution(32, 32, 1, filters: 1, window)["outputHeight"] != 32)
    }
  }

  @Test func `E9: two 2×2 or 1×3 with 3×1 see what one 3×3 sees, with fewer weights`() throws {
    let pair = try ReceptiveFieldQuestion(
      layers: Array(repeating: .init(kernel: 2, stride: 1), count: 2)
    ).working()
    #expect(pair.results["size"] == 3)
    func weights(_ rows: Int, _ columns: Int) throws -> Int {
      let window = SlidingWindow(kernel: AxisPair(rows: rows, columns: columns))
      let cell = try Self.convolution(8, 8, 64, filters: 64, window)["weights"]
      guard case .count(let count)? = cell else { return 0 }
      return count
    }
    #expect(try 2 * weights(2, 2) < weights(3, 3))
    #expect(try weights(1, 3) + weights(3, 1) < weights(3, 3))
    #expect(try Self.answer("3×3").definition.contains("Smaller ones work too"))
  }

  @Test func `E21: accumulation leaves batch normalisation the statistics of small batches`() throws
  {
    let answer = try Self.answer("gradient accumulation")
    #expect(answer.definition.contains("but for batch normalisation"))
    // In two batches of two each is at one of the ends; in one batch of four two lie between.
    #expect(answer.example.contains("[-1, 1, -1, 1]"), "\(answer.example)")
    #expect(answer.example.contains("[-1.265, -0.632, 0.632, 1.265]"), "\(answer.example)")
    #expect(try Self.answer("group normalisation").definition.contains("does not matter"))
  }

  @Test func `E22: fastai has one learn.recorder, and Fovea's is found by its type`() throws {
    let answer = try Self.answer("learn.recorder")
    #expect(answer.term == "recorder")
    for words in [
      "learn.recorder, one of them", "plot_loss, plot_sched and values", "report[Recorder.self]",
      "steps.csv",
    ] { #expect(answer.definition.contains(words), "\(words)") }
    #expect(!answer.definition.contains("learn.recorders"))
    // (0.98·2 + 1)/(0.98 + 1), and (0.98²·2 + 0.98)/(0.98² + 0.98 + 1).
    #expect(answer.example.contains("[2, 1.495, 0.987]"), "\(answer.example)")
  }

  @Test func `E23: in color_dim yellow is many values in a bin, dark blue few`() throws {
    let answer = try Self.answer("color_dim")
    #expect(answer.definition.contains("Yellow is many, dark blue is few or none"))
    #expect(answer.definition.contains("zero has no colour of its own"))
    #expect(answer.definition.contains("bright row at zero and dark elsewhere"))
    #expect(answer.formula == "colour = log(1 + values in the bin)")
    // Seven of the ten are from 0 to 1: ln 8.
    #expect(answer.example.contains("holds 7 and has the brightness 2.079"), "\(answer.example)")
  }

  @Test func `E24: fastai's near zero counts what is negative, and its picture leaves that out`()
    throws
  {
    let dead = try Self.answer("near zero")
    #expect(dead.definition.contains("takes every negative number for near zero"))
    #expect(dead.definition.contains("on what enters the ReLU"))
    #expect(dead.example.contains("1 is near zero"), "\(dead.example)")
    #expect(dead.example.contains("at most 0.05 gives 3"), "\(dead.example)")
    let picture = try Self.answer("color_dim")
    #expect(picture.definition.contains("what is negative or larger is not drawn"))
    #expect(picture.example.contains("from 0 to 10 hold 8, from −10 to 10 9"), "\(picture.example)")
  }

  @Test func `E25: doubling filters at stride 2 keeps the cost instead of raising it`() throws {
    let stages = try [(56, 64), (28, 128), (14, 256), (7, 512)].map {
      try Self.convolution($0.0, $0.0, $0.1, filters: $0.1, SlidingWindow(3, padding: 1))
    }
    #expect(Set(stages.map { $0["multiplyAdds"] }).count == 1)
    #expect(try Self.answer("doubling the filters").definition.contains("does not raise"))
  }

  @Test func `E26: outputs fewer than inputs is a rule of thumb for stems, not a law`() throws {
    #expect(try Self.answer("inputs per output").definition.contains("not a law"))
    // MobileNetV2's expanding 1×1 convolutions make six numbers of each that they read.
    let layers = try ReceptiveFieldTests.summary(ZooModel.mobileNetV2.build()).layers
    let expands = layers.contains { layer in
      layer.type == "Conv2d" && layer.window?.kernel == [1, 1]
        && layer.parameters == 24 * 144 && layer.outputShape[1] == 144
    }
    #expect(expands)
  }

  @Test func `E27: high rates may diverge, and low ones reach no promised minimum`() throws {
    let rate = try Self.answer("learning rate")
    #expect(rate.definition.contains("may diverge, which warming up avoids"))
    // 0.8¹⁰ and 1.2¹⁰: down w² at lr 0.1 nearer to the minimum, at lr 1.1 away from it.
    #expect(rate.example.contains("0.107 for lr 0.1"), "\(rate.example)")
    #expect(rate.example.contains("6.192 for lr 1.1"), "\(rate.example)")
    let descent = try Self.answer("SGD")
    #expect(descent.definition.contains("Nothing promises the lowest minimum"))
    #expect(descent.definition.contains("lowers the noise"))
  }

  @Test func `E28: 1cycle's high rates are thought to leave sharp minima, not local ones`() throws {
    let definition = try Self.answer("1cycle").definition
    #expect(definition.contains("thought to regularise and to leave sharp minima"))
    #expect(!definition.contains("local minima"))
  }

  @Test func `E29: momentum sums gradients, and goes from 0.95 to 0.85 and back`() throws {
    let answer = try Self.answer("momentum")
    #expect(answer.formula == "v ← m·v + g; w ← w − lr·v")
    #expect(answer.definition.contains("0.95–0.85–0.95"))
    #expect(!answer.definition.contains("acceleration"))
    // 1/(1 − 0.9), but for the last digits.
    #expect(answer.example.contains("v is 10 times"), "\(answer.example)")
  }

  @Test func `E30: batch normalisation takes variance and ε, and keeps a moving average`()
    throws
  {
    let answer = try Self.answer("batch normalisation")
    #expect(answer.formula == "y = γ·(x − μ) / √(σ² + ε) + β")
    #expect(answer.definition.contains("Before or after the activation is a choice"))
    let running = try Self.answer("running statistics")
    #expect(running.definition.contains("unbiased variances"))
    #expect(running.formula == "running ← (1 − m)·running + m·batch")
    // 5·(1 − 0.9¹⁰): not the mean of ten means of 5.
    #expect(running.example.contains("3.257"), "\(running.example)")
  }

  @Test func `E31: why batch normalisation helps is unsettled`() throws {
    let answer = try Self.answer("batch normalisation")
    #expect(answer.definition.contains("Why it helps is unsettled"))
    #expect(answer.definition.contains("smooths the loss more than it steadies distributions"))
    #expect(answer.source.contains("arXiv:1805.11604"))
  }

  @Test func `E32: channels are colours in the image alone`() throws {
    let answer = try Self.answer("channel")
    #expect(answer.definition.contains("In an image, channels are colours"))
    #expect(answer.definition.contains("has no colour"))
    #expect(answer.example.contains("64 channels that are not colours"), "\(answer.example)")
  }

  @Test func `E33: without an error gradients past in-place operations are right`()
    throws
  {
    let definition = try Self.answer("in-place").definition
    #expect(definition.contains("without one the gradients are right"))
    #expect(definition.contains("hooks on saved tensors is another matter"))
  }

  @Test func `E34: parameters depend on channels and kernel, not on the map`() throws {
    let counts = try [224, 32, 5].map {
      try Self.convolution($0, $0, 3, filters: 64, SlidingWindow(5))["parameters"]
    }
    #expect(counts == [4864, 4864, 4864])
  }

  @Test func `E35: pooling by 2 and doubling the channels halves the activations`() throws {
    let pooled = try PoolingQuestion(
      input: MapExtents(height: 56, width: 56, channels: 64), window: SlidingWindow(2, stride: 2)
    ).working()
    #expect(pooled.results["outputElements"] == .count(56 * 56 * 64 / 4))
    let doubled = try Self.convolution(28, 28, 64, filters: 128, SlidingWindow(3, padding: 1))
    #expect(doubled["outputElements"] == .count(56 * 56 * 64 / 2))
    #expect(try Self.answer("max pooling").example.contains("half"))
  }

  @Test func `E36: the fourth argument of nn.Conv2d(3, 10, 2, 2) is the stride`() throws {
    let window = SlidingWindow(2, stride: 2)
    let working = try ExplainWorkingTests.convolution(32, 32, 3, filters: 10, window)
    #expect(working.results["outputHeight"] == 16)
    #expect(working.results["parameters"] == 130)
    #expect(working.notes.contains { $0.contains("nn.Conv2d(3, 10, kernel_size=2, stride=2)") })
    let answer = try Self.answer("nn.Conv2d")
    #expect(answer.formula?.contains("stride 2") == true)
    #expect(answer.example.contains("16×16×10 with 130 parameters"))
  }

  @Test func `E37: convolutions save parameters, and activations outweigh those`() throws {
    let layer = try Self.convolution(224, 224, 3, filters: 64, SlidingWindow(3, padding: 1))
    #expect(layer["parameters"] == 1792)
    #expect(layer["outputElements"] == .count(224 * 224 * 64))
    #expect(try Self.answer("memory efficiency").definition.contains("activations are no fewer"))
  }

  @Test
  func `E38: batch normalisation wants 8 images a worker, and group normalisation has weights`()
    throws
  {
    let group = try Self.answer("group normalisation")
    #expect(group.definition.contains("8 images a worker"))
    #expect(group.definition.contains("It has gamma and beta as well"))
    #expect(group.definition.contains("nothing is kept running"))
    #expect(try Self.answer("weight standardisation").source.contains("BiT"))
    let layer = try Model(input: [64, 8, 8]) { GroupNorm(groups: 32) }
    #expect(layer.parameters.map(\.name) == ["0.weight", "0.bias"])
  }

  @Test func `E42: the bag of tricks is all that the paper has`() throws {
    let answer = try Self.answer("bag of tricks")
    #expect(answer.source.contains("arXiv:1812.01187"))
    for trick in [
      "linear scaling", "warm-up", "zero γ", "no decay of biases", "16 bits",
      "ResNet-B, -C and -D", "cosine decay", "label smoothing", "distillation", "mixup",
    ] { #expect(answer.definition.contains(trick), "\(trick)") }
    #expect(answer.definition.contains("Transfer to detection and segmentation is what the paper"))
    // 0.1·1024/256, and 5·⌈1,281,167/1024⌉.
    #expect(answer.example.contains("lr 0.4"), "\(answer.example)")
    #expect(answer.example.contains("6,260 steps"), "\(answer.example)")
  }

  @Test func `E43: a kernel as large as the map is fully connected without padding alone`() throws {
    let dense = try LinearQuestion(
      input: MapExtents(height: 7, width: 7, channels: 512), outputs: 4096
    ).working()
    let valid = try ExplainWorkingTests.convolution(7, 7, 512, filters: 4096, SlidingWindow(7))
    let padded = try ExplainWorkingTests.convolution(
      7, 7, 512, filters: 4096, SlidingWindow(7, padding: 3))
    #expect(valid.results["outputHeight"] == 1)
    #expect(valid.results["parameters"] == dense.results["parameters"])
    #expect(valid.results["multiplyAdds"] == dense.results["multiplyAdds"])
    #expect(valid.notes.contains { $0.contains("fully connected") })
    #expect(padded.results["outputHeight"] == 7)
    #expect(!padded.notes.contains { $0.contains("fully connected") })
  }

  @Test func `E44: a stride divides the size by about itself and leaves pixels at the end unused`()
    throws
  {
    let left = try Self.convolution(28, 28, 1, filters: 1, SlidingWindow(5, stride: 2))
    #expect(left["outputHeight"] == 12)
    #expect(left["unusedRows"] == 1)
    #expect(left["unusedColumns"] == 1)
    let none = try Self.convolution(29, 29, 1, filters: 1, SlidingWindow(5, stride: 2))
    #expect(none["unusedRows"] == 0)
    // A stride of 1 may shrink the map too, and padding may keep it at stride 2.
    #expect(try Self.convolution(28, 28, 1, filters: 1, SlidingWindow(5))["outputHeight"] == 24)
    let summary = try ReceptiveFieldTests.chain([(5, 2, 0)], input: 28)
    #expect(summary.layers[0].unusedPixels == [1, 1])
  }
}
