import FoveaChecks
import FoveaGraph
import FoveaTensors
import Testing

@Suite struct DifferentiationTests {
  /// A tensor of random numbers.
  static func random(
    _ shape: Shape, in range: ClosedRange<Float> = -1...1, seed: UInt64
  ) -> ReferenceTensor {
    let stream = RandomStream(seed: seed, stream: 0)
    let width = range.upperBound - range.lowerBound
    return ReferenceTensor(
      shape,
      (0..<shape.elementCount).map {
        Double(range.lowerBound + width * stream.uniform(at: UInt64($0)))
      })
  }

  /// The change of output `loss` with each element of one source, by central differences.
  static func centralDifferences(
    of loss: String, in graph: Graph, by name: String, _ values: [String: ReferenceTensor]
  ) throws -> [Double] {
    let step = 1e-5
    let interpreter = ReferenceInterpreter(graph)
    func evaluate(_ index: Int, _ shift: Double) throws -> Double {
      var values = values
      values[name]?.values[index] += shift
      let names = Set(graph.inputs.map(\.name))
      let results = try interpreter.run(
        values.filter { names.contains($0.key) }, variables: values)
      return try #require(results.outputs[loss]).values[0]
    }
    let count = try #require(values[name]).values.count
    return try (0..<count).map {
      try (evaluate($0, step) - evaluate($0, -step)) / (2 * step)
    }
  }

  @Test func `gradients of a shared variable add up`() throws {
    var builder = GraphBuilder()
    let weight = try builder.variable("w", [2], role: .parameter)
    let (first, second) = (try builder.input("a", [2]), try builder.input("b", [2]))
    let left = try builder.apply(Binary(.multiply), weight, first, path: "left")
    let right = try builder.apply(Binary(.multiply), weight, second, path: "right")
    // w is read three times in all: in both products and once more by itself.
    let sum = try builder.apply(Binary(.add), left, right, path: "sum")
    let all = try builder.apply(Binary(.add), sum, weight, path: "sum")
    try builder.output("loss", try builder.sum(all))
    let graph = try differentiate(builder.graph, loss: "loss", withRespectTo: ["w", "a"])
    let results = try ReferenceInterpreter(graph).run(
      ["a": ReferenceTensor([2], [3, 5]), "b": ReferenceTensor([2], [10, 20])],
      variables: ["w": ReferenceTensor([2], [7, 11])])
    #expect(results.outputs["gradient/w"]?.values == [14, 26])
    #expect(results.outputs["gradient/a"]?.values == [7, 11])
    #expect(results.outputs["loss"]?.values == [7 * 14 + 11 * 26])
  }

  @Test func `a value that is read twice by one node gets both gradients`() throws {
    var builder = GraphBuilder()
    let x = try builder.input("x", [3])
    let square = try builder.apply(Binary(.multiply), x, x, path: "square")
    try builder.output("loss", try builder.sum(square))
    let graph = try differentiate(builder.graph, loss: "loss", withRespectTo: ["x"])
    let results = try ReferenceInterpreter(graph).run(["x": ReferenceTensor([3], [1, -2, 4])])
    #expect(results.outputs["gradient/x"]?.values == [2, -4, 8])
  }

  @Test func `a training step has the gradients of finite differences`() throws {
    // Without the updates' variables: every parameter of every layer, through the whole network.
    let step = try ExampleGraphs.trainingStep()
    var values: [String: ReferenceTensor] = [:]
    for (index, input) in step.inputs.enumerated() {
      values[input.name] = Self.random(input.shape, seed: UInt64(index))
    }
    values["labels"] = ReferenceTensor([4], [0, 4, 2, 1])
    // v = 0, so that with momentum 0 and rate 1 the update of w is its gradient and the decay.
    values["settings"] = ReferenceTensor([2], [1, 0])
    for (index, variable) in step.variables.enumerated() {
      values[variable.name] =
        variable.role == .optimizerState
        ? ReferenceTensor(variable.shape)
        : Self.random(variable.shape, in: -0.1...0.5, seed: 100 + UInt64(index))
    }
    let inputs = values.filter { name, _ in step.inputs.contains { $0.name == name } }
    let results = try ReferenceInterpreter(step).run(inputs, variables: values)
    for name in ["conv.weight", "conv.bias", "bn.weight", "bn.bias", "fc.weight", "fc.bias"] {
      let weight = try #require(values[name])
      let updated = try #require(results.updates[name])
      let expected = try Self.centralDifferences(of: "loss", in: step, by: name, values)
      for index in weight.values.indices {
        let decay = Double(Float(1e-4)) * weight.values[index]
        let gradient = weight.values[index] - updated.values[index] - decay
        #expect(abs(gradient - expected[index]) < 1e-8, "\(name)[\(index)]")
      }
    }
  }

