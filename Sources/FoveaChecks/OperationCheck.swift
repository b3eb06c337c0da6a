import FoveaGraph
import FoveaRuntime
import FoveaTensors
import Foundation

/// One operation on one set of inputs, with what was found so far.
struct OperationCheck<Checked: ReferenceOperation & ExecutableOperation> {
  let operation: Checked
  let inputs: [CheckedInput]
  let tensors: [Tensor]
  /// What a program runs on before, so that a kernel which relies on what it finds is found.
  let earlierTensors: [Tensor]
  let gradients: CheckedGradients
  let laws: Set<Law>
  let seed: UInt64
  /// Other than 0, so that an operation that forgets the step is found.
  let step: UInt64 = 3
  private var found: [Finding] = []

  init(
    _ operation: Checked, inputs: [CheckedInput], gradients: CheckedGradients, laws: Set<Law>,
    seed: UInt64
  ) {
    self.operation = operation
    self.inputs = inputs
    self.gradients = gradients
    self.laws = laws
    self.seed = seed
    func draw(_ name: String) -> [Tensor] {
      inputs.enumerated().map { $1.tensor(RandomStream(seed: seed, named: "\(name)\($0)")) }
    }
    tensors = draw("input")
    earlierTensors = draw("earlier")
  }

  var shapes: [Shape] { inputs.map(\.shape) }

  mutating func findings() -> [Finding] {
    guard let reference = evaluateReference() else { return found }
    attempt(.shape) { $0.answerMisfits() }
    attempt(.cost) { try $0.checkCost(reference) }
    attempt(.coding) { try $0.checkCoding() }
    attempt(.kernel) { try $0.checkKernels(reference) }
    attempt(.threads) { try $0.checkThreads() }
    attempt(.gradient) { try $0.checkGradients() }
    return found
  }

  mutating func report(_ law: Law, _ problem: String) {
    let shapes = shapes.map(\.description).joined(separator: ", ")
    found.append(
      Finding(
        law: law, operation: operation.name, setup: "\(operation) on \(shapes), seed \(seed)",
        problem: problem))
  }

  /// Runs a check that was asked for; what it throws is a finding.
  private mutating func attempt(
    _ law: Law, _ check: (inout OperationCheck) throws -> Void
  ) {
    guard laws.contains(law) else { return }
    do { try check(&self) } catch { report(law, "\(error)") }
  }

  /// What an operation's reference gave, and what it did for that.
  struct Evaluation {
    let results: [ReferenceTensor]
    let multiplyAdds: Int
  }

  /// Evaluates the reference; elements that the operation says it does not read are NaN.
  func evaluate(_ values: [ReferenceTensor]) throws(OperationError) -> Evaluation {
    var context = ReferenceContext(seed: seed, step: step)
    let read = values.enumerated().map { index, value in
      operation.readsElements(ofInput: index)
        ? value : ReferenceTensor(value.shape, repeating: .nan)
    }
    let results = try operation.evaluate(read, in: &context)
    return Evaluation(results: results, multiplyAdds: context.counter.multiplyAdds)
  }

  /// What everything else is compared with, or `nil` where inputs or results do not fit.
  private mutating func evaluateReference() -> Evaluation? {
    do {
      for (index, tensor) in tensors.enumerated() where operation.readsElements(ofInput: index) {
        let expected = operation.elementType(ofInput: index)
        guard tensor.elementType == expected else {
          throw OperationError.elementType(
            operation.name, input: index, expected: expected, actual: tensor.elementType)
        }
      }
      let stated = try operation.outputShapes(for: shapes)
      let reference = try evaluate(tensors.map(ReferenceTensor.init))
      let actual = reference.results.map(\.shape)
      if actual == stated { return reference }
      report(.shape, "outputShapes says \(stated), the reference gives \(actual)")
    } catch {
      report(.shape, "\(error)")
    }
    return nil
  }

  private mutating func checkCost(_ reference: Evaluation) throws {
    let cost = operation.cost(inputs: shapes, outputs: reference.results.map(\.shape))
    if cost.multiplyAdds != reference.multiplyAdds {
      report(
        .cost,
        "cost says \(cost.multiplyAdds) multiply-adds, the reference did \(reference.multiplyAdds)")
    }
    if cost.otherOperations < 0 {
      report(.cost, "cost says \(cost.otherOperations) other operations")
    }
  }

  /// Asks for the results of inputs that hardly fit; whatever the answer, there must be one.
  private func answerMisfits() {
    let shapes = shapes
    var misfits = [[], shapes + [.scalar], Array(shapes.dropLast())]
    for index in shapes.indices {
      for shape in [
        .scalar, [0], [Shape.largestElementCount], Shape([1] + shapes[index].dimensions),
      ] {
        var changed = shapes
        changed[index] = shape
        misfits.append(changed)
      }
    }
    for misfit in misfits {
      guard let outputs = try? operation.outputShapes(for: misfit) else { continue }
      _ = operation.cost(inputs: misfit, outputs: outputs)
    }
  }

  private mutating func checkCoding() throws {
    let graph = try operationGraph().graph
    let decoder = JSONDecoder()
    decoder.userInfo[.operationRegistry] = OperationRegistry.standard.adding(Checked.self)
    let decoded = try decoder.decode(Graph.self, from: JSONEncoder().encode(graph))
    if decoded != graph { report(.coding, "the graph that is read differs from the one written") }
  }

  // MARK: Graphs

  /// The name of input `index` in a graph.
  static func inputName(_ index: Int) -> String { "input\(index)" }

  /// The name of result `index` in a graph.
  static func resultName(_ index: Int) -> String { "result\(index)" }

  /// A graph of the operation alone, which gives back all results.
  ///
  /// - Parameter constant: Whether float inputs are variables, which kernels may prepare once.
  func operationGraph(constant: Bool = false) throws(GraphError) -> (graph: Graph, results: [Value])
  {
    var builder = GraphBuilder()
    var values: [Value] = []
    for (index, tensor) in tensors.enumerated() {
      let name = Self.inputName(index)
      values.append(
        constant && tensor.elementType == .float32
          ? try builder.variable(name, tensor.shape, role: .parameter)
          : try builder.input(name, tensor.shape, tensor.elementType))
    }
    let results = try builder.append(operation, values, path: "checked")
    for (index, value) in results.enumerated() {
      try builder.output(Self.resultName(index), value)
    }
    return (builder.graph, results)
  }

  /// The inputs' tensors under their names in a graph.
  func named(_ tensors: [Tensor]) -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: tensors.enumerated().map { (Self.inputName($0), $1) })
  }
}
