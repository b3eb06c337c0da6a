import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Testing

/// Layers that are made of several operations, against what PyTorch gave.
@Suite struct LayerGoldenTests {
  private static let layers: [String: any Layer] = [
    "SELU": SELU(),
    "InstanceNorm1d": InstanceNorm1d(), "InstanceNorm1d, affine": InstanceNorm1d(affine: true),
    "InstanceNorm2d": InstanceNorm2d(), "InstanceNorm2d, affine": InstanceNorm2d(affine: true),
    "InstanceNorm3d": InstanceNorm3d(), "InstanceNorm3d, affine": InstanceNorm3d(affine: true),
    "RMSNorm": RMSNorm(), "RMSNorm of images": RMSNorm(axes: 3, epsilon: 1e-3),
    "BatchNorm1d of features": BatchNorm1d(), "BatchNorm1d of signals": BatchNorm1d(),
    "BatchNorm3d": BatchNorm3d(),
    "spectral norm of Conv2d": FoveaLayers.Conv2d(4, kernel: 3).spectrallyNormalised(),
    "spectral norm of Linear": FoveaLayers.Linear(7).spectrallyNormalised(),
    "StdConv2d": StdConv2d(6, kernel: 3, padding: 1, groups: 2, bias: true),
    "weight norm of Conv2d": FoveaLayers.Conv2d(4, kernel: 3).weightNormalised(),
    "weight norm of Linear": FoveaLayers.Linear(7).weightNormalised(),
    "Conv2d, padding mode reflect": conv2d(.reflect),
    "Conv2d, padding mode replicate": conv2d(.replicate),
    "Conv2d, padding mode circular": conv2d(.circular),
    "Conv1d, padding mode reflect": conv1d(.reflect),
    "Conv1d, padding mode replicate": conv1d(.replicate),
    "Conv1d, padding mode circular": conv1d(.circular),
    "Conv2d, same padding": FoveaLayers.Conv2d(
      4, kernel: Extent2d(4, 3), padding: .same, dilation: Extent2d(1, 2)),
    "Conv1d, same padding": FoveaLayers.Conv1d(4, kernel: 4, padding: .same),
    "DeformConv2d": DeformConv2d(
      6, kernel: Extent2d(3, 2), stride: Extent2d(2, 1), padding: .symmetric(1, 0), groups: 2,
      offsetGroups: 2),
    "DeformConv2d, version 1": DeformConv2d(
      4, kernel: 3, padding: 2, dilation: Extent2d(1, 2), isModulated: false),
    "CBAM": CBAM(reduction: 4, kernel: 3),
    "SqueezeExcitation": SqueezeExcitation(reduction: 4),
    "SqueezeExcitation, SiLU and hard sigmoid": SqueezeExcitation(
      squeezed: 3, activation: FoveaLayers.SiLU(), gate: FoveaLayers.Hardsigmoid()),
  ]

  private static func conv2d(_ mode: PaddingMode) -> any Layer {
    FoveaLayers.Conv2d(
      4, kernel: Extent2d(3, 5), stride: Extent2d(2, 1), padding: .symmetric(1, 2),
      paddingMode: mode)
  }

  private static func conv1d(_ mode: PaddingMode) -> any Layer {
    FoveaLayers.Conv1d(6, kernel: 4, padding: .same, groups: 2, paddingMode: mode)
  }

  /// The layer as a network whose parameters have the recorded names.
  private static func model(_ recorded: GoldenCase, input: Tensor) throws -> Model {
    let name = recorded.name.replacing(", training", with: "").replacing(", inference", with: "")
    let layer = try #require(layers[name], "\(name)")
    return try Model(
      input: Shape(Array(input.shape.dimensions.dropFirst())), function: layer.forward)
  }

  @Test(arguments: try GoldenFile("layers").cases)
  func `a layer agrees with PyTorch, forward and backward`(recorded: GoldenCase) throws {
    let file = try GoldenFile("layers")
    let input = try file.tensor("input", recorded.inputs)
    let model = try Self.model(recorded, input: input)
    let isTraining = try #require(recorded.arguments.training as Bool?)
    #expect(
      Set(model.parameters.map(\.name) + ["input"]) == Set(recorded.inputs.keys), "names")

