import CFoveaKernels
import FoveaTensors
import Testing

private typealias Support = OperationKernelSupport

/// Axes that stay and axes that go, each with its strides in the input.
struct ReduceCase: CustomTestStringConvertible {
  let kept, keptStrides, reduced, reducedStrides: [Int]

  var testDescription: String { "\(kept) at \(keptStrides), less \(reduced) at \(reducedStrides)" }

  init(_ kept: [Int], _ keptStrides: [Int], _ reduced: [Int], _ reducedStrides: [Int]) {
    self.kept = kept
    self.keptStrides = keptStrides
    self.reduced = reduced
    self.reducedStrides = reducedStrides
  }

  static let all: [ReduceCase] = [
    ReduceCase([], [], [], []), ReduceCase([1], [0], [1], [0]), ReduceCase([9], [1], [], []),
    ReduceCase([], [], [1000], [1]), ReduceCase([1], [0], [100_003], [1]),
    // Contiguous sums, below and above a run.
    ReduceCase([5], [3], [3], [1]), ReduceCase([37], [64], [64], [1]),
    ReduceCase([37], [65], [65], [1]), ReduceCase([3, 5], [2100, 420], [419], [1]),
    // Sums over outer axes, with contiguous axes that stay.
    ReduceCase([17], [1], [49], [17]), ReduceCase([4, 64], [3136, 1], [49], [64]),
    ReduceCase([3, 5], [245, 1], [7, 7], [35, 5]), ReduceCase([2, 8], [8, 1], [5000], [16]),
    ReduceCase([700, 3], [9, 1], [3], [3]), ReduceCase([64, 1000], [2000, 1], [2], [1000]),
    // Neither is contiguous.
    ReduceCase([6, 5], [1, 90], [15], [6]), ReduceCase([4, 3], [6, 48], [2, 6], [24, 1]),
    ReduceCase([2, 4], [360, 3], [3, 5, 2, 3], [1, 12, 60, 120]),
    ReduceCase([2, 3, 4], [72, 24, 6], [3, 2], [2, 1]),
    // Stride 0 counts an element more than once.
    ReduceCase([4], [1], [3], [0]),
  ]

  var keptOffsets: [Int] { Support.indices(kept).map { Support.offset($0, keptStrides) } }
  var reducedOffsets: [Int] { Support.indices(reduced).map { Support.offset($0, reducedStrides) } }
  var inputCount: Int { (keptOffsets.max() ?? 0) + (reducedOffsets.max() ?? 0) + 1 }

  var arguments: fovea_reduce_arguments {
    var arguments = fovea_reduce_arguments()
    arguments.kept_rank = kept.count
    arguments.reduced_rank = reduced.count
    arguments.scale = 1
    Support.fill(&arguments.kept_extents, kept)
    Support.fill(&arguments.kept_strides, keptStrides)
    Support.fill(&arguments.reduced_extents, reduced)
    Support.fill(&arguments.reduced_strides, reducedStrides)
    return arguments
  }
}

@Suite struct ReduceKernelTests {
  private static let runError = 64 * 0x1p-24

  @Test(arguments: ReduceCase.all, [Float(1), 0.37])
  func `sums are those of plain loops`(test: ReduceCase, scale: Float) throws {
    let input = Support.random(test.inputCount, stream: 1, scale: 1, shift: 0.5)
    let places = test.reducedOffsets
    var magnitudes: [Double] = []
    let expected = test.keptOffsets.map { base in
      let terms = places.map { Double(input[base + $0]) }
      magnitudes.append(terms.reduce(0) { $0 + abs($1) } * Double(scale))
      return terms.reduce(0, +) * Double(scale)
    }
    for out in try Support.results({ run in
      let (source, out) = (run.buffer(input), run.buffer(count: expected.count))
      var arguments = test.arguments
      (arguments.in, arguments.out) = (UnsafePointer(source.start), out.start)
      arguments.scale = scale
      try run(\.reduce_sum, arguments, tasks: fovea_reduce_tasks)
      return [out]
    }) {
      Support.expectClose(out[0], expected) {
        Self.runError * magnitudes[$0] + Support.rounding(expected[$0])
      }
    }
  }

