import FoveaChecks
import FoveaGraph
import FoveaRuntime
import FoveaTensors
import FuzzSupport
import Testing

/// Whole graphs: what the planner shares, overwrites and leaves out must not show in any result.
@Suite struct RandomGraphTests {
  private static let shape: Shape = [2, 4, 5, 3]

  /// A graph of values of one shape, each made from one or two earlier ones.
  private static func graph(_ choices: inout SeededChoices) throws -> Graph {
    var builder = GraphBuilder()
    var values = [
      try builder.input("a", shape), try builder.input("b", shape),
      try builder.variable("state0", shape, role: .optimizerState),
      try builder.variable("state1", shape, role: .optimizerState),
    ]
    let taps = try builder.variable("taps", [4, 4, 3, 3], role: .parameter)
    let statistics = [
      try builder.variable("mean", [4], role: .buffer),
      try builder.variable("variance", [4], role: .buffer),
    ]
    let constants = [
      try builder.variable("constantMean", [4], role: .buffer),
      try builder.variable("constantVariance", [4], role: .buffer),
    ]
    let window = try Window(kernel: 3, padding: Window.Padding(1))
    for index in 0..<choices.integer(3...14) {
      let path = "step\(index)"
      let (left, right) = (choices.element(of: values), choices.element(of: values))
      func apply(_ operation: some Operation, _ inputs: Value...) throws -> Value {
        try builder.append(operation, inputs, path: path)[0]
      }
      switch choices.integer(0...14) {
      case 0: values.append(try apply(ReLU(), left))
      case 1: values.append(try apply(Scale(-0.75, shift: 0.25), left))
      case 2: values.append(try apply(Dropout(probability: 0.25, stream: UInt64(index)), left))
      case 3: values.append(try apply(Binary(.add), left, right))
      case 4: values.append(try apply(Binary(.subtract), left, right))
      case 5:
        let half = try apply(Scale(0.5, shift: 0), left)
        values.append(try apply(Binary(.multiply), half, right))
      case 6:
        let convolution = Conv2d(rows: window, columns: window)
        values.append(try apply(convolution, left, taps))
      case 7:
        // Another shape and back: a view, or a copy where memory is in another order.
        let flat = try apply(Reshape([-1, choices.element(of: [3, 4, 60])]), left)
        let back = try apply(Reshape(), choices.bool() ? flat : try apply(ReLU(), flat), right)
        values.append(back)
      case 8:
        let joined = try apply(Concat(axis: 1), left, right, left)
        let start = choices.integer(0...8)
        values.append(try apply(Slice(axis: 1, start: start, end: start + 4), joined))
      case 9:
        let axes = choices.element(of: [[1], [2, 3], [0, 2, 3], [0]])
        let mean = try apply(Reduce(.mean, axes: axes, keepDimensions: true), left)
        values.append(try apply(Binary(.subtract), right, mean))
      case 10, 11:
        // What a convolution may absorb, in any order and with parts that others read as well.
        let convolution = Conv2d(rows: window, columns: window)
        var value = try apply(convolution, left, taps)
        for _ in 0..<choices.integer(1...3) {
          switch choices.integer(0...4) {
          case 0:
            value = try apply(BatchNorm2d(epsilon: 1e-3), value, constants[0], constants[1])
          case 1: value = try apply(Binary(.add), value, choices.bool() ? right : left)
          case 2: value = try apply(Binary(.add), right, value)
          case 3: value = try apply(ReLU(), value)
          default: value = try apply(Hardtanh(minimum: -0.5, maximum: 0.75), value)
          }
          if choices.integer(0...3) == 0 { values.append(value) }
        }
        values.append(value)
      case 12:
        let gradient = Conv2dInputGradient(
          convolution: Conv2d(rows: window, columns: window))
        let own = try apply(gradient, left, taps, right)
        let sum = choices.bool() ? try apply(Binary(.add), own, right) : own
        values.append(choices.bool() ? try apply(ReLUGradient(), sum, right) : sum)
      default:
        let results = try builder.append(
          BatchNorm2dTraining(epsilon: 1e-3, momentum: 0.1), [left] + statistics, path: path)
        let sum = choices.bool() ? try apply(Binary(.add), results[0], right) : results[0]
        values.append(choices.bool() ? try apply(ReLU(), sum) : sum)
        if builder.graph.updates["mean"] == nil {
          try builder.update("mean", with: results[3])
          try builder.update("variance", with: results[4])
        }
      }
    }
    // Any value may be given back, also an input, and also twice.
    for index in 0..<choices.integer(1...3) {
      try builder.output("output\(index)", choices.element(of: values))
    }
    // The states may swap their values, keep them, or both become the same one.
    for name in ["state0", "state1"] where choices.integer(0...3) > 0 {
      try builder.update(
        name, with: choices.element(of: choices.bool() ? values : [values[2], values[3]]))
    }
    // Every variable is read, if only by a node that nothing depends on.
    for value in [values[2], values[3], taps] + statistics + constants {
      _ = try builder.apply(ReLU(), value, path: "unread")
    }
    return builder.graph
  }

  @Test func `programs compute what the definitions say, step after step`() throws {
    let pools = try (1...3).map { try ThreadPool(threads: $0) }
    for seed in 0..<250 {
      var choices = SeededChoices(seed: seed, named: "graph")
      let graph = try Self.graph(&choices)
      func draw(_ shape: Shape, in range: ClosedRange<Float> = -1...1) -> Tensor {
        let width = range.upperBound - range.lowerBound
        return Tensor(
          shape,
          (0..<shape.elementCount).map { _ in
            range.lowerBound + width * Float(choices.integer(1...999)) / 1000
          })
      }
      var weights = Weights()
      for variable in graph.variables {
        weights[variable.name] = draw(
          variable.shape,
          in: variable.name.lowercased().hasSuffix("variance") ? 0.5...1 : -0.5...0.5)
      }
      var variables = Dictionary(
        uniqueKeysWithValues: weights.tensors.map { ($0.key, ReferenceTensor($0.value)) })
      let store = try VariableStore(weights)
      let isa = choices.element(of: InstructionSet.available)
      let program = try Program(
        graph, variables: store, pool: choices.element(of: pools), seed: 5, instructionSet: isa)
      let interpreter = ReferenceInterpreter(graph, seed: 5)
      for step in 0..<3 {
        let inputs = ["a": draw(Self.shape), "b": draw(Self.shape)]
        try program.run(inputs, step: UInt64(step))
        let expected = try interpreter.run(
          inputs.mapValues { ReferenceTensor($0) }, variables: variables, step: UInt64(step))
        for (name, value) in expected.outputs {
          let actual = ReferenceTensor(try program.output(name))
          expectClose(actual, value, "output \(name), seed \(seed), step \(step), \(isa)")
        }
        variables.merge(expected.updates) { $1 }
        let stored = store.snapshot()
        for (name, value) in variables {
          let actual = ReferenceTensor(try #require(stored[name] as Tensor?))
          expectClose(actual, value, "variable \(name), seed \(seed), step \(step), \(isa)")
        }
      }
    }
  }
}

/// Fails where an element is off by more than 1e-4 of the expected tensor's scale.
func expectClose(
  _ actual: ReferenceTensor, _ expected: ReferenceTensor, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let bound = 1e-4 * max(expected.scale, 1)
  let isClose =
    actual.shape == expected.shape
    && zip(actual.values, expected.values).allSatisfy { abs($0 - $1) <= bound }
  #expect(
    isClose, "\(what): \(actual.values) is not \(expected.values)", sourceLocation: sourceLocation)
}
