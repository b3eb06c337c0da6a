import FoveaGraph
import FoveaRuntime
import FoveaTensors

extension OperationCheck {
  /// How far a kernel's result may be from the reference's.
  ///
  /// A float32 sum of `n` terms is off by `n · 2⁻²⁴` of its terms' size at most (N. Higham, *Accuracy
  /// and Stability of Numerical Algorithms*, §4.2); the rest leaves room for functions such as `exp`.
  private func bound(_ expected: ReferenceTensor, multiplyAdds: Int) -> Double {
    let read = tensors.enumerated().filter {
      $1.elementType == .float32 && operation.readsElements(ofInput: $0)
    }.map { ReferenceTensor($1) }
    let elementCount = read.reduce(0) { $0 + $1.values.count }
    let terms = max(multiplyAdds, elementCount) / max(expected.values.count, 1)
    let scale = read.map(\.scale).reduce(expected.scale, max)
    return Double(16 + 4 * max(terms, 1)) * 0x1p-24 * scale
  }

  mutating func checkKernels(_ reference: Evaluation) throws {
    let pool = try ThreadPool(threads: 2)
    let bounds = reference.results.map { bound($0, multiplyAdds: reference.multiplyAdds) }
    for isa in InstructionSet.available {
      for constant in [false, true] {
        let actual = try run(constant: constant, on: isa, pool)
        for (index, expected) in reference.results.enumerated() {
          let problem = Comparison.problem(
            ReferenceTensor(actual[index]), expected: expected, within: bounds[index])
          if let problem {
            let kind = constant ? "constant inputs" : "inputs"
            report(.kernel, "\(isa), \(kind), result \(index): \(problem)")
          }
        }
      }
    }
  }

  mutating func checkThreads() throws {
    for isa in InstructionSet.available {
      let expected = try run(constant: false, on: isa, ThreadPool(threads: 1))
      for threads in 2...3 {
        let actual = try run(constant: false, on: isa, ThreadPool(threads: threads))
        for (index, pair) in zip(actual, expected).enumerated() where pair.0 != pair.1 {
          let problem = Comparison.problem(
            ReferenceTensor(pair.0), expected: ReferenceTensor(pair.1), within: 0)
          report(
            .threads,
            "\(isa), \(threads) threads differ from 1, result \(index): "
              + (problem ?? "a zero's sign or a NaN's bits"))
        }
      }
    }
  }

  /// The results of the kernels, after a run on other inputs that may have left something behind.
  private func run(
    constant: Bool, on isa: InstructionSet, _ pool: ThreadPool
  ) throws -> [Tensor] {
    let (graph, results) = try operationGraph(constant: constant)
    func weights(_ values: [String: Tensor]) -> Weights {
      var weights = Weights()
      for variable in graph.variables { weights[variable.name] = values[variable.name] }
      return weights
    }
    let earlier = named(earlierTensors)
    let store = try VariableStore(weights(earlier))
    let program = try Program(
      graph, variables: store, pool: pool, seed: seed, instructionSet: isa)
    for values in [earlier, named(tensors)] {
      try store.load(weights(values))
      try program.run(values, step: step)
    }
    return try results.indices.map { try program.output(Self.resultName($0)) }
  }
}
