import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Testing

/// Recurrent layers and attention against what PyTorch gave, forward and backward.
@Suite struct SequenceGoldenTests {
  /// The path under which the layers' parameters lie.
  static let path = "layer"

  typealias Network = (SymbolicTensor) throws(GraphError) -> SymbolicTensor

  /// The network of a case; its inputs but the first are parameters.
  static func network(_ name: String, _ recorded: GoldenCase, _ file: GoldenFile) throws
    -> Network
  {
    let arguments = recorded.arguments
    switch name {
    case "lstm", "gru":
      let size = try #require(arguments.hiddenSize)
      let layers = try #require(arguments.layers)
      let bias = try #require(arguments.bias as Bool?)
      let batchFirst = try #require(arguments.batchFirst as Bool?)
      let bidirectional = try #require(arguments.bidirectional as Bool?)
      return { (input) throws(GraphError) in
        let result =
          name == "lstm"
          ? try LSTM(
            size, layers: layers, bias: bias, batchFirst: batchFirst, bidirectional: bidirectional
          ).states(input, named: path)
          : try GRU(
            size, layers: layers, bias: bias, batchFirst: batchFirst, bidirectional: bidirectional
          ).states(input, named: path)
        input.tracer.output("hidden", result.hidden)
        if let cell = result.cell { input.tracer.output("cell", cell) }
        return result.sequence
      }
    case "multihead_attention":
      let attention = MultiheadAttention(
        heads: try #require(arguments.heads), bias: try #require(arguments.bias as Bool?))
      let source =
        recorded.inputs["source"] == nil ? nil : try file.tensor("source", recorded.inputs)
      return { (input) throws(GraphError) in
        let other = try source.map { (source) throws(GraphError) in
          let all = try input.tracer.parameter(
            "\(path).source", source.shape.dimensions, .constant(0))
          // As many examples as the network is built for.
          return try input.tracer.append(Slice(axis: 0, start: 0, end: input.shape[0]), [all])[0]
        }
        return try attention.attend(input, to: other ?? input, named: path)
      }
    default:
      let shape = try file.tensor("query", recorded.inputs).shape.dimensions
      let isCausal = try #require(arguments.isCausal as Bool?)
      return { (input) throws(GraphError) in
        try scaledDotProductAttention(
          input, try input.tracer.parameter("\(path).key", shape, .constant(0)),
          try input.tracer.parameter("\(path).value", shape, .constant(0)), isCausal: isCausal)
      }
    }
  }

  @Test(arguments: ["lstm", "gru", "multihead_attention", "scaled_dot_product_attention"])
  func `agrees with PyTorch`(name: String) throws {
    let file = try GoldenFile(name)
    #expect(!file.cases.isEmpty)
    for recorded in file.cases {
      let inputRole = recorded.inputs["query"] == nil ? "input" : "query"
      let input = try file.tensor(inputRole, recorded.inputs)
      // A training graph has two examples, as the cases do.
      let model = try Model(
        input: Shape(Array(input.shape.dimensions.dropFirst())),
        function: try Self.network(name, recorded, file))
      func sourceName(_ role: String) -> String {
        role == inputRole ? Model.inputName : "\(Self.path).\(role)"
      }
      var weights = Weights()
      for role in recorded.inputs.keys where role != inputRole {
        weights[sourceName(role)] = try file.tensor(role, recorded.inputs)
      }
      #expect(Set(model.parameters.map(\.name)) == Set(weights.names), "\(recorded.name)")

      var builder = try GraphBuilder(extending: model.training)
      var loss: Value?
      var inputs = [Model.inputName: input]
      for role in try #require(recorded.outputGradients).keys.sorted() {
        let upstream = try file.tensor(role, recorded.outputGradients)
        inputs["upstream.\(role)"] = upstream
        let factors = try builder.input("upstream.\(role)", upstream.shape)
        let product = try builder.apply(
          Binary(.multiply), try model.training.output(named: role), factors, path: "loss")
        let sum = try builder.apply(
          Reduce(.sum, axes: Array(0..<upstream.shape.rank), keepDimensions: false), product,
          path: "loss")
        loss = try loss.map { try builder.apply(Binary(.add), $0, sum, path: "loss") } ?? sum
      }
      try builder.output("loss", try #require(loss))
      let wanted = try #require(recorded.gradients).keys.sorted()
      let graph = try differentiate(
        builder.graph, loss: "loss", withRespectTo: wanted.map(sourceName))
      let program = try Program(
        graph, variables: try VariableStore(weights), pool: try ThreadPool(threads: 2))
      try program.run(inputs)
      for role in recorded.outputs.keys.sorted() {
        expectClose(
          try program.output(role), try file.tensor(role, recorded.outputs), relative: 1e-5,
          "\(name), \(recorded.name), \(role)")
      }
      for role in wanted {
        expectClose(
          try program.output(Graph.gradientName(of: sourceName(role))),
          try file.tensor(role, recorded.gradients), relative: 1e-4,
          "\(name), \(recorded.name), gradient of \(role)")
      }
    }
  }
}