  @Test(arguments: ReduceCase.all, ["ties", "NaN", "-infinity"])
  func `the maximum, and its gradient shared among ties`(test: ReduceCase, content: String) throws {
    var input = Support.ties(test.inputCount, stream: 2)
    if content == "NaN" { for place in [0, input.count / 2] { input[place] = .nan } }
    if content == "-infinity" { input = input.map { _ in -.infinity } }
    let (bases, places) = (test.keptOffsets, test.reducedOffsets)
    let gradient = Support.random(bases.count, stream: 3)
    var largest: [Float] = []
    var expected = [Double](repeating: .nan, count: input.count)
    for (kept, base) in bases.enumerated() {
      let row = places.map { input[base + $0] }
      largest.append(row.contains { $0.isNaN } ? .nan : row.max() ?? .nan)
      let ties = row.filter { $0 == largest[kept] }.count
      for place in places {
        expected[base + place] =
          ties == 0
          ? .nan : input[base + place] == largest[kept] ? Double(gradient[kept]) / Double(ties) : 0
      }
    }
    let repeats = zip(test.reduced + test.kept, test.reducedStrides + test.keptStrides)
      .contains { $0 > 1 && $1 == 0 }
    for out in try Support.results({ run in
      let (source, out) = (run.buffer(input), run.buffer(count: bases.count))
      let (gradients, inputGradient) = (run.buffer(gradient), run.buffer(count: input.count))
      var arguments = test.arguments
      (arguments.in, arguments.out) = (UnsafePointer(source.start), out.start)
      try run(\.reduce_max, arguments, tasks: fovea_reduce_tasks)
      (arguments.largest, arguments.gradient) =
        (UnsafePointer(out.start), UnsafePointer(gradients.start))
      arguments.out = inputGradient.start
      if !repeats { try run(\.max_gradient, arguments, tasks: fovea_reduce_tasks) }
      return [out, inputGradient]
    }) {
      Support.expectSame(out[0], largest)
      if !repeats { Support.expectClose(out[1], expected) { Support.rounding(expected[$0]) } }
    }
  }

  @Test(arguments: [1, 2, 63, 64, 65, 130, 5000], [1, 2, 3, 5, 8, 17, 64, 129])
  func `rows are summed column by column`(rows: Int, columns: Int) throws {
    let input = Support.random(rows * columns, stream: 4, shift: 0.5)
    try expectRowSums(rows: rows, columns: columns, input: input, scale: 0.5)
  }

  @Test(arguments: [(3, 40_000), (64, 3000), (1, 70_000)])
  func `wide rows are summed column by column`(rows: Int, columns: Int) throws {
    let input = Support.random(rows * columns, stream: 5)
    try expectRowSums(rows: rows, columns: columns, input: input, scale: 1)
  }

  private func expectRowSums(rows: Int, columns: Int, input: [Float], scale: Float) throws {
    var (expected, magnitudes) = (
      [Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns)
    )
    for (index, x) in input.enumerated() {
      expected[index % columns] += Double(x) * Double(scale)
      magnitudes[index % columns] += abs(Double(x)) * Double(scale)
    }
    for out in try Support.results({ run in
      let (source, out) = (run.buffer(input), run.buffer(count: columns))
      let doubles = fovea_reduce_rows_workspace_bytes(rows, columns)
      let workspace = run.buffer(bytes: doubles)
      let arguments = fovea_reduce_rows_arguments(
        rows: rows, columns: columns, in: source.start,
        workspace: UnsafeMutableRawPointer(workspace.start).assumingMemoryBound(to: Double.self),
        out: out.start, scale: scale)
      try withArguments(arguments) { arguments in
        try run(kernelSteps { fovea_reduce_rows_steps(run.kernels, arguments, $0) })
      }
      #expect(workspace.marginIsIntact)
      return [out]
    }) {
      Support.expectClose(out[0], expected) {
        Self.runError * magnitudes[$0] + Support.rounding(expected[$0])
      }
    }
  }

  /// A running sum in float32 is off by 1 % here.
  @Test func `a million equal numbers add up`() throws {
    let count = 1_000_003
    let input = [Float](repeating: 0.1, count: count)
    let expected = Double(Float(0.1)) * Double(count)
    for out in try Support.results({ run in
      let (source, out) = (run.buffer(input), run.buffer(count: 1))
      var arguments = ReduceCase([1], [0], [count], [1]).arguments
      (arguments.in, arguments.out) = (UnsafePointer(source.start), out.start)
      try run(\.reduce_sum, arguments, tasks: fovea_reduce_tasks)
      return [out]
    }) { Support.expectClose(out[0], [expected]) { _ in expected * 1e-6 } }
    try expectRowSums(rows: 500_000, columns: 2, input: Array(input.prefix(1_000_000)), scale: 1)
  }
}
