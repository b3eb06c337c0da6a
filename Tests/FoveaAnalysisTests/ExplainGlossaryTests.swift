import FoveaAnalysis
import Testing

@Suite struct ExplainGlossaryTests {
  @Test(arguments: Glossary.entries.map(\.term))
  func `each term has a definition, an example with numbers, and a source`(term: String) throws {
    let answer = try #require(Glossary.entry(called: term)).answer()
    #expect(answer.term == term)
    #expect(answer.definition.count > 60)
    #expect(answer.definition.hasSuffix("."))
    #expect(answer.example.contains { $0.isNumber })
    #expect(answer.example.hasSuffix("."))
    let places = ["arXiv:", "doi:", "ICML", "AISTATS", "JMLR", "NIPS", "documentation", "(2016)"]
    #expect(places.contains { answer.source.contains($0) }, "\(answer.source)")
    for text in [answer.definition, answer.example, answer.formula ?? ""] {
      #expect(!text.contains("nan") && !text.contains("inf") && !text.contains("  "), "\(text)")
    }
  }

  @Test func `no two terms share a name`() {
    for entry in Glossary.entries {
      for name in [entry.term] + entry.aliases {
        let terms = Glossary.entries.filter { $0.isCalled(name) }.map(\.term)
        #expect(terms == [entry.term], "\(name)")
      }
    }
  }

  @Test func `what is to be read next is there`() {
    for entry in Glossary.entries {
      for term in entry.related {
        #expect(Glossary.entry(called: term)?.term == term, "\(entry.term): \(term)")
      }
    }
  }

  /// What study notes ask about, as people spell it.
  @Test(arguments: [
    "feature", "channel", "kernel", "filter", "padding", "stride", "dilation", "receptive field",
    "Receptive-Field", "jump", "effective receptive field", "feature map", "activation volume",
    "nchw", "NHWC", "equivariance", "invariance", "bottleneck", "residual block", "1x1 convolution",
    "1×1", "global average pooling", "GAP", "flatten", "batch normalization", "batchnorm",
    "group normalization", "weight standardisation", "transposed convolution", "deconvolution",
    "fractionally-strided", "correlation", "depthwise", "separable", "grouped", "atrous",
    "gridding", "time complexity", "MAC", "flops", "im2col", "max-pool", "average pool",
    "ceil mode", "same padding", "valid", "full padding", "stationarity", "locality",
    "parameter sharing", "dropout", "weight decay", "label smoothing", "mixup", "1cycle",
    "momentum", "learning rate finder", "IoU", "anchor", "NMS", "style transfer", "siamese",
    "triplet loss", "GAN", "VAE", "FC↔conv", "fully connected", "cnn", "skip connections", "bias",
    "non-linearity", "inplace", "in-place", "segmentation", "YOLO", "super-convergence",
    "cyclical momentum", "transfer learning", "vanishing gradients", "distillation", "color_dim",
    "recorder", "bag of tricks", "colour dimension",
  ]) func `what notes ask about is there`(name: String) {
    #expect(Glossary.entry(called: name) != nil)
  }

  /// The term, and words of what is true where notes say otherwise.
  @Test(arguments: [
    ("convolution", "never a minimum"), ("flatten", "not squeezing"), ("RF", "no output size"),
    ("max pooling", "widens"), ("equivariance", "not invariance"), ("dilation", "d·(k − 1) + 1"),
    ("transposed convolution", "not the values"), ("fractionally-strided", "opposite"),
    ("residual block", "eases optimisation"), ("channel", "no colour"),
    ("momentum", "v ← m·v + g"), ("batch normalisation", "unsettled"),
    ("group norm", "gamma and beta"), ("gradient accumulation", "but for batch normalisation"),
    ("GAP", "the layers before it may"), ("1×1", "Network in Network"),
    ("CNN", "Neocognitron"), ("dead unit", "negative"), ("in-place", "counts versions"),
    ("bottleneck", "measured, not proved"), ("learning rate", "may diverge"),
    ("SGD", "Nothing promises"), ("transfer learning", "differ from network to network"),
  ]) func `terms say what is true`(term: String, words: String) throws {
    let answer = try #require(Glossary.entry(called: term)).answer()
    let text = answer.definition.lowercased() + (answer.formula ?? "").lowercased()
    #expect(text.contains(words.lowercased()), "\(answer.definition)")
  }
}
