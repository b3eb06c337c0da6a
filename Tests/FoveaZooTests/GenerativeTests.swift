import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaZoo
import Testing

@Suite struct GenerativeTests {
  private let images = Tensor(
    [3, 1, 21, 18], RandomStream(seed: 5, named: "images").uniforms(3 * 21 * 18) { $0 })

  private func autoencoder() throws -> (model: Model, weights: Weights) {
    let model = try Model(input: [1, 21, 18]) {
      VariationalAutoencoder(latent: 6, widths: [4, 8, 8]).inlined()
    }
    return (model, model.initialWeights(seed: 2))
  }

  private func run(_ graph: Graph, _ weights: Weights, seed: UInt64 = 0, step: UInt64 = 0) throws
    -> [String: Tensor]
  {
    let program = try Program(
      graph, inputs: [Model.inputName: images.shape], variables: VariableStore(weights),
      pool: ThreadPool(threads: 2), seed: seed)
    try program.run([Model.inputName: images], step: step)
    return try Dictionary(
      uniqueKeysWithValues: graph.outputs.keys.map { ($0, try program.output($0)) })
  }

  @Test func `an autoencoder makes images of its input's size, whatever that is`() throws {
    let (model, weights) = try autoencoder()
    let answer = try run(model.inference, weights)
    #expect(answer["output"]?.shape == images.shape)
    #expect(answer["mean"]?.shape == [3, 6])
    #expect(answer["log_variance"]?.shape == [3, 6])
    #expect(try run(model.inference, weights, seed: 9, step: 4) == answer)
  }

  @Test func `in training latent numbers differ by seed and step, and by nothing else`() throws {
    let (model, weights) = try autoencoder()
    let first = try run(model.training, weights, seed: 1, step: 1)
    #expect(try run(model.training, weights, seed: 1, step: 1) == first)
    for (seed, step) in [(1, 2), (2, 1)] {
      let other = try run(model.training, weights, seed: UInt64(seed), step: UInt64(step))
      #expect(other["mean"] == first["mean"])
      #expect(other["output"] != first["output"])
    }
  }

  @Test func `with a variance of nothing training is inference`() throws {
    var (model, weights) = try autoencoder()
    let log = try #require(weights["log_variance.weight"])
    weights["log_variance.weight"] = Tensor(zeros: log.shape)
    weights["log_variance.bias"] = Tensor([6], Array(repeating: Float(-100), count: 6))
    let answer = try #require(run(model.inference, weights)["output"]).floats
    let learnt = try #require(run(model.training, weights)["output"]).floats
    for (left, right) in zip(answer, learnt) { #expect(abs(left - right) < 1e-6) }
  }

  /// The reparameterisation: by the variance there is a gradient too.
  @Test func `gradients reach mean and variance`() throws {
    let (model, weights) = try autoencoder()
    var builder = try GraphBuilder(extending: model.training)
    let output = try model.training.output(named: Model.outputName)
    let loss = try builder.apply(
      Reduce(.mean, axes: [0, 1, 2, 3], keepDimensions: false), output, path: "loss")
    try builder.output("loss", loss)
    let names = ["mean.bias", "log_variance.bias", "encoder.0.weight"]
    let graph = try differentiate(builder.graph, loss: "loss", withRespectTo: names)
    let results = try run(graph, weights)
    for name in names {
      let gradient = try #require(results[Graph.gradientName(of: name)])
      #expect(gradient.floats.contains { $0 != 0 })
    }
  }

  @Test func `a network without classes takes none`() throws {
    for entry in [ZooModel.vae, .dcganGenerator, .dcganDiscriminator] {
      #expect(entry.defaultClasses == nil)
      let error = #expect(throws: GraphError.self) { try entry.build(classes: 3) }
      #expect("\(try #require(error))" == "\(entry.name) has classes 3; use none at all")
    }
    #expect(throws: GraphError.self) {
      try Model(input: [1, 32, 32]) { VariationalAutoencoder(widths: []) }
    }
  }
}
