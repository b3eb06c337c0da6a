import CFoveaKernels
import FoveaTensors
import Testing

/// What the tests of all families but convolution and matrix products share.
enum OperationKernelSupport {
  /// How the tasks of a step are run; no result may depend on it.
  enum TaskOrder: CaseIterable {
    case ascending, descending, threads
  }

  /// One run of kernels: an instruction set, an order of tasks, and the memory that they work on.
  ///
  /// Arguments hold bare pointers, so the run keeps its buffers until it is over itself.
  final class Run {
    let kernels: UnsafePointer<fovea_kernel_table>
    let order: TaskOrder
    private var buffers: [KernelBuffer] = []

    init(kernels: UnsafePointer<fovea_kernel_table>, order: TaskOrder) {
      self.kernels = kernels
      self.order = order
    }

    /// `count` floats; NaN unless `value` says otherwise.
    func buffer(count: Int, value: (Int) -> Float = { _ in .nan }) -> KernelBuffer {
      let buffer = KernelBuffer(count: count, value: value)
      buffers.append(buffer)
      return buffer
    }

    func buffer(_ values: [Float]) -> KernelBuffer {
      buffer(count: values.count) { values[$0] }
    }

    func buffer(bytes: Int) -> KernelBuffer { buffer(count: (bytes + 3) / 4) }

    func callAsFunction(_ steps: [fovea_step], scratchBytes: Int = 0) throws {
      if order == .threads {
        try KernelPool(threads: 3).run(steps, scratchBytes: scratchBytes)
        return
      }
      let scratch = buffer(bytes: scratchBytes)
      for step in steps {
        let tasks = Array(0..<step.tasks)
        for task in order == .ascending ? tasks : tasks.reversed() {
          step.kernel(step.arguments, scratch.start, task)
        }
      }
      #expect(scratch.marginIsIntact)
    }

    func callAsFunction<Arguments>(
      _ kernel: KeyPath<fovea_kernel_table, fovea_kernel>, _ arguments: Arguments,
      tasks: (UnsafePointer<Arguments>) -> Int
    ) throws {
      try withArguments(arguments) { arguments in
        try self([
          fovea_step(
            kernel: kernels.pointee[keyPath: kernel], arguments: arguments,
            tasks: tasks(arguments))
        ])
      }
    }
  }

  /// The results of `body` for each instruction set.
  ///
  /// Each order of tasks must give the same bits, and nothing may be written past the end of a result;
  /// `body` makes its results anew.
  static func results(
    sourceLocation: SourceLocation = #_sourceLocation, _ body: (Run) throws -> [KernelBuffer]
  ) throws -> [[KernelBuffer]] {
    try kernelTables.map { kernels in
      let results = try TaskOrder.allCases.map { order in
        let run = Run(kernels: kernels, order: order)
        return try withExtendedLifetime(run) { try body(run) }
      }
      for (order, other) in zip(TaskOrder.allCases, results) {
        #expect(
          zip(results[0], other).allSatisfy { $0.bits == $1.bits }, "\(order)",
          sourceLocation: sourceLocation)
        #expect(other.allSatisfy { $0.marginIsIntact }, "\(order)", sourceLocation: sourceLocation)
      }
      return results[0]
    }
  }

  /// Fails at the first element that is further from `expected` than `bound`.
  ///
  /// NaN must be NaN, and an infinity the same infinity.
  static func expectClose(
    _ actual: KernelBuffer, _ expected: [Double], _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation, bound: (Int) -> Double
  ) {
    #expect(actual.count == expected.count, "\(what)", sourceLocation: sourceLocation)
    let wrong = expected.indices.first { index in
      let (value, goal) = (Double(actual.start[index]), expected[index])
      if goal.isNaN { return !value.isNaN }
      if goal.isInfinite { return value != goal }
      return !(abs(value - goal) <= bound(index))
    }
    guard let wrong else { return }
    Issue.record(
      "\(what): element \(wrong) is \(actual.start[wrong]), not \(expected[wrong])",
      sourceLocation: sourceLocation)
  }

  /// Fails unless each element is `expected`, as bits save for the payload of NaN.
  static func expectSame(
    _ actual: KernelBuffer, _ expected: [Float], _ what: String = "",
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(actual.count == expected.count, "\(what)", sourceLocation: sourceLocation)
    let wrong = expected.indices.first { index in
      let (value, goal) = (actual.start[index], expected[index])
      return goal.isNaN ? !value.isNaN : value.bitPattern != goal.bitPattern
    }
    guard let wrong else { return }
    Issue.record(
      "\(what): element \(wrong) is \(actual.start[wrong]), not \(expected[wrong])",
      sourceLocation: sourceLocation)
  }

  /// Half the distance between neighbouring floats at `value`.
  static func rounding(_ value: Double) -> Double {
    Double(Float(abs(value)).ulp) / 2
  }

  /// Numbers in -1..<1, times `scale`, plus `shift`.
  static func random(
    _ count: Int, stream: UInt64, scale: Float = 1, shift: Float = 0
  ) -> [Float] {
    let numbers = RandomStream(seed: 41, stream: stream)
    return (0..<count).map { (2 * numbers.uniform(at: UInt64($0)) - 1) * scale + shift }
  }

  /// Small whole numbers, of which many are equal.
  static func ties(_ count: Int, stream: UInt64) -> [Float] {
    let numbers = RandomStream(seed: 43, stream: stream)
    return (0..<count).map { Float(numbers.integer(at: UInt64($0), below: 4)) - 1 }
  }

  /// Every index of a tensor with `extents`, in row-major order.
  static func indices(_ extents: [Int]) -> [[Int]] {
    extents.reduce([[]]) { starts, extent in
      starts.flatMap { start in (0..<extent).map { start + [$0] } }
    }
  }

  static func offset(_ index: [Int], _ strides: [Int]) -> Int {
    zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Strides of a dense tensor with `extents`, outermost first.
  static func denseStrides(_ extents: [Int]) -> [Int] {
    extents.indices.map { extents[($0 + 1)...].reduce(1, *) }
  }

  /// Writes values into a C array, which Swift sees as a tuple.
  static func fill<Tuple>(_ tuple: inout Tuple, _ values: [Int]) {
    withUnsafeMutableBytes(of: &tuple) { bytes in
      for (index, value) in values.enumerated() {
        bytes.storeBytes(of: value, toByteOffset: index * MemoryLayout<Int>.stride, as: Int.self)
      }
    }
  }
}
