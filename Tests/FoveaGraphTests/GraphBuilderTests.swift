import FoveaGraph
import FoveaTensors
import Testing

@Suite struct GraphBuilderTests {
  @Test func `shapes follow the inputs' shapes`() throws {
    let graph = try ExampleGraphs.squaredConvolution()
    let output = Value(node: 2)
    #expect(try graph.shapes()[output] == [2, 4, 2, 2])
    #expect(try graph.shapes(inputs: ["image": [7, 2, 9, 6]])[output] == [7, 4, 4, 4])
    #expect(
      throws: GraphError.operation(
        path: "conv",
        .windowTooLarge(
          "Conv2d", rows: try Window(kernel: 3, stride: 2, padding: .init(before: 1, after: 0)),
          columns: try Window(kernel: 2, dilation: 2), actual: [1, 2, 5, 2]))
    ) {
      try graph.shapes(inputs: ["image": [1, 2, 5, 2]])
    }
    #expect(throws: GraphError.unknownName("picture", kind: "input", known: ["image"])) {
      try graph.shapes(inputs: ["picture": [1, 2, 5, 4]])
    }
  }

  @Test func `a training step is inferred anew for another batch and image size`() throws {
    let step = try ExampleGraphs.trainingStep()
    let shapes = try step.shapes(inputs: ["image": [9, 3, 12, 10], "labels": [9]])
    for (node, other) in zip(step.nodes.indices, try step.shapes().nodeShapes(of: step)) {
      #expect(shapes[node: node].count == other.count)
    }
    // Whatever the batch, updates fit their variables and the loss is a scalar.
    for (name, value) in step.updates {
      let variable = try #require(step.variables.first { $0.name == name })
      #expect(shapes[value] == variable.shape, "\(name)")
    }
    #expect(shapes[try step.output(named: "loss")] == .scalar)
    let relu = try #require(step.nodes.firstIndex { $0.operation is ReLU })
    #expect(shapes[node: relu] == [[9, 6, 12, 10]])
  }

  @Test func `cost is that of the published formula`() throws {
    let graph = try ExampleGraphs.squaredConvolution()
    let cost = graph.nodes[2].operation.cost(
      inputs: [[2, 2, 5, 4], [4, 1, 3, 2]], outputs: [[2, 4, 3, 2]])
    #expect(cost == Cost(multiplyAdds: 2 * 4 * 3 * 2 * (1 * 3 * 2)))
    #expect(
      cost + Cost(multiplyAdds: .max, otherOperations: 3)
        == Cost(multiplyAdds: .max, otherOperations: 3))
  }

  @Test func `a name is given once`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("image", [1])
    try builder.output("result", image)
    #expect(throws: GraphError.nameUsedTwice("image")) { try builder.input("image", [1]) }
    #expect(throws: GraphError.nameUsedTwice("image")) {
      try builder.variable("image", [1], role: .buffer)
    }
    #expect(throws: GraphError.nameUsedTwice("result")) { try builder.output("result", image) }
  }

  @Test func `a value must come before what reads it`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("image", [1])
    for value in [
      Value(node: 1), Value(node: -1), Value(node: .max), Value(node: 0, output: 1),
      Value(node: 0, output: -1),
    ] {
      #expect(throws: GraphError.badReference(node: 1, path: "relu")) {
        try builder.apply(ReLU(), value, path: "relu")
      }
    }
    _ = try builder.apply(ReLU(), image, path: "relu")
    #expect(builder.graph.nodes.count == 2)
  }

  @Test func `element types must fit`() throws {
    var builder = GraphBuilder()
    let logits = try builder.input("logits", [2, 3])
    let labels = try builder.input("labels", [2], .int32)
    #expect(
      throws: GraphError.operation(
        path: "relu", .elementType("ReLU", input: 0, expected: .float32, actual: .int32))
    ) {
      try builder.apply(ReLU(), labels, path: "relu")
    }
    let row = try builder.apply(
      Reduce(.sum, axes: [1], keepDimensions: false), logits, path: "row")
    #expect(
      throws: GraphError.operation(
        path: "loss", .elementType("CrossEntropy", input: 1, expected: .int32, actual: .float32))
    ) {
      try builder.apply(CrossEntropy(), logits, row, path: "loss")
    }
    // Of a value whose elements are not read, the shape alone counts.
    _ = try builder.apply(BroadcastTo(), row, labels, path: "shape")
  }

  @Test func `an update fits its variable`() throws {
    var builder = GraphBuilder()
    let weight = try builder.variable("w", [2], role: .parameter)
    let input = try builder.input("x", [3])
    #expect(throws: GraphError.unknownName("v", kind: "variable", known: ["w"])) {
      try builder.update("v", with: weight)
    }
    #expect(throws: GraphError.sharedShape("w", [2], [3])) {
      try builder.update("w", with: input)
    }
    try builder.update("w", with: weight)
    #expect(throws: GraphError.nameUsedTwice("w")) { try builder.update("w", with: weight) }
  }

  @Test func `an output can be taken back`() throws {
    var builder = try GraphBuilder(extending: ExampleGraphs.squaredConvolution())
    let loss = try builder.removeOutput("loss")
    #expect(builder.graph.outputs.isEmpty)
    #expect(builder.shape(of: loss) == .scalar)
    #expect(throws: GraphError.unknownName("loss", kind: "output", known: [])) {
      try builder.removeOutput("loss")
    }
  }

  @Test func `a graph without outputs is refused`() throws {
    var builder = GraphBuilder()
    _ = try builder.input("image", [1])
    let graph = builder.graph
    #expect(throws: GraphError.noOutputs) { try graph.validate() }
  }

  @Test func `a variable that nothing reads is refused`() throws {
    var builder = try GraphBuilder(extending: ExampleGraphs.squaredConvolution())
    try builder.graph.validate()
    let forgotten = try builder.variable("forgotten", [1], role: .parameter)
    let graph = builder.graph
    #expect(throws: GraphError.unusedVariable("forgotten")) { try graph.validate() }
    try builder.output("forgotten", forgotten)
    try builder.graph.validate()
  }
}

extension GraphShapes {
  /// The shapes of all results of each node.
  fileprivate func nodeShapes(of graph: Graph) -> [[Shape]] {
    graph.nodes.indices.map { self[node: $0] }
  }
}
