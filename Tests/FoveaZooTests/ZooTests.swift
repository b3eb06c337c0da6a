import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaZoo
import Testing

@Suite struct ZooTests {
  @Test(arguments: ZooModel.all.map(\.name))
  func `every model has the parameters of its source`(name: String) throws {
    let entry = try ZooModel.named(name)
    let model = try entry.build()
    #expect(model.parameterCount == entry.parameterCount)
    if let classes = entry.defaultClasses, !DenseZooTests.names.contains(name) {
      #expect(try model.outputShape == [classes])
    }
    // A second way to the same number: the rows of the summary.
    let summary = try ModelSummary(of: model.inference)
    // Heads for training alone are not among them.
    let answering = model.inference.variables.filter { $0.role == .parameter }
    #expect(summary.totals.parameters == answering.reduce(0) { $0 + $1.shape.elementCount })
    #expect(summary.layers.reduce(0) { $0 + $1.multiplyAdds } == summary.totals.multiplyAdds)
  }

  @Test(arguments: [
    ("simple-cnn", 248_864), ("simple-cnn-3v7", 58_608), ("resnet18", 1_814_073_344),
    ("vgg16", 15_470_264_320), ("resnet50", 4_089_184_256), ("mobilenet-v2", 300_774_272),
    ("resnet50-v1", 3_857_973_248), ("resnet50-b", 4_089_184_256), ("resnet50-c", 4_328_824_832),
    ("resnet50-d", 4_328_824_832),
  ])
  func `multiply-adds are counted on the output grid`(name: String, expected: Int) throws {
    let model = try ZooModel.named(name).build()
    #expect(try ModelSummary(of: model.inference).totals.multiplyAdds == expected)
  }

  @Test(arguments: Torchvision.names)
  func `weights have torchvision's names and shapes`(name: String) throws {
    let golden = try Torchvision(name)
    let expected = golden.entries.filter { !$0.name.hasSuffix("num_batches_tracked") }
    let model = try ZooModel.named(name).build()
    #expect(model.parameterCount == golden.parameters)
    #expect(
      try ModelSummary(of: model.inference).totals.multiplyAdds == golden.multiplyAdds)
    let actual = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.shape) })
    #expect(expected.count == actual.count)
    for entry in expected {
      #expect(actual[entry.name]?.dimensions == entry.shape, "\(entry.name)")
    }
  }

  @Test func `ResNet-50-D's weights have timm's names`() throws {
    let shapes = Dictionary(
      uniqueKeysWithValues: try ZooModel.resnet50D.build().parameters.map { ($0.name, $0.shape) })
    for (name, shape): (String, Shape) in [
      ("conv1.0.weight", [32, 3, 3, 3]), ("conv1.1.running_var", [32]),
      ("conv1.3.weight", [32, 32, 3, 3]), ("conv1.6.weight", [64, 32, 3, 3]), ("bn1.weight", [64]),
      ("layer1.0.downsample.1.weight", [256, 64, 1, 1]), ("layer1.0.downsample.2.bias", [256]),
      ("layer4.0.downsample.1.weight", [2048, 1024, 1, 1]),
      ("layer4.2.conv3.weight", [2048, 512, 1, 1]), ("fc.bias", [1000]),
    ] {
      #expect(shapes[name] == shape, "\(name)")
    }
    // As many tensors as resnet50 and the two convolutions of the stem more.
    #expect(shapes.count == (try ZooModel.resnet50.build().parameters.count) + 2 * 5)
  }

  /// All weights are numbers that both sides make from their names.
  @Test(arguments: Torchvision.names.filter { $0 != "vgg16" })
  func `logits and a gradient through all layers are torchvision's`(name: String) throws {
    let golden = try Torchvision(name)
    let input = Shape(try #require(golden.input))
    let classes = try #require(golden.classes)
    let bias = try #require(golden.bias)
    let model = try ZooModel.named(name).build(
      input: Shape(Array(input.dimensions.dropFirst())), classes: classes)
    var weights = Weights()
    for parameter in model.parameters {
      weights[parameter.name] = knownWeight(parameter.name, parameter.shape)
    }
    let upstream: Shape = [input[0], classes]
    var builder = try GraphBuilder(extending: model.inference)
    let product = try builder.apply(
      Binary(.multiply), model.inference.output(named: Model.outputName),
      builder.input("upstream", upstream.replacing(0, with: 1)), path: "loss")
    let loss = try builder.apply(
      Reduce(.sum, axes: [0, 1], keepDimensions: false), product, path: "loss")
    try builder.output("loss", loss)
    let program = try Program(
      differentiate(builder.graph, loss: "loss", withRespectTo: [bias]),
      inputs: [Model.inputName: input, "upstream": upstream], variables: VariableStore(weights),
      pool: ThreadPool(threads: 2))
    try program.run([
      Model.inputName: known("input", input, in: -1...1),
      "upstream": known("upstream", upstream, in: -1...1),
    ])
    try expectClose(program.output(Model.outputName).floats, golden.logits, relative: 5e-5)
    // Where rounding turns a sign at a ReLU, the gradient jumps: PyTorch's own float32 strays from its
    // float64 by up to 5.5e-3 here.
    try expectClose(
      program.output(Graph.gradientName(of: bias)).floats, golden.biasGradient, relative: 2e-2)
  }

  /// - Parameter relative: The largest difference, as a share of the largest expected magnitude.
  private func expectClose(_ actual: [Float], _ expected: [Float]?, relative: Float) throws {
    let expected = try #require(expected)
    #expect(actual.count == expected.count)
    let scale = expected.map(abs).max() ?? 0
    for (value, goal) in zip(actual, expected) {
      #expect(abs(value - goal) <= relative * scale, "\(value), not \(goal), of \(scale)")
    }
  }

  @Test func `classes and input are options`() throws {
    let model = try ZooModel.resnet18.build(input: [1, 64, 48], classes: 7)
    #expect(try model.outputShape == [7])
    #expect(throws: ZooError.self) { try ZooModel.named("resnet19") }
  }
}
