import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaTensors
import FoveaZoo
import Foundation
import Testing

/// What one rule says about a network.
func lint(
  _ rule: String, _ model: Model, batch: Int? = nil, objectSize: PixelSize? = nil
) throws -> [LintFinding] {
  let context = try LintContext(
    model.inference, inputs: [Model.inputName: Shape([batch ?? 1] + model.inputShape.dimensions)],
    training: model.training, batch: batch, objectSize: objectSize)
  return try lint(rule, context)
}

func lint(_ rule: String, _ context: LintContext) throws -> [LintFinding] {
  let known = try #require(LintRules.all.first { $0.identifier == rule })
  return known.findings(in: context)
}

/// For each rule a network with the fault, and almost the same one without.
@Suite struct LintRuleTests {
  @Test func `identifiers are unique, and every rule says what it finds and where that is from`() {
    let rules = LintRules.all
    #expect(Set(rules.map(\.identifier)).count == rules.count)
    for rule in rules {
      #expect(rule.identifier.wholeMatch(of: #/[a-z0-9]+(-[a-z0-9]+)*/#) != nil)
      #expect(!rule.finds.isEmpty)
      #expect(
        rule.source.contains(#/arXiv:\d{4}\.\d{4,5}|doi:10\.\d{4,}\/|ISBN [\d-]{13,}/#),
        "\(rule.identifier): \(rule.source)")
    }
  }

