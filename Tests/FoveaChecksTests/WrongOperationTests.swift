import CFoveaKernels
import FoveaChecks
import FoveaGraph
import FoveaRuntime
import FoveaTensors
import Synchronization
import Testing

/// `y = x · w`, a number a channel; made wrong on purpose, to see that each law can fail.
struct Flawed: ReferenceOperation, ExecutableOperation {
  enum Flaw: String, Codable, CaseIterable {
    case none
    /// Claims the transposed shape.
    case shape
    /// Claims another element type for the weight.
    case elementType
    /// Claims one multiply-add too many.
    case cost
    /// Loses its setting in a file.
    case coding
    /// Computes the last element wrongly.
    case kernel
    /// Leaves the last element as the run before has left it.
    case staleMemory
    /// Computes the last element wrongly where the input is constant.
    case constant
    /// Rounds by what ran before.
    case rounding
    /// Has a gradient that is off by a thousandth.
    case gradient
    /// Forgets a gradient.
    case missingGradient
    /// Has a gradient that is wrong where another one is wanted as well.
    case mixedGradients
    /// Reads elements that it says it does not read.
    case unreadElements

    var brokenLaws: Set<Law> {
      switch self {
      case .none: []
      case .shape, .elementType: [.shape]
      case .cost: [.cost]
      case .coding: [.coding]
      case .kernel, .staleMemory, .constant: [.kernel]
      case .rounding: [.threads]
      case .gradient, .missingGradient, .mixedGradients: [.gradient]
      case .unreadElements: [.kernel, .gradient]
      }
    }
  }

  static let typeName = "Flawed"
  let flaw: Flaw

  init(_ flaw: Flaw) { self.flaw = flaw }

  init(from decoder: any Decoder) throws {
    let flaw = try Flaw(from: decoder)
    // A setting that gets lost on the way.
    self.flaw = flaw == .coding ? .none : flaw
  }

  func encode(to encoder: any Encoder) throws { try flaw.encode(to: encoder) }

  func readsElements(ofInput index: Int) -> Bool { flaw != .unreadElements || index == 0 }

  func elementType(ofInput index: Int) -> ElementType {
    flaw == .elementType && index == 1 ? .int32 : .float32
  }

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    guard inputs[0].rank == 2 else { throw .rank(name, expected: 2, actual: inputs[0]) }
    guard inputs[1] == [inputs[0][1]] else {
      throw .shape(name, input: "weight", expected: [inputs[0][1]], actual: inputs[1])
    }
    return [flaw == .shape ? [inputs[0][1], inputs[0][0]] : inputs[0]]
  }

  func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    // The reference adds each product to a sum of zero.
    Cost(multiplyAdds: outputs[0].elementCount + (flaw == .cost ? 1 : 0))
  }

  func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var output = ReferenceTensor(inputs[0].shape)
    for row in 0..<inputs[0].shape[0] {
      for column in 0..<inputs[0].shape[1] {
        context.counter.multiplyAdd(
          inputs[0][row, column], inputs[1].values[column], to: &output[row, column])
      }
    }
    return [output]
  }

  func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = try node.gradient()
    func product(_ other: Value) throws(GraphError) -> Value {
      try builder.apply(Binary(.multiply), gradient, other, path: node.path)
    }
    let input = node.wanted[0] ? try product(node.inputs[1]) : nil
    guard node.wanted[1], flaw != .missingGradient else { return [input, nil] }
    var weight = try builder.apply(
      SumTo(), try product(node.inputs[0]), node.inputs[1], path: node.path)
    if flaw == .gradient {
      weight = try builder.apply(Scale(1.001, shift: 0), weight, path: node.path)
    }
    if flaw == .mixedGradients, let input {
      // Right by itself; wrong where both are wanted.
      let doubled = try builder.apply(Scale(2, shift: 0), weight, path: node.path)
      return [input, doubled]
    }
    return [input, weight]
  }

  private struct Arguments {
    let flaw: Int
    let rows: Int
    let columns: Int
    let input: UnsafeMutablePointer<Float>
    let weight: UnsafeMutablePointer<Float>
    let output: UnsafeMutablePointer<Float>
    let isConstant: Bool
  }

  func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (rows, columns) = (binding.outputs[0].shape[0], binding.outputs[0].shape[1])
    let arguments = binding.keep(
      Arguments(
        flaw: Flaw.allCases.firstIndex(of: flaw) ?? 0, rows: rows, columns: columns,
        input: binding.inputs[0].floats, weight: binding.inputs[1].floats,
        output: binding.outputs[0].floats, isConstant: binding.isConstant[0]))
    try binding.run(capacity: 1) { steps in
      steps[0] = fovea_step(
        kernel: { arguments, _, task in
          Flawed.run(arguments.assumingMemoryBound(to: Arguments.self).pointee, row: task)
        }, arguments: arguments, tasks: rows)
      return 1
    }
  }

  private static func run(_ arguments: Arguments, row: Int) {
    let flaw = Flaw.allCases[arguments.flaw]
    // Seven marks for four tasks twice a run: no two runs after one another have the same ones.
    let mark = taskCount.wrappingAdd(1, ordering: .relaxed).oldValue % 7
    for column in 0..<arguments.columns {
      let place = row * arguments.columns + column
      var result = arguments.input[place] * arguments.weight[column]
      let isLast = row == arguments.rows - 1 && column == arguments.columns - 1
      if flaw == .kernel, isLast { result += 1e-3 }
      if flaw == .constant, arguments.isConstant, isLast { result = 0 }
      if flaw == .staleMemory, isLast, arguments.output[place] != 0 { continue }
      if flaw == .rounding { result *= 1 + Float(mark) * 0x1p-23 }
      arguments.output[place] = result
    }
  }

  /// How many tasks have run in this process.
  private static let taskCount = Atomic(0)
}

