import FoveaChecks
import FoveaGraph
import FoveaRuntime
import FoveaTensors
import Testing

@Suite struct ReferenceInterpreterTests {
  /// An operation whose reference gives another shape than it says, or has none.
  private struct Doubled: ReferenceOperation {
    static let typeName = "Doubled"

    func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] { inputs }

    func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
      throws(OperationError) -> [ReferenceTensor]
    {
      [ReferenceTensor([2 * inputs[0].shape[0]])]
    }
  }

  private struct Silent: Operation {
    static let typeName = "Silent"

    func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] { inputs }
  }

  private static func graph(_ operation: some Operation) throws -> Graph {
    var builder = GraphBuilder()
    let input = try builder.input("x", [3])
    try builder.output("y", try builder.apply(operation, input, path: "layer"))
    return builder.graph
  }

  @Test func `counts what it does`() throws {
    var builder = GraphBuilder()
    let image = try builder.input("image", [2, 3, 5, 5])
    let weight = try builder.variable("weight", [4, 3, 3, 3], role: .parameter)
    let window = try Window(kernel: 3, padding: Window.Padding(1))
    let result = try builder.apply(
      Conv2d(rows: window, columns: window), image, weight, path: "conv")
    try builder.output("y", result)
    let results = try ReferenceInterpreter(builder.graph).run(
      ["image": ReferenceTensor([1, 3, 5, 5], repeating: 1)],
      variables: ["weight": ReferenceTensor([4, 3, 3, 3], repeating: 1)])
    let output = try #require(results.outputs["y"])
    // Ones everywhere: each sum counts its taps inside the image; the count has all of them.
    #expect(output.shape == [1, 4, 5, 5])
    #expect(output[0, 0, 2, 2] == 27)
    #expect(output[0, 3, 0, 0] == 12)
    #expect(results.multiplyAdds == 4 * 25 * 27)
  }

  @Test func `a mean over no target is not a number, as in PyTorch`() throws {
    var builder = GraphBuilder()
    let logits = try builder.input("logits", [2, 3])
    let labels = try builder.input("labels", [2], .int32)
    try builder.output(
      "loss", try builder.apply(CrossEntropy(ignoreIndex: 1), logits, labels, path: "loss"))
    let inputs = [
      "logits": Tensor([2, 3], [1, 2, 3, 4, 5, 6] as [Float]),
      "labels": Tensor([2], [1, 1] as [Int32]),
    ]
    let results = try ReferenceInterpreter(builder.graph).run(
      inputs.mapValues { ReferenceTensor($0) })
    #expect(results.outputs["loss"]?.values.allSatisfy(\.isNaN) == true)
    for isa in InstructionSet.available {
      let program = try Program(
        builder.graph, variables: VariableStore(), pool: ThreadPool(threads: 1),
        instructionSet: isa)
      try program.run(inputs)
      #expect(try program.output("loss").floats.allSatisfy(\.isNaN))
    }
  }

  @Test func `what is missing or does not fit is named`() throws {
    let graph = try Self.graph(ReLU())
    let interpreter = ReferenceInterpreter(graph)
    #expect(throws: ReferenceError.missing("x", expected: [3])) { try interpreter.run([:]) }
    #expect(throws: ReferenceError.noReference("Silent", path: "layer")) {
      try ReferenceInterpreter(Self.graph(Silent())).run(["x": ReferenceTensor([3])])
    }
    #expect(
      throws: ReferenceError.resultShapes(
        "Doubled", path: "layer", expected: [[3]], actual: [[6]])
    ) {
      try ReferenceInterpreter(Self.graph(Doubled())).run(["x": ReferenceTensor([3])])
    }
    #expect(
      throws: ReferenceError.graph(.unknownName("z", kind: "input", known: ["x"]))
    ) {
      try interpreter.run(["z": ReferenceTensor([3])])
    }
    var builder = GraphBuilder()
    let weight = try builder.variable("w", [2], role: .parameter)
    try builder.output("y", weight)
    let variable = ReferenceInterpreter(builder.graph)
    #expect(throws: ReferenceError.shape("w", expected: [2], actual: [3])) {
      try variable.run([:], variables: ["w": ReferenceTensor([3])])
    }
    // Any shape that fits is taken for an input.
    #expect(try interpreter.run(["x": ReferenceTensor([5])]).outputs["y"]?.shape == [5])
  }

  @Test func `a label that is no class is an error`() throws {
    var builder = GraphBuilder()
    let logits = try builder.input("logits", [2, 3])
    let labels = try builder.input("labels", [2], .int32)
    try builder.output("loss", try builder.apply(CrossEntropy(), logits, labels, path: "loss"))
    let interpreter = ReferenceInterpreter(builder.graph)
    #expect(
      throws: ReferenceError.graph(
        .operation(
          path: "loss",
          .setting("CrossEntropy", name: "label", value: "3", allowed: "0..<3 or -100")))
    ) {
      try interpreter.run([
        "logits": ReferenceTensor([2, 3]), "labels": ReferenceTensor([2], [0, 3]),
      ])
    }
  }

  @Test func `every error says what is wrong and what to do`() {
    let table: [(ReferenceError, String)] = [
      (
        .noReference("Swish", path: "act"),
        "act: Swish has no reference; conform it to ReferenceOperation"
      ),
      (
        .missing("labels", expected: [2]),
        "the evaluation was given no labels; pass a tensor [2]"
      ),
      (
        .shape("w", expected: [2], actual: [3]),
        "w has the shape [2], got [3]; pass it in that shape"
      ),
      (
        .resultShapes("Swish", path: "act", expected: [[2]], actual: [[3]]),
        "act: Swish says [[2]] and its reference gives [[3]]; correct outputShapes or evaluate"
      ),
      (.graph(.noOutputs), "the graph has no outputs; name at least one"),
    ]
    for (error, text) in table { #expect(error.description == text) }
  }
}
