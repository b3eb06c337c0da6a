import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Testing

@Suite struct EmbeddingTests {
  private func program(_ layer: FoveaLayers.Embedding) throws -> Program {
    let model = try Model(input: [3], elementType: .int32) { layer }
    return try Program(
      model.inference, variables: try VariableStore(model.initialWeights(seed: 1)),
      pool: try ThreadPool(threads: 2))
  }

  @Test func `an index that is no row is an error, not a wild read`() throws {
    let program = try program(FoveaLayers.Embedding(7, 5))
    for wrong: Int32 in [7, -1, .max, .min] {
      #expect(throws: RuntimeError.tableIndex(path: "0", index: 1, rows: 7)) {
        try program.run([Model.inputName: Tensor([1, 3], [Int32(0), wrong, wrong])])
      }
    }
    try program.run([Model.inputName: Tensor([1, 3], [Int32(0), 6, 3])])
    #expect(try program.output(Model.outputName).shape == [1, 3, 5])
    let message = RuntimeError.tableIndex(path: "0", index: 1, rows: 7).description
    #expect(message.hasPrefix("0: index 1 of the batch is outside 0..<7; "))
  }

  @Test func `a padding index counts from either end`() throws {
    for (index, own) in [(2, 2), (-1, 6)] {
      let model = try Model(input: [3], elementType: .int32) {
        FoveaLayers.Embedding(7, 5, paddingIndex: index)
      }
      let found = model.inference.nodes.compactMap {
        ($0.operation as? FoveaGraph.Embedding)?.paddingIndex
      }
      #expect(found == [own])
    }
  }

  @Test func `what makes no table is refused`() {
    for wrong in [
      FoveaLayers.Embedding(0, 5), .init(5, 0), .init(.max, 2), .init(5, 2, paddingIndex: 5),
      .init(5, 2, paddingIndex: -6),
    ] {
      #expect(throws: GraphError.self, "\(wrong)") {
        try Model(input: [3], elementType: .int32, function: wrong.forward)
      }
    }
    #expect(throws: GraphError.self) {
      try Model(input: [3], function: FoveaLayers.Embedding(5, 2).forward)
    }
  }

  @Test func `settings that make no recurrent layer are refused`() throws {
    let wrong: [any Layer] = [
      LSTM(0), LSTM(4, layers: 0), LSTM(4, layers: 65), GRU(-1), LSTM(.max), GRU(.max / 2),
      MultiheadAttention(heads: 0), MultiheadAttention(heads: 4),
    ]
    for layer in wrong {
      #expect(throws: GraphError.self, "\(layer)") {
        try Model(input: [5, 6], function: layer.forward)
      }
    }
    #expect(throws: GraphError.self) { try Model(input: [6], function: GRU(2).forward) }
    #expect(throws: GraphError.self) { try Model(input: [1025, 2], function: GRU(2).forward) }
    #expect(throws: GraphError.self) {
      try Model(input: [6], function: MultiheadAttention(heads: 2).forward)
    }
  }

  @Test func `cells step by step are the layer`() throws {
    func check(_ whole: any Layer, _ cells: SequenceGoldenTests.Network) throws {
      let model = try Model(input: [3, 4]) { whole.named("rnn") }
      let stepwise = try Model(input: [3, 4], function: cells)
      let weights = model.initialWeights(seed: 4)
      var renamed = Weights()
      for parameter in stepwise.parameters {
        renamed[parameter.name] = weights[parameter.name + "_l0"]
      }
      let input = Tensor(
        [2, 3, 4], RandomStream(seed: 2, named: "input").normals(24, deviation: 1))
      let results = try [(model, weights), (stepwise, renamed)].map { model, weights in
        let program = try Program(
          model.inference, inputs: [Model.inputName: input.shape],
          variables: try VariableStore(weights), pool: try ThreadPool(threads: 1))
        try program.run([Model.inputName: input])
        return try program.output(Model.outputName)
      }
      let last = (0..<2).flatMap { image in
        Array(results[0].floats[(image * 15 + 10)..<(image * 15 + 15)])
      }
      expectClose(results[1], Tensor([2, 5], last), relative: 1e-6, "\(whole)")
    }
    func step(_ input: SymbolicTensor, _ index: Int) throws(GraphError) -> SymbolicTensor {
      let part = try input.tracer.append(Slice(axis: 1, start: index, end: index + 1), [input])[0]
      return try input.tracer.append(FoveaGraph.Flatten(startAxis: 0, endAxis: 1), [part])[0]
    }
    try check(LSTM(5)) { (input) throws(GraphError) in
      let cell = LSTMCell(5, path: "rnn")
      var state = try cell(try step(input, 0))
      for index in 1..<3 { state = try cell(try step(input, index), state: state) }
      return state.hidden
    }
    try check(GRU(5)) { (input) throws(GraphError) in
      let cell = GRUCell(5, path: "rnn")
      var state = try cell(try step(input, 0))
      for index in 1..<3 { state = try cell(try step(input, index), hidden: state) }
      return state
    }
  }
}