  @Test func `a second derivative is that of finite differences`() throws {
    let first = try differentiate(
      ExampleGraphs.squaredConvolution(), loss: "loss", withRespectTo: ["image", "weight"])
    // A scalar that depends on every element of both gradients.
    var builder = try GraphBuilder(extending: first)
    var terms: [Value] = []
    for name in ["image", "weight"] {
      let gradient = try builder.removeOutput(Graph.gradientName(of: name))
      let squares = try builder.apply(Binary(.multiply), gradient, gradient, path: "norm")
      terms.append(try builder.sum(squares))
    }
    try builder.output(
      "norm", try builder.apply(Binary(.add), terms[0], terms[1], path: "norm"))
    let graph = try differentiate(
      builder.graph, loss: "norm", withRespectTo: ["image", "weight"])

    let values = [
      "image": Self.random([2, 2, 5, 4], seed: 1), "weight": Self.random([4, 1, 3, 2], seed: 2),
    ]
    let image = ["image": values["image"]].compactMapValues { $0 }
    let results = try ReferenceInterpreter(graph).run(image, variables: values)
    for name in ["image", "weight"] {
      let actual = try #require(results.outputs[Graph.gradientName(of: name)])
      let expected = try Self.centralDifferences(of: "norm", in: builder.graph, by: name, values)
      let scale = actual.scale
      for (index, pair) in zip(actual.values, expected).enumerated() {
        #expect(abs(pair.0 - pair.1) < 1e-8 * scale, "\(name)[\(index)]")
      }
    }
  }

  @Test func `keeps what the graph had`() throws {
    let graph = try ExampleGraphs.squaredConvolution()
    let result = try differentiate(graph, loss: "loss", withRespectTo: ["weight"])
    #expect(Array(result.nodes.prefix(graph.nodes.count)) == graph.nodes)
    #expect(Array(result.outputs.keys) == ["loss", "gradient/weight"])
    #expect(result.outputs["loss"] == graph.outputs["loss"])
    // Nobody asked for the image's gradient, so no node computes it.
    #expect(!result.nodes.contains { $0.operation is Conv2dInputGradient })
  }

  @Test func `a wrong name is answered with the right ones`() throws {
    let graph = try ExampleGraphs.squaredConvolution()
    #expect(
      throws: GraphError.unknownName(
        "wieght", kind: "variable or input", known: ["weight", "image"])
    ) {
      try differentiate(graph, loss: "loss", withRespectTo: ["wieght"])
    }
    #expect(throws: GraphError.unknownName("lost", kind: "output", known: ["loss"])) {
      try differentiate(graph, loss: "lost", withRespectTo: ["weight"])
    }
  }

  @Test func `only a scalar that depends on the name is differentiated`() throws {
    var builder = try GraphBuilder(extending: ExampleGraphs.squaredConvolution())
    _ = try builder.input("unread", [1])
    try builder.output("image", Value(node: 0))
    let graph = builder.graph
    #expect(throws: GraphError.lossNotScalar("image", [2, 2, 5, 4])) {
      try differentiate(graph, loss: "image", withRespectTo: ["weight"])
    }
    #expect(throws: GraphError.noPath(loss: "loss", name: "unread")) {
      try differentiate(graph, loss: "loss", withRespectTo: ["weight", "unread"])
    }
    let once = try differentiate(graph, loss: "loss", withRespectTo: ["weight"])
    #expect(throws: GraphError.nameUsedTwice("gradient/weight")) {
      try differentiate(once, loss: "loss", withRespectTo: ["weight"])
    }
  }

  @Test func `an operation without a gradient is named with its path`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("image", [1, 1, 4, 4])
    let window = try Window(kernel: 2)
    let pooled = try builder.apply(
      MaxPool2d(rows: window, columns: window), image, path: "features.pool")
    try builder.output("loss", try builder.sum(pooled))
    var once = try GraphBuilder(
      extending: differentiate(builder.graph, loss: "loss", withRespectTo: ["image"]))
    let gradient = try once.removeOutput("gradient/image")
    let squares = try once.apply(Binary(.multiply), gradient, gradient, path: "norm")
    try once.output("norm", try once.sum(squares))
    let graph = once.graph
    #expect(
      throws: GraphError.operation(
        path: "features.pool", .notDifferentiable("MaxPool2dGradient"))
    ) {
      try differentiate(graph, loss: "norm", withRespectTo: ["image"])
    }
  }

  @Test func `labels have no gradient`() throws {
    var builder = GraphBuilder()
    let logits = try builder.input("logits", [2, 3])
    let labels = try builder.input("labels", [2], .int32)
    try builder.output("loss", try builder.apply(CrossEntropy(), logits, labels, path: "loss"))
    let graph = builder.graph
    #expect(throws: GraphError.noPath(loss: "loss", name: "labels")) {
      try differentiate(graph, loss: "loss", withRespectTo: ["logits", "labels"])
    }
  }
}