@Suite struct WrongOperationTests {
  private static let inputs: [CheckedInput] = [[4, 3], [3]]

  @Test(arguments: Flawed.Flaw.allCases)
  func `each flaw is found, and nothing else`(flaw: Flawed.Flaw) {
    for seed in 0..<5 {
      let findings = checkOperation(Flawed(flaw), inputs: Self.inputs, seed: UInt64(seed))
      #expect(Set(findings.map(\.law)) == flaw.brokenLaws, "\(findings)")
      #expect(findings.allSatisfy { $0.operation == "Flawed" })
    }
  }

  @Test func `every law can fail`() {
    let broken = Flawed.Flaw.allCases.map(\.brokenLaws).reduce(into: Set()) { $0.formUnion($1) }
    #expect(broken == Set(Law.allCases))
  }

  @Test func `a finding says law, operation, what is wrong and how to see it again`() {
    let findings = checkOperation(Flawed(.cost), inputs: Self.inputs, seed: 5)
    #expect(
      findings.map(\.description) == [
        "Flawed, cost law: cost says 13 multiply-adds, the reference did 12 "
          + "[\(Flawed(.cost)) on [4, 3], [3], seed 5]"
      ])
  }

  @Test func `a wrong element is named with what it should be`() throws {
    let image = Tensor([2, 2], [1, 2, 3, 4] as [Float])
    let weight = Tensor([2], [8, 16] as [Float])
    let findings = checkOperation(
      Flawed(.constant), inputs: [.tensor(image), .tensor(weight)])
    #expect(findings.count == InstructionSet.available.count)
    let first = try #require(findings.first)
    #expect(
      first.problem.hasPrefix(
        "portable, constant inputs, result 0: element [1, 1] is 0.0, not 64.0 (off by 64.0, "),
      "\(first)")
  }

  @Test func `inputs that do not fit are a finding`() {
    let findings = checkOperation(Flawed(.none), inputs: [[4, 3], [4]])
    #expect(findings.map(\.law) == [.shape])
    let missing = checkOperation(Flawed(.none), inputs: [[4, 3]])
    #expect(missing.map(\.law) == [.shape])
    let typed = checkOperation(Flawed(.none), inputs: [[4, 3], .indices([3], below: 2)])
    #expect(typed.map(\.law) == [.shape])
  }

  @Test func `gradients are expected as they are listed`() throws {
    let listed = checkOperation(Flawed(.none), inputs: Self.inputs, gradients: .none)
    #expect(Set(listed.map(\.law)) == [.gradient])
    let window = try Window(kernel: 2)
    let pooling = MaxPool2dGradient(pooling: MaxPool2d(rows: window, columns: window))
    let unlisted = checkOperation(pooling, inputs: [[1, 1, 3, 3], [1, 1, 2, 2]])
    #expect(
      unlisted.map(\.problem) == [
        "checked: MaxPool2dGradient has no gradient; differentiate with respect to something that "
          + "it does not depend on, or give the operation a gradient rule"
      ])
  }
}
