import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Testing

@Suite struct FullyConvolutionalTests {
  /// A small classifier with what classifiers have: a gate, pooling to a grid, three dense layers.
  private func classifier(pooled: Extent2d = 2) throws -> Model {
    try Model(input: [3, 12, 8]) { input throws(GraphError) in
      var value = try FoveaLayers.Conv2d(6, kernel: 3, stride: 2, padding: 1).named("conv")(input)
      let gate = try FoveaLayers.Sequential {
        GlobalAvgPool2d()
        FoveaLayers.Conv2d(6, kernel: 1)
        FoveaLayers.Sigmoid()
      }.named("gate")(value)
      value = try relu(value * gate)
      return try FoveaLayers.Sequential {
        FoveaLayers.AdaptiveAvgPool2d(pooled)
        FoveaLayers.Flatten()
        FoveaLayers.Linear(9)
        FoveaLayers.ReLU()
        FoveaLayers.Dropout()
        FoveaLayers.Linear(7, bias: false)
        FoveaLayers.Tanh()
        FoveaLayers.Linear(5)
        FoveaLayers.Softmax()
      }.named("head")(value)
    }
  }

  private func result(_ graph: Graph, _ weights: Weights, _ image: Tensor) throws -> Tensor {
    let program = try Program(
      graph, inputs: [Model.inputName: image.shape], variables: VariableStore(weights),
      pool: ThreadPool(threads: 2))
    try program.run([Model.inputName: image])
    return try program.output(Model.outputName)
  }

  private func images(_ shape: Shape) -> Tensor {
    Tensor(shape, RandomStream(seed: 3, named: "images").normals(shape.elementCount, deviation: 1))
  }

  @Test func `a classifier as convolutions answers alike on its own size`() throws {
    let model = try classifier()
    let weights = model.initialWeights(seed: 1)
    let graph = try model.inference.fullyConvolutional()
    #expect(!graph.nodes.contains { $0.operation is FoveaGraph.Linear })
    #expect(graph.variables.map(\.name) == model.inference.variables.map(\.name))
    let reshaped = try weights.reshaped(for: graph)
    #expect(reshaped["head.2.weight"]?.shape == [9, 6, 2, 2])
    #expect(reshaped["head.5.weight"]?.shape == [7, 9, 1, 1])
    let batch = images([2, 3, 12, 8])
    let dense = try result(model.inference, weights, batch)
    let convolved = try result(graph, reshaped, batch)
    #expect(convolved.shape == [2, 5, 1, 1])
    for (left, right) in zip(dense.floats, convolved.floats) { #expect(abs(left - right) < 1e-6) }
    // And back: the same numbers in the old shapes.
    #expect(try reshaped.reshaped(for: model.inference) == weights)
  }

  @Test func `on a larger image each place is the answer for its part`() throws {
    // Without padding and gate, a place sees its own part of the image alone.
    let model = try Model(input: [2, 8, 8]) {
      FoveaLayers.Conv2d(4, kernel: 2, stride: 2)
      FoveaLayers.ReLU()
      GlobalAvgPool2d()
      FoveaLayers.Flatten()
      FoveaLayers.Linear(3)
    }
    let weights = model.initialWeights(seed: 1)
    let graph = try model.inference.fullyConvolutional()
    let image = images([1, 2, 12, 10])
    let map = try result(graph, try weights.reshaped(for: graph), image)
    #expect(map.shape == [1, 3, 3, 2])
    for (row, column) in [(0, 0), (2, 1), (1, 0)] {
      var part = Tensor(zeros: [1, 2, 8, 8])
      let pixels = image.floats
      part.withUnsafeMutableElements(of: Float.self) { elements in
        for place in elements.indices {
          let (channel, y, x) = (place / 64, place / 8 % 8, place % 8)
          elements[place] = pixels[channel * 120 + (y + 2 * row) * 10 + x + 2 * column]
        }
      }
      let expected = try result(model.inference, weights, part).floats
      for output in 0..<3 {
        #expect(abs(map[[0, output, row, column], as: Float.self] - expected[output]) < 1e-6)
      }
    }
  }

  @Test func `what has no such form is refused with its path`() throws {
    let uneven = try classifier(pooled: 4)
    let message = #expect(throws: GraphError.self) { try uneven.inference.fullyConvolutional() }
    #expect(
      "\(try #require(message))"
        == "head.0: AdaptiveAvgPool2d has grid 4 cells of 6 pixels; use a grid that divides the map"
    )
    let joined = try Model(input: [3, 4, 4]) { input throws(GraphError) in
      let features = try FoveaLayers.Flatten()(input)
      return try FoveaLayers.Linear(2)(concatenate([features, features]))
    }
    #expect(throws: GraphError.self) { try joined.inference.fullyConvolutional() }
    var weights = Weights()
    weights["0.weight"] = Tensor(zeros: [2, 3])
    #expect(throws: GraphError.sharedShape("0.weight", [2, 3], [4, 2])) {
      try weights.reshaped(
        for: Model(input: [2]) { FoveaLayers.Linear(4) }.inference)
    }
  }
}
