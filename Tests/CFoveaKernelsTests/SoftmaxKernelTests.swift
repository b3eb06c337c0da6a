import CFoveaKernels
import FoveaTensors
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

private typealias Support = OperationKernelSupport

@Suite struct SoftmaxKernelTests {
  /// Outer, length, inner.
  static let shapes = [
    (1, 1, 1), (3, 2, 1), (64, 10, 1), (5, 8, 1), (7, 17, 1), (2, 1000, 1), (1, 5001, 1),
    (600, 21, 1),
    (2, 3, 5), (3, 10, 8), (2, 17, 64), (1, 4, 3001), (5, 1, 9),
  ]

  @Test(arguments: shapes, [false, true])
  func `softmax and its logarithm along an axis`(
    shape: (outer: Int, length: Int, inner: Int), inPlace: Bool
  ) throws {
    let (outer, length, inner) = shape
    let count = outer * length * inner
    // Numbers whose exponentials do not fit, when the largest is not taken off.
    var input = Support.random(count, stream: 1, scale: 10, shift: 300)
    if count > 60 {
      input[7] = .nan
      input[33] = -.infinity
    }
    var (softmax, logarithm) = (
      [Double](repeating: 0, count: count), [Double](repeating: 0, count: count)
    )
    for row in 0..<outer * inner {
      let base = row / inner * length * inner + row % inner
      let values = (0..<length).map { Double(input[base + $0 * inner]) }
      let largest = values.contains { $0.isNaN } ? .nan : values.max() ?? .nan
      let sum = values.reduce(0) { $0 + exp($1 - largest) }
      for (i, value) in values.enumerated() {
        softmax[base + i * inner] = exp(value - largest) / sum
        logarithm[base + i * inner] = value - largest - log(sum)
      }
    }
    let kernels: [(KeyPath<fovea_kernel_table, fovea_kernel>, [Double])] = [
      (\.softmax, softmax), (\.log_softmax, logarithm),
    ]
    for (kernel, expected) in kernels {
      for out in try Support.results({ run in
        let source = run.buffer(input)
        let out = inPlace ? source : run.buffer(count: count)
        let arguments = fovea_softmax_arguments(
          outer: outer, length: length, inner: inner, in: source.start, out: out.start)
        try run(kernel, arguments, tasks: fovea_softmax_tasks)
        return [out]
      }) { Support.expectClose(out[0], expected) { 1e-6 * abs(expected[$0]) + 1e-7 } }
    }
  }

  @Test func `rows of infinities give NaN`() throws {
    for out in try Support.results({ run in
      let source = run.buffer(count: 30) { $0 < 10 ? -.infinity : $0 == 15 ? .infinity : 1 }
      let out = run.buffer(count: 30)
      let arguments = fovea_softmax_arguments(
        outer: 3, length: 10, inner: 1, in: source.start, out: out.start)
      try run(\.softmax, arguments, tasks: fovea_softmax_tasks)
      return [out]
    }) {
      #expect((0..<20).allSatisfy { out[0].start[$0].isNaN })
      #expect((20..<30).allSatisfy { abs(out[0].start[$0] - 0.1) < 1e-7 })
    }
  }
}
