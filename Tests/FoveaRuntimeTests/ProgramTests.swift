import CAllocationCounter
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import Testing

@Suite struct ProgramTests {
  /// `loss = Σ (w·x)²`, with `w ← w − 0.1·gradient` in the same run.
  static func descent() throws -> Graph {
    var builder = GraphBuilder()
    let x = try builder.input("x", [2, 3])
    let w = try builder.variable("w", [3], role: .parameter)
    let product = try builder.apply(Binary(.multiply), x, w, path: "product")
    let square = try builder.apply(Binary(.multiply), product, product, path: "square")
    let loss = try builder.apply(
      Reduce(.sum, axes: [0, 1], keepDimensions: false), square, path: "loss")
    try builder.output("loss", loss)
    builder = try GraphBuilder(
      extending: differentiate(builder.graph, loss: "loss", withRespectTo: ["w"]))
    let gradient = try builder.removeOutput(Graph.gradientName(of: "w"))
    let move = try builder.apply(Scale(-0.1, shift: 0), gradient, path: "move")
    try builder.update("w", with: try builder.apply(Binary(.add), w, move, path: "update"))
    return builder.graph
  }

  static let x = Tensor([2, 3], [Float(1), 2, 3, -1, 0, 2])

  @Test(arguments: InstructionSet.available)
  func `a run computes outputs and writes updates back`(isa: InstructionSet) throws {
    var weights = Weights()
    weights["w"] = Tensor([3], [Float(1), 0.5, -2])
    let store = try VariableStore(weights)
    let program = try Program(
      Self.descent(), variables: store, pool: ThreadPool(threads: 2), instructionSet: isa)
    try program.run(["x": Self.x])
    // Σx² per column is 2, 4, 13; loss = 2·1 + 4·0.25 + 13·4, gradient = 2·Σx²·w.
    #expect(try program.output("loss").floats == [55])
    let after = try #require(store.snapshot()["w"]).floats
    for (actual, expected) in zip(after, [Float(0.6), 0.1, 3.2]) {
      #expect(abs(actual - expected) < 1e-6)
    }
  }

