import FoveaGraph
import FoveaLayers
import FoveaTensors
import Testing

@Suite struct BatchNormFoldingTests {
  /// Statistics and scales that are neither 0 nor 1.
  private func weights(_ model: Model) -> Weights {
    var weights = model.initialWeights(seed: 2)
    for (seed, name) in weights.names.enumerated() {
      guard let tensor = weights[name], tensor.shape.rank == 1 else { continue }
      let values = randomTensor(tensor.shape, seed: UInt64(seed)).floats
      weights[name] = Tensor(
        tensor.shape, values.map { name.hasSuffix("var") ? abs($0) + 0.1 : $0 })
    }
    return weights
  }

  @Test func networksAnswerTheSame() throws {
    let model = try Model(input: [4, 9, 8]) {
      FoveaLayers.Conv2d(6, kernel: 3, padding: 1, groups: 2, bias: false)
      FoveaLayers.BatchNorm2d()
      FoveaLayers.ReLU()
      FoveaLayers.Conv2d(4, kernel: 1)
      FoveaLayers.BatchNorm2d(affine: false)
      FoveaLayers.ConvTranspose2d(6, kernel: 3, stride: 2, groups: 2)
      FoveaLayers.BatchNorm2d()
      FoveaLayers.ReLU()
      FoveaLayers.BatchNorm2d()
    }
    let weights = weights(model)
    let folded = try model.inference.foldingBatchNorms(weights)
    let image = randomTensor([2, 4, 9, 8], seed: 4)
    let expected = try outputs(model.inference, weights, ["input": image])["output"]
    let actual = try outputs(folded.graph, folded.weights, ["input": image])["output"]
    expectSame(actual, try #require(expected), relative: 2e-6, "folded")
    // The last one follows an activation and stays.
    let norms = folded.graph.nodes.filter { $0.operation is FoveaGraph.BatchNorm2d }
    #expect(norms.map(\.path) == ["8"])
    #expect(folded.weights["0.bias"]?.shape == [6])
    #expect(Set(folded.weights.names) == Set(folded.graph.variables.map(\.name)))
    let again = try folded.graph.foldingBatchNorms(folded.weights)
    #expect(again.graph == folded.graph)
    #expect(again.weights == folded.weights)
  }

  @Test func whatSomethingElseReadsIsNotFolded() throws {
    var builder = GraphBuilder()
    let image = try builder.input("input", [1, 4, 5, 5])
    let kernel = try builder.variable("kernel", [4, 4, 1, 1], role: .parameter)
    let statistics = try ["mean", "variance"].map { try builder.variable($0, [4], role: .buffer) }
    let one = try Window(kernel: 1)
    let convolved = try builder.apply(
      FoveaGraph.Conv2d(rows: one, columns: one), image, kernel, path: "conv")
    let norm = try builder.append(
      FoveaGraph.BatchNorm2d(epsilon: 1e-5), [convolved] + statistics, path: "norm")[0]
    try builder.output("output", try builder.apply(Binary(.add), convolved, norm, path: "sum"))
    let weights = Weights([
      "kernel": randomTensor([4, 4, 1, 1], seed: 1), "mean": randomTensor([4], seed: 2),
      "variance": Tensor([4], [1, 2, 3, 4] as [Float]),
    ])
    let folded = try builder.graph.foldingBatchNorms(weights)
    #expect(folded.graph == builder.graph)
    #expect(folded.weights == weights)
  }

  @Test func aMissingTensorIsNamed() throws {
    let model = try Model(input: [4, 5, 5]) {
      FoveaLayers.Conv2d(4, kernel: 1)
      FoveaLayers.BatchNorm2d()
    }
    #expect(throws: GraphError.self) {
      _ = try model.inference.foldingBatchNorms(Weights())
    }
  }
}
