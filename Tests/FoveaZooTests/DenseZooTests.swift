import FoveaAnalysis
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaZoo
import Testing

/// Networks that segment, make images and find boxes, against torchvision and plain PyTorch.
@Suite struct DenseZooTests {
  static let names = [
    "fcn-resnet50", "fcn-resnet101", "deeplabv3-resnet50", "deeplabv3-resnet101",
    "deeplabv3-mobilenet-v3-large", "deeplabv3plus-resnet50", "lraspp-mobilenet-v3-large", "unet",
    "unet-bilinear", "unet-paper", "segnet", "vae", "dcgan-generator", "dcgan-discriminator",
    "yolox-nano", "yolox-tiny", "yolox-s", "ssdlite320-mobilenet-v3-large", "ssd300-vgg16",
  ]

  @Test(arguments: names)
  func `weights have the source's names and shapes, and costs agree`(name: String) throws {
    let golden = try DenseGolden(name)
    let entry = try ZooModel.named(name)
    let model = try entry.build()
    #expect(entry.parameterCount == golden.parameters)
    #expect(model.parameterCount == golden.parameters)
    #expect(try ModelSummary(of: model.inference).totals.multiplyAdds == golden.multiplyAdds)
    let actual = Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, $0.shape) })
    let expected = try golden.shapes
    #expect(Set(actual.keys).symmetricDifference(expected.keys).sorted() == [])
    for (name, shape) in expected { #expect(actual[name] == shape, "\(name)") }
  }

  /// All weights are numbers that both sides make from their names.
  @Test(arguments: names)
  func `outputs and a gradient through all layers are PyTorch's`(name: String) throws {
    let golden = try DenseGolden(name)
    let input = Shape(golden.input)
    let model = try ZooModel.named(name).build(
      input: Shape(Array(input.dimensions.dropFirst())), classes: golden.classes)
    #expect(Set(model.inference.outputs.keys) == Set(golden.outputs.keys))
    var weights = Weights()
    for parameter in model.parameters {
      weights[parameter.name] = knownWeight(parameter.name, parameter.shape)
    }
    var builder = try GraphBuilder(extending: model.inference)
    var inputs = [Model.inputName: known("input", input, in: -1...1)]
    var losses: [Value] = []
    for (output, value) in model.inference.outputs {
      let shape = Shape(try #require(golden.outputs[output]).shape)
      let upstream = "upstream/\(output)"
      inputs[upstream] = known(upstream, shape, in: -1...1)
      let product = try builder.apply(
        Binary(.multiply), value, builder.input(upstream, shape.replacing(0, with: 1)),
        path: "loss")
      let sum = Reduce(.sum, axes: Array(0..<shape.rank), keepDimensions: false)
      losses.append(try builder.apply(sum, product, path: "loss"))
    }
    var loss = losses[0]
    for other in losses.dropFirst() {
      loss = try builder.apply(Binary(.add), loss, other, path: "loss")
    }
    try builder.output("loss", loss)
    let program = try Program(
      differentiate(builder.graph, loss: "loss", withRespectTo: [golden.bias]),
      inputs: inputs.mapValues(\.shape), variables: VariableStore(weights),
      pool: ThreadPool(threads: 2))
    try program.run(inputs)
    for (output, expected) in golden.outputs {
      let actual = try program.output(output)
      #expect(actual.shape.dimensions == expected.shape, "\(output)")
      let kept = actual.reordered(.rowMajor).floats.enumerated()
        .filter { $0.offset % expected.step == 0 }.map(\.element)
      expectClose(kept, expected.values, relative: 1e-4, output)
    }
    // Where rounding turns a sign at a ReLU or the choice of a maximum, the gradient jumps: PyTorch's own float32
    // strays from its float64 by up to 6.9e-5 in the outputs and 2.4e-2 here, both of SSD-Lite.
    expectClose(
      try program.output(Graph.gradientName(of: golden.bias)).floats, golden.biasGradient,
      relative: 5e-2, "gradient")
  }

  /// - Parameter relative: The largest difference, as a share of the largest expected magnitude.
  private func expectClose(
    _ actual: [Float], _ expected: [Float], relative: Float, _ what: String
  ) {
    #expect(actual.count == expected.count)
    let scale = expected.map(abs).max() ?? 0
    for (value, goal) in zip(actual, expected) {
      #expect(abs(value - goal) <= relative * scale, "\(what): \(value), not \(goal), of \(scale)")
    }
  }
}