  @Test func `what does not fit is refused by name`() throws {
    let graph = try Self.descent()
    let pool = try ThreadPool(threads: 1)
    #expect(throws: RuntimeError.missingVariable("w")) {
      try Program(graph, variables: VariableStore(), pool: pool)
    }
    var weights = Weights()
    weights["w"] = Tensor(zeros: [4])
    #expect(throws: RuntimeError.variableShape("w", expected: [3], actual: [4])) {
      try Program(graph, variables: VariableStore(weights), pool: pool)
    }
    weights["w"] = Tensor(zeros: [3])
    let store = try VariableStore(weights)
    let program = try Program(graph, variables: store, pool: pool)
    #expect(throws: RuntimeError.missingInput("x", expected: [2, 3])) { try program.run([:]) }
    #expect(throws: RuntimeError.inputShape("x", expected: [2, 3], actual: [3, 2])) {
      try program.run(["x": Tensor(zeros: [3, 2])])
    }
    #expect(
      throws: RuntimeError.inputElementType("x", expected: .float32, actual: .int32)
    ) { try program.run(["x": Tensor(zeros: [2, 3], of: .int32)]) }
    #expect(throws: GraphError.self) { try program.output("y") }
    #expect(throws: GraphError.self) {
      try Program(graph, inputs: ["x": [2, 4]], variables: store, pool: pool)
    }
    #expect(throws: RuntimeError.threads(0)) { try ThreadPool(threads: 0) }
    #expect(throws: RuntimeError.variableShape("w", expected: [3], actual: [5])) {
      try store.load(Weights(["w": Tensor(zeros: [5])]))
    }
  }

  @Test func `variables may change places`() throws {
    var builder = GraphBuilder()
    let a = try builder.variable("a", [2], role: .buffer)
    let b = try builder.variable("b", [2], role: .buffer)
    try builder.output("sum", try builder.apply(Binary(.add), a, b, path: "sum"))
    try builder.update("a", with: b)
    try builder.update("b", with: a)
    let store = try VariableStore(
      Weights(["a": Tensor([2], [Float(1), 2]), "b": Tensor([2], [Float(3), 4])]))
    let program = try Program(builder.graph, variables: store, pool: ThreadPool(threads: 1))
    try program.run([:])
    #expect(try program.output("sum").floats == [4, 6])
    #expect(store.snapshot()["a"]?.floats == [3, 4])
    #expect(store.snapshot()["b"]?.floats == [1, 2])
    #expect(store.withElements(of: "a") { Array($0) } == [3, 4])
    #expect(store.withElements(of: "c") { $0.count } == nil)
  }

  @Test func `memory that no system has is an error`() throws {
    var builder = GraphBuilder()
    let x = try builder.input("x", [1 << 20, 1 << 26])
    try builder.output("y", try builder.apply(Unary(.exp), x, path: "exp"))
    #expect(throws: RuntimeError.self) {
      try Program(builder.graph, variables: VariableStore(), pool: ThreadPool(threads: 1))
    }
  }

  @Test func `an operation without a kernel is named`() throws {
    struct Unbound: Operation {
      static let typeName = "Unbound"
      func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] { inputs }
    }
    var builder = GraphBuilder()
    let x = try builder.input("x", [1])
    try builder.output("y", try builder.apply(Unbound(), x, path: "layer"))
    #expect(throws: RuntimeError.noKernel("Unbound", path: "layer")) {
      try Program(builder.graph, variables: VariableStore(), pool: ThreadPool(threads: 1))
    }
  }

  @Test func `weights are prepared again when they change`() throws {
    let model = try Model(input: [3, 8, 8]) { FoveaLayers.Conv2d(4, kernel: 3) }
    let store = try VariableStore(model.initialWeights(seed: 1))
    let program = try Program(model.inference, variables: store, pool: ThreadPool(threads: 1))
    let image = Tensor([1, 3, 8, 8], (0..<192).map { Float($0 % 7) - 3 })
    try program.run([Model.inputName: image])
    let before = try program.output(Model.outputName)
    try store.load(model.initialWeights(seed: 2))
    try program.run([Model.inputName: image])
    #expect(try program.output(Model.outputName) != before)
    try store.load(model.initialWeights(seed: 1))
    try program.run([Model.inputName: image])
    #expect(try program.output(Model.outputName) == before)
  }

  @Test(.enabled(if: allocation_counter_is_available(), "allocations are counted on glibc"))
  func `a run allocates nothing`() throws {
    let model = try Model(input: [3, 16, 16]) {
      FoveaLayers.Conv2d(8, kernel: 3, padding: 1)
      FoveaLayers.BatchNorm2d()
      FoveaLayers.ReLU()
      FoveaLayers.MaxPool2d(kernel: 2)
      FoveaLayers.Flatten()
      FoveaLayers.Linear(10)
    }
    let store = try VariableStore(model.initialWeights(seed: 1))
    let program = try Program(model.inference, variables: store, pool: ThreadPool(threads: 2))
    let inputs = [
      Model.inputName: Tensor(zeros: [1, 3, 16, 16]).reordered(.channelsLast)
    ]
    try program.run(inputs)
    allocation_counter_start()
    for _ in 0..<10 { try program.run(inputs) }
    #expect(allocation_counter_stop() == 0)
    // The counter itself works.
    allocation_counter_start()
    let tensor = Tensor(zeros: [100])
    #expect(allocation_counter_stop() > 0)
    #expect(tensor.elementCount == 100)
  }

  @Test func `dead values share memory`() throws {
    let deep = try Model(input: [8, 32, 32]) {
      for _ in 0..<20 {
        FoveaLayers.Conv2d(8, kernel: 3, padding: 1)
        FoveaLayers.ReLU()
      }
    }
    let store = try VariableStore(deep.initialWeights(seed: 1))
    // Minimal filtering would need room for its transformed tiles.
    let program = try Program(
      deep.inference, variables: store, pool: ThreadPool(threads: 1),
      options: PlanOptions(precision: .exactConvolution))
    // Input and output of one convolution at a time; ReLU in place; a little for the weights.
    let map = 8 * 32 * 32 * 4
    #expect(program.arenaByteCount <= 2 * map + map / 2)
  }
}
