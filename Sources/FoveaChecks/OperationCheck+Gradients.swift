import FoveaGraph
import FoveaRuntime
import FoveaTensors

extension OperationCheck {
  private static var lossName: String { "loss" }
  private static func weightName(_ result: Int) -> String { "weight\(result)" }

  /// The inputs that a gradient can be asked for.
  private var differentiable: [Int] {
    tensors.indices.filter {
      tensors[$0].elementType == .float32 && operation.readsElements(ofInput: $0)
    }
  }

  /// What each element of a result weighs in the loss; 0 in none.
  private func weight(_ result: Int, _ shape: Shape) -> Tensor {
    CheckedInput.random(shape).tensor(RandomStream(seed: seed, named: Self.weightName(result)))
  }

  /// The operation's graph with a loss: the sum of some results' elements, each times its weight.
  private func lossGraph(of results: [Int]) throws(GraphError) -> Graph {
    let (graph, values) = try operationGraph()
    var builder = try GraphBuilder(extending: graph)
    var loss: Value?
    for index in results {
      let shape = builder.shape(of: values[index])
      let weights = try builder.input(Self.weightName(index), shape)
      let product = try builder.apply(
        Binary(.multiply), values[index], weights, path: Self.lossName)
      let axes = Array(0..<shape.rank)
      let sum = try builder.apply(
        Reduce(.sum, axes: axes, keepDimensions: false), product, path: Self.lossName)
      loss =
        if let loss { try builder.apply(Binary(.add), loss, sum, path: Self.lossName) } else { sum }
    }
    if let loss { try builder.output(Self.lossName, loss) }
    return builder.graph
  }

  mutating func checkGradients() throws {
    // Whole numbers have no derivative, and no loss.
    guard operation.outputElementType == .float32 else { return }
    let all = Array(try operation.outputShapes(for: shapes).indices)
    let differentiated =
      switch gradients {
      case .ofAllResults: all
      case .ofResults(let some): some
      case .none: [Int]()
      case .stopped: all
      }
    guard gradients != .stopped else { return try checkStopped(all) }
    for index in all where !differentiated.contains(index) {
      try checkRefusal(of: differentiated + [index], because: index)
    }
    guard !differentiated.isEmpty, !differentiable.isEmpty else { return }
    let graph = try lossGraph(of: differentiated)
    var values = named(tensors)
    let stated = try operation.outputShapes(for: shapes)
    for index in differentiated {
      values[Self.weightName(index)] = weight(index, stated[index])
    }

    var connected: [Int: Differences] = [:]
    for index in differentiable {
      let expected = try centralDifferences(byInput: index, of: differentiated)
      do {
        let gradient = try differentiate(
          graph, loss: Self.lossName, withRespectTo: [Self.inputName(index)])
        connected[index] = expected
        try compare(gradient, values, [index: expected])
      } catch GraphError.noPath {
        // The rule says that the results do not depend on this input.
        compare(
          ReferenceTensor(shapes[index]), with: expected, input: index, "no gradient")
      }
    }
    // Once more together: a rule may mix up what is wanted when more than one gradient is.
    guard connected.count > 1 else { return }
    let names = connected.keys.sorted().map(Self.inputName)
    try compare(
      differentiate(graph, loss: Self.lossName, withRespectTo: names), values, connected)
  }

  /// Checks that the rule throws for a loss of some results, because of one of them.
  ///
  /// A rule that left that result out would give a wrong gradient without a word.
  private mutating func checkRefusal(of results: [Int], because index: Int) throws {
    let graph = try lossGraph(of: results)
    for input in differentiable {
      do {
        _ = try differentiate(
          graph, loss: Self.lossName, withRespectTo: [Self.inputName(input)])
      } catch GraphError.operation(_, .notDifferentiable) {
        continue
      } catch GraphError.noPath {
        // Reported below: no gradient is an answer as well, namely zero.
      }
      report(
        .gradient,
        "a loss of result \(index) was to have no gradient, yet the rule answers for input "
          + "\(input); list the result, or have the rule throw notDifferentiable")
    }
  }

