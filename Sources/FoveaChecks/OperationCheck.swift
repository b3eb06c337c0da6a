import FoveaGraph
import FoveaRuntime
import FoveaTensors
import Foundation

/// One operation on one set of inputs, with what was found so far.
struct OperationCheck<Checked: ReferenceOperation & ExecutableOperation> {
  let operation: Checked
  let inputs: [CheckedInput]
  let tensors: [Tensor]
  let gradients: CheckedGradients
  let seed: UInt64
  /// Other than 0, so that an operation that forgets the step is found.
  let step: UInt64 = 3
  private var found: [Finding] = []

  init(
    _ operation: Checked, inputs: [CheckedInput], gradients: CheckedGradients, seed: UInt64
  ) {
    self.operation = operation
    self.inputs = inputs
    self.gradients = gradients
    self.seed = seed
    tensors = Self.draw(inputs, seed: seed, named: "input")
  }

  /// The elements of all inputs, from a stream that `name` sets apart.
  static func draw(_ inputs: [CheckedInput], seed: UInt64, named name: String) -> [Tensor] {
    inputs.enumerated().map { $1.tensor(RandomStream(seed: seed, named: "\(name)\($0)")) }
  }

  var shapes: [Shape] { inputs.map(\.shape) }

  mutating func findings() -> [Finding] {
    guard let expected = checkShapes() else { return found }
    attempt(.coding) { try $0.checkCoding() }
    attempt(.kernel) { try $0.checkKernels(expected) }
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

  /// Runs a check; what it throws is a finding.
  private mutating func attempt(
    _ law: Law, _ check: (inout OperationCheck) throws -> Void
  ) {
    do { try check(&self) } catch { report(law, "\(error)") }
  }

  /// The reference's results and its count, for elements that are or are not those of the check.
  func evaluate(_ values: [ReferenceTensor]) throws(OperationError)
    -> (results: [ReferenceTensor], counter: OperationCounter)
  {
    var context = ReferenceContext(seed: seed, step: step)
    let read = values.enumerated().map { index, value in
      operation.readsElements(ofInput: index)
        ? value : ReferenceTensor(value.shape, repeating: .nan)
    }
    let results = try operation.evaluate(read, in: &context)
    return (results, context.counter)
  }

  /// Checks shape and cost, and returns the reference's results where they are worth comparing with.
  private mutating func checkShapes() -> [ReferenceTensor]? {
    do {
      let shapes = shapes
      for (index, tensor) in tensors.enumerated() where operation.readsElements(ofInput: index) {
        let expected = operation.elementType(ofInput: index)
        guard tensor.elementType == expected else {
          throw OperationError.elementType(
            operation.name, input: index, expected: expected, actual: tensor.elementType)
        }
      }
      let stated = try operation.outputShapes(for: shapes)
      let (results, counter) = try evaluate(tensors.map(ReferenceTensor.init))
      guard results.map(\.shape) == stated else {
        report(.shape, "outputShapes says \(stated), the reference \(results.map(\.shape))")
        return nil
      }
      answerMisfits()
      let cost = operation.cost(inputs: shapes, outputs: stated)
      if cost.multiplyAdds != counter.multiplyAdds {
        report(
          .cost,
          "cost says \(cost.multiplyAdds) multiply-adds, the reference did "
            + "\(counter.multiplyAdds)")
      }
      if cost.otherOperations < 0 {
        report(.cost, "cost says \(cost.otherOperations) other operations")
      }
      return results
    } catch {
      report(.shape, "\(error)")
      return nil
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