  @Test func `the documentation has every rule with its severity`() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Documentation/lint.md")
    let text = try String(contentsOf: root, encoding: .utf8)
    for rule in LintRules.all {
      let isPattern = rule.identifier.hasPrefix("design-pattern-")
      #expect(
        text.contains(
          isPattern ? "| `\(rule.identifier)` |" : "| `\(rule.identifier)` | \(rule.severity) |"))
    }
  }

  @Test func `a bias before batch normalisation is found; without one, or with ReLU between, none`()
    throws
  {
    func model(bias: Bool, activation: Bool) throws -> Model {
      try Model(input: [3, 8, 8]) {
        Conv2d(16, kernel: 3, bias: bias).named("conv")
        if activation { ReLU() }
        BatchNorm2d().named("norm")
      }
    }
    let found = try lint("bias-before-batch-norm", model(bias: true, activation: false))
    #expect(found.map(\.layer) == ["conv"])
    #expect(found.map(\.severity) == [.warning])
    #expect(found[0].numbers == ["biases": 16])
    #expect(found[0].message.contains("norm"))
    #expect(try lint("bias-before-batch-norm", model(bias: false, activation: false)).isEmpty)
    #expect(try lint("bias-before-batch-norm", model(bias: true, activation: true)).isEmpty)
  }

  @Test func `a bias that another path reads as well is no finding`() throws {
    let model = try Model(input: [3, 8, 8]) { input throws(GraphError) in
      let value = try Conv2d(16, kernel: 3).named("conv")(input)
      return try value + BatchNorm2d().named("norm")(value)
    }
    #expect(try lint("bias-before-batch-norm", model).isEmpty)
  }

  @Test(arguments: [(2, 34.7, 24.1), (4, 27.3, 24.2), (7, 24.8, 24.0)])
  func `batch normalisation of few samples comes with the published errors (E21, E38)`(
    batch: Int, batchNorm: Double, groupNorm: Double
  ) throws {
    let found = try lint("batch-norm-batch", ZooModel.resnet18.build(), batch: batch)
    #expect(found.map(\.layer) == ["bn1"])
    #expect(found.map(\.severity) == [.warning])
    #expect(found[0].numbers["layers"] == 20)
    #expect(found[0].numbers["samples"] == Double(batch))
    #expect(found[0].numbers["batchNormError"] == batchNorm)
    #expect(found[0].numbers["groupNormError"] == groupNorm)
    for word in ["8 samples", "GroupNorm", "accumulating gradients does not mend the statistics"] {
      #expect(found[0].remedy.contains(word))
    }
  }

  @Test func `8 samples are enough, and networks without batch normalisation need none`() throws {
    #expect(try lint("batch-norm-batch", ZooModel.resnet18.build(), batch: 8).isEmpty)
    #expect(try lint("batch-norm-batch", ZooModel.lenet5.build(), batch: 1).isEmpty)
    let rule = try #require(LintRules.all.first { $0.identifier == "batch-norm-batch" })
    func canCheck(_ model: ZooModel, batch: Int?) throws -> Bool {
      rule.canCheck(try LintContext(model.build().inference, batch: batch))
    }
    #expect(try !canCheck(.resnet18, batch: nil))
    #expect(try canCheck(.resnet18, batch: 64))
    #expect(try canCheck(.lenet5, batch: nil))
  }

  @Test func `one value a channel is an error`() throws {
    let model = try ZooModel.simpleCNN.build()
    let found = try lint("batch-norm-batch", model, batch: 1)
    #expect(found.map(\.severity) == [.error, .warning])
    #expect(found.map(\.layer) == ["4.1", "0.2"])
    #expect(try lint("batch-norm-batch", model, batch: 2).map(\.severity) == [.warning])
  }

  @Test func `a stem that makes as many numbers as it reads is a note (E26)`() throws {
    func model(_ channels: Int, kernel: Int) throws -> Model {
      try Model(input: [1, 28, 28]) {
        Conv2d(channels, kernel: Extent2d(kernel)).named("conv1")
        ReLU()
        // Later layers widen as they like.
        Conv2d(1000, kernel: 1).named("conv2")
      }
    }
    let found = try lint("wide-stem", model(9, kernel: 3))
    #expect(found.map(\.layer) == ["conv1"])
    #expect(found[0].numbers == ["inputs": 9, "outputs": 9])
    #expect(try lint("wide-stem", model(8, kernel: 3)).isEmpty)
    #expect(try lint("wide-stem", model(9, kernel: 5)).isEmpty)
  }

  @Test func `a resolution that takes most of the work stands out`() throws {
    func model(_ widths: [Int]) throws -> Model {
      try Model(input: [1, 32, 32]) {
        for (index, width) in widths.enumerated() {
          Conv2d(width, kernel: 3, stride: index == 0 ? 1 : 2, padding: 1)
            .named("conv\(index)")
          ReLU()
          Conv2d(width, kernel: 3, padding: 1)
          ReLU()
        }
      }
    }
    let heavy = try lint("cost-imbalance", model([64, 16, 16]))
    #expect(heavy.map(\.layer) == ["conv0"])
    #expect(heavy.map(\.severity) == [.warning])
    #expect(heavy[0].numbers["resolutions"] == 3)
    // 9·64 + 9·64² a pixel of 32×32, of that and what two more stages take.
    #expect(heavy[0].numbers["multiplyAdds"] == Double(1024 * (576 + 36_864)))
    #expect(try lint("cost-imbalance", model([16, 32, 64])).isEmpty)
    #expect(try lint("cost-imbalance", model([64, 16])).isEmpty)
  }

  @Test func `a dense layer over a map has most of the parameters`() throws {
    func model(pooled: Bool) throws -> Model {
      try Model(input: [3, 32, 32]) {
        Conv2d(64, kernel: 3, padding: 1)
        ReLU()
        if pooled { GlobalAvgPool2d() }
        Flatten()
        Linear(10).named("fc")
      }
    }
    let found = try lint("dominant-linear", model(pooled: false))
    #expect(found.map(\.layer) == ["fc"])
    #expect(found.map(\.severity) == [.warning])
    #expect(found[0].numbers["parameters"] == 655_370)
    #expect(found[0].numbers["parametersAfterPooling"] == 650)
    #expect(try lint("dominant-linear", model(pooled: true)).isEmpty)
    // A convolution as large as the map is the same thing.
    let convolution = try Model(input: [3, 32, 32]) {
      Conv2d(64, kernel: 3, padding: 1)
      ReLU()
      Conv2d(10, kernel: 32).named("head")
    }
    #expect(try lint("dominant-linear", convolution).map(\.layer) == ["head"])
    // One that hangs over a small map is a convolution like others.
    let padded = try Model(input: [3, 2, 2]) {
      Conv2d(8, kernel: 3, padding: 1)
      ReLU()
      Conv2d(64, kernel: 3, stride: 2, padding: 1)
    }
    #expect(try lint("dominant-linear", padded).isEmpty)
    // Without convolutions there is nothing to pool.
    let dense = try Model(input: [1, 28, 28]) {
      Flatten()
      Linear(100)
      ReLU()
      Linear(10)
    }
    #expect(try lint("dominant-linear", dense).isEmpty)
  }

  @Test func `linear layers without an activation between are found, also through normalisation`()
    throws
  {
    func model(activation: Bool) throws -> Model {
      try Model(input: [32, 8, 8]) {
        Conv2d(32, kernel: 3).named("one")
        BatchNorm2d()
        if activation { ReLU() }
        Conv2d(64, kernel: 3).named("two")
        ReLU()
        GlobalAvgPool2d()
        Flatten()
        Linear(100).named("three")
        Linear(10).named("four")
      }
    }
    let found = try lint("missing-activation", model(activation: false))
    #expect(found.map(\.layer) == ["two", "four"])
    #expect(found.map(\.severity) == [.warning, .warning])
    #expect(found[0].message.contains("one"))
    #expect(found[0].numbers["parameters"] == Double(9 * 32 * 32 + 9 * 32 * 64))
    #expect(found[0].numbers["foldedParameters"] == Double(25 * 32 * 64))
    #expect(found[1].numbers["foldedParameters"] == 640)
    #expect(try lint("missing-activation", model(activation: true)).map(\.layer) == ["four"])
  }

  @Test func `factorisations without an activation are notes, and max-pooling is no linear layer`()
    throws
  {
    func severities(_ first: FoveaLayers.Conv2d, _ second: FoveaLayers.Conv2d) throws
      -> [LintSeverity]
    {
      let model = try Model(input: [32, 8, 8]) {
        first
        second
      }
      return try lint("missing-activation", model).map(\.severity)
    }
    // Narrow between, depthwise before pointwise, a row before a column.
    #expect(
      try severities(Conv2d(8, kernel: 1), Conv2d(32, kernel: 1)) == [.note])
    #expect(
      try severities(Conv2d(32, kernel: 3, groups: 32), Conv2d(64, kernel: 1)) == [.note])
    #expect(
      try severities(Conv2d(32, kernel: Extent2d(1, 3)), Conv2d(32, kernel: Extent2d(3, 1)))
        == [.note])
    #expect(try severities(Conv2d(32, kernel: 1), Conv2d(32, kernel: 1)) == [.warning])
    let pooled = try Model(input: [32, 8, 8]) {
      Conv2d(32, kernel: 3)
      MaxPool2d(kernel: 2)
      Conv2d(32, kernel: 3)
    }
    #expect(try lint("missing-activation", pooled).isEmpty)
  }

  @Test func `what no output depends on is found, with what it costs`() throws {
    func graph(joined: Bool) throws -> Graph {
      var builder = GraphBuilder()
      let image = try builder.input("input", [1, 2, 4, 4])
      let weight = try builder.variable("weight", [3, 2, 1, 1], role: .parameter)
      let window = try Window(kernel: 1)
      let branch = try builder.apply(
        FoveaGraph.Conv2d(rows: window, columns: window), image, weight, path: "branch.conv")
      let activated = try builder.apply(FoveaGraph.ReLU(), branch, path: "branch.relu")
      let other = try builder.apply(FoveaGraph.ReLU(), image, path: "relu")
      try builder.output("output", joined ? activated : other)
      if joined { try builder.output("other", other) }
      return builder.graph
    }
    let found = try lint("dead-branch", LintContext(graph(joined: false)))
    #expect(found.map(\.layer) == ["branch.relu"])
    #expect(found.map(\.severity) == [.warning])
    #expect(found[0].numbers == ["layers": 2, "parameters": 6, "multiplyAdds": 96])
    #expect(try lint("dead-branch", LintContext(graph(joined: true))).isEmpty)
  }

  @Test func `what nothing reads is found, and a graph without outputs is an error`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("input", [1, 2, 4, 4])
    _ = try builder.variable("forgotten", [3], role: .parameter)
    _ = try builder.input("unread", [1])
    let result = try builder.apply(FoveaGraph.ReLU(), image, path: "relu")
    let unnamed = try lint("dead-branch", LintContext(builder.graph))
    #expect(unnamed.map(\.severity) == [.error])
    #expect(unnamed.map(\.layer) == ["relu"])
    try builder.output("output", result)
    let found = try lint("dead-branch", LintContext(builder.graph))
    #expect(found.map(\.layer) == ["forgotten", "unread"])
    #expect(found.map(\.severity) == [.warning, .warning])
  }

  @Test func `softmax before cross-entropy keeps the loss above a bound`() throws {
    func model(_ layer: any Layer) throws -> Model {
      try Model(
        input: [8], function: Sequential([FoveaLayers.Linear(10).named("fc"), layer]).forward)
    }
    let rule = "softmax-before-cross-entropy"
    let found = try lint(rule, model(FoveaLayers.Softmax().named("softmax")))
    #expect(found.map(\.layer) == ["softmax"])
    #expect(found.map(\.severity) == [.warning])
    // ln(1 + 9/e)
    #expect(abs(try #require(found[0].numbers["leastLoss"]) - 1.4612) < 1e-4)
    #expect(found[0].message.contains("1.46"))
    #expect(try lint(rule, model(FoveaLayers.LogSoftmax())).map(\.severity) == [.note])
    #expect(try lint(rule, model(FoveaLayers.ReLU())).isEmpty)
    // Of a graph it is not known how it learns.
    let graph = try model(FoveaLayers.Softmax()).inference
    #expect(try lint(rule, LintContext(graph)).map(\.severity) == [.note])
  }

  @Test(arguments: [true, false])
  func `softmax in a graph with its loss is an error`(isTwice: Bool) throws {
    var builder = GraphBuilder()
    let logits = try builder.input("input", [2, 5])
    let labels = try builder.input("labels", [2], .int32)
    let probabilities = try builder.apply(
      FoveaGraph.Softmax(axis: 1), logits, path: "softmax")
    let loss = try builder.apply(
      CrossEntropy(), isTwice ? probabilities : logits, labels, path: "loss")
    try builder.output("loss", loss)
    try builder.output("probabilities", probabilities)
    let found = try lint("softmax-before-cross-entropy", LintContext(builder.graph))
    #expect(found.map(\.severity) == [isTwice ? .error : .note])
    if isTwice { #expect(found[0].message.contains("loss takes softmax of it again")) }
  }
}