    // loss = Σ output · upstream, so that the loss's gradients are the recorded ones.
    let upstream = try file.tensor("output", recorded.outputGradients)
    let wanted = try #require(recorded.gradients).keys.sorted()
    var builder = try GraphBuilder(
      extending: isTraining ? model.training : model.inference)
    let output = try builder.graph.output(named: Model.outputName)
    let weights = try builder.input("upstream", upstream.shape)
    let product = try builder.apply(Binary(.multiply), output, weights, path: "product")
    let sum = Reduce(.sum, axes: Array(0..<upstream.shape.rank), keepDimensions: false)
    try builder.output("loss", try builder.apply(sum, product, path: "loss"))
    let graph = try differentiate(builder.graph, loss: "loss", withRespectTo: wanted)

    var variables = Weights()
    for parameter in model.parameters {
      variables[parameter.name] = try file.tensor(parameter.name, recorded.inputs)
    }
    let store = try VariableStore(variables)
    let program = try Program(graph, variables: store, pool: ThreadPool(threads: 2))
    try program.run(["input": input, "upstream": upstream])
    for role in recorded.outputs.keys.sorted() {
      let actual =
        role == "output"
        ? try program.output(role)
        : try #require(store.snapshot()[String(role.dropFirst("new.".count))] as Tensor?)
      expectClose(
        actual, try file.tensor(role, recorded.outputs), relative: 1e-5, "\(recorded.name), \(role)"
      )
    }
    for role in wanted {
      expectClose(
        try program.output(Graph.gradientName(of: role)),
        try file.tensor(role, recorded.gradients), relative: 1e-4,
        "\(recorded.name), gradient of \(role)")
    }
  }

  @Test func `baked weights are plain ones, and answer the same`() throws {
    let model = try Model(input: [3, 9, 8]) {
      StdConv2d(8, kernel: 3).named("std")
      FoveaLayers.GroupNorm(groups: 2).named("norm")
      FoveaLayers.Conv2d(6, kernel: 3).weightNormalised().named("weighed")
      FoveaLayers.Conv2d(5, kernel: 1).spectrallyNormalised().named("spectral")
      FoveaLayers.Flatten()
      FoveaLayers.Linear(4).named("plain")
    }
    let plain = try Model(input: [3, 9, 8]) {
      FoveaLayers.Conv2d(8, kernel: 3, bias: false).named("std")
      FoveaLayers.GroupNorm(groups: 2).named("norm")
      FoveaLayers.Conv2d(6, kernel: 3).named("weighed")
      FoveaLayers.Conv2d(5, kernel: 1).named("spectral")
      FoveaLayers.Flatten()
      FoveaLayers.Linear(4).named("plain")
    }
    let pool = try ThreadPool(threads: 2)
    let weights = model.initialWeights(seed: 4)
    let (graph, baked) = try model.inference.bakingWeights(weights, on: pool)
    #expect(Set(baked.names) == Set(plain.parameters.map(\.name)))
    #expect(graph.nodes.map(\.path).filter { $0 == "std" }.count == 1)

    let image = Initializer.normal(deviation: 1).tensor(
      [1, 3, 9, 8], RandomStream(seed: 1, named: "image"))
    func answer(_ graph: Graph, _ weights: Weights) throws -> Tensor {
      let program = try Program(graph, variables: VariableStore(weights), pool: pool)
      try program.run([Model.inputName: image])
      return try program.output(Model.outputName)
    }
    let expected = try answer(model.inference, weights)
    expectClose(try answer(graph, baked), expected, relative: 1e-6, "baked")
    expectClose(try answer(plain.inference, baked), expected, relative: 1e-6, "plain layers")
  }

  @Test func `a network of plain weights stays as it is`() throws {
    let model = try Model(input: [3, 5, 5]) { FoveaLayers.Conv2d(4, kernel: 3) }
    let parts = try model.inference.separatingWeights()
    #expect(parts.preparation.outputs.isEmpty)
    #expect(parts.network.variables == model.inference.variables)
    #expect(parts.network.nodes.count == model.inference.nodes.count)
  }
}