  /// Checks that no way leads from a loss of the results to the inputs.
  private mutating func checkStopped(_ results: [Int]) throws {
    let graph = try lossGraph(of: results)
    for input in differentiable {
      do {
        _ = try differentiate(
          graph, loss: Self.lossName, withRespectTo: [Self.inputName(input)])
        report(.gradient, "the rule answers for input \(input), where it was to have none")
      } catch GraphError.noPath {
        continue
      }
    }
  }

  /// Compares gradients in a graph, by references and by kernels, with finite differences.
  private mutating func compare(
    _ graph: Graph, _ values: [String: Tensor], _ expected: [Int: Differences]
  ) throws {
    let references = try ReferenceInterpreter(graph, seed: seed).run(
      values.mapValues { ReferenceTensor($0) }, step: step)
    for (index, differences) in expected.sorted(by: { $0.key < $1.key }) {
      guard let gradient = references.outputs[Self.gradientName(index)] else { continue }
      compare(gradient, with: differences, input: index, "references")
    }
    let pool = try ThreadPool(threads: 2)
    for isa in InstructionSet.available {
      let program = try Program(
        graph, variables: VariableStore(), pool: pool, seed: seed, instructionSet: isa)
      try program.run(values, step: step)
      for index in expected.keys.sorted() {
        guard let reference = references.outputs[Self.gradientName(index)] else { continue }
        let problem = Comparison.problem(
          ReferenceTensor(try program.output(Self.gradientName(index))), expected: reference,
          within: 1e-4 * reference.scale + 1e-6)
        if let problem {
          report(.gradient, "\(isa) against references, input \(index): \(problem)")
        }
      }
    }
  }

  private static func gradientName(_ input: Int) -> String {
    Graph.gradientName(of: inputName(input))
  }

  private mutating func compare(
    _ gradient: ReferenceTensor, with differences: Differences, input: Int, _ what: String
  ) {
    let actual = ReferenceTensor(
      differences.values.shape, differences.elements.map { gradient.values[$0] })
    let bound = 1e-6 * max(gradient.scale, differences.values.scale) + 1e-8
    let problem = Comparison.problem(actual, expected: differences.values, within: bound)
    if let problem {
      let sampled = differences.elements.count < gradient.values.count
      report(
        .gradient,
        "\(what) against finite differences, input \(input)"
          + (sampled ? ", element numbers \(differences.elements)" : "") + ": \(problem)")
    }
  }

  /// Finite differences by some elements of an input.
  struct Differences {
    /// The elements, by their place in row-major order.
    let elements: [Int]
    /// The differences: in the input's shape, or a vector where only some elements were taken.
    let values: ReferenceTensor
  }

  /// The most elements of an input by which differences are taken.
  private static var sampleCount: Int { 128 }

  private func centralDifferences(byInput input: Int, of results: [Int]) throws -> Differences {
    let shift = 1e-5
    var values = tensors.map { ReferenceTensor($0) }
    let count = values[input].values.count
    let random = RandomStream(seed: seed, named: "sample\(input)")
    let elements =
      count <= Self.sampleCount
      ? Array(0..<count) : random.permutation(of: count).prefix(Self.sampleCount).sorted()
    let stated = try operation.outputShapes(for: shapes)
    let weights = results.map { ReferenceTensor(weight($0, stated[$0])) }
    let slopes = try elements.map { element in
      let center = values[input].values[element]
      defer { values[input].values[element] = center }
      values[input].values[element] = center + shift
      let above = try evaluate(values).results
      values[input].values[element] = center - shift
      let below = try evaluate(values).results
      // Term by term, so that large results do not swallow a small difference.
      return zip(results, weights).reduce(0) { sum, pair in
        let (result, weight) = pair
        return weight.values.indices.reduce(sum) {
          $0 + weight.values[$1]
            * (above[result].values[$1] - below[result].values[$1]) / (2 * shift)
        }
      }
    }
    let shape = elements.count == count ? shapes[input] : [elements.count]
    return Differences(elements: elements, values: ReferenceTensor(shape, slopes))
  }
}
