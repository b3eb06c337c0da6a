import CFoveaKernels
import FoveaTensors
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

private typealias Support = OperationKernelSupport

@Suite struct ElementwiseKernelTests {
  static let counts = [0, 1, 3, 7, 8, 9, 31, 64, 1000, 32768, 32768 + 5, 3 * 32768 - 1]

  static let edges: [Float] = [
    .nan, .infinity, -.infinity, 0, -0.0, 1, -1, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
    .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNormalMagnitude,
  ]

  /// Edges, then random numbers; `count` of them.
  static func input(_ count: Int) -> [Float] {
    Array((edges + Support.random(count, stream: 1, scale: 20)).prefix(count))
  }

  /// The results for each instruction set; with `inPlace` over the input itself.
  private func results(
    _ kernel: KeyPath<fovea_kernel_table, fovea_kernel>, _ input: [Float],
    result: [Float]? = nil, scale: Float = 1, shift: Float = 0, inPlace: Bool = false
  ) throws -> [KernelBuffer] {
    try Support.results { run in
      let source = run.buffer(input)
      let second = result.map { run.buffer($0) }
      let out = inPlace ? source : run.buffer(count: input.count)
      let arguments = fovea_elementwise_arguments(
        count: input.count, in: source.start, result: second.map { UnsafePointer($0.start) },
        out: out.start, scale: scale, shift: shift)
      try run(kernel, arguments) { _ in fovea_elementwise_tasks(input.count) }
      return [out]
    }.map { $0[0] }
  }

  @Test(arguments: counts, [false, true])
  func `functions of one rounding are exact`(count: Int, inPlace: Bool) throws {
    let input = Self.input(count)
    let gradient = Support.random(count, stream: 2)
    let relu = input.map { $0 <= 0 ? Float(0) : $0 }
    for out in try results(\.relu, input, inPlace: inPlace) {
      Support.expectSame(out, relu, "relu")
    }
    for out in try results(\.negate, input, inPlace: inPlace) {
      Support.expectSame(out, input.map { -$0 }, "negate")
    }
    for out in try results(\.square_root, input, inPlace: inPlace) {
      Support.expectSame(out, input.map { $0.squareRoot() }, "square root")
    }
    for out in try results(\.relu_gradient, gradient, result: relu, inPlace: inPlace) {
      Support.expectSame(out, zip(gradient, relu).map { $1 > 0 ? $0 : 0 }, "relu's gradient")
    }
    for out in try results(\.scale_shift, input, scale: 1.7, shift: -0.3, inPlace: inPlace) {
      let exact = input.map { Double($0) * Double(Float(1.7)) + Double(Float(-0.3)) }
        .map { abs($0) > Double(Float.greatestFiniteMagnitude) ? $0 * .infinity : $0 }
      Support.expectClose(out, exact, "scale and shift") { index in
        Support.rounding(exact[index]) + Support.rounding(Double(input[index]) * 1.7)
      }
    }
  }

  @Test func `relu's gradient may take the place of relu's result`() throws {
    let gradient = Support.random(1001, stream: 2)
    let relu = Support.ties(1001, stream: 3)
    for out in try Support.results({ run in
      let (source, out) = (run.buffer(gradient), run.buffer(relu))
      let arguments = fovea_elementwise_arguments(
        count: 1001, in: source.start, result: out.start, out: out.start, scale: 0, shift: 0)
      try run(\.relu_gradient, arguments) { _ in fovea_elementwise_tasks(1001) }
      return [out]
    }) { Support.expectSame(out[0], zip(gradient, relu).map { $1 > 0 ? $0 : 0 }) }
  }

  @Test(arguments: counts, [false, true])
  func `the exponential is right to two places in the last digit`(
    count: Int, inPlace: Bool
  ) throws {
    let edges: [Float] = [
      .nan, .infinity, -.infinity, 0, -0.0, 1, 88.72283, 88.72284, 89, 1e30, -87.33654, -87.4, -100,
      -103.9, -104.1, -1e30, 1e-30,
    ]
    let input = Array((edges + Support.random(count, stream: 4, scale: 105)).prefix(count))
    let exact = input.map { exp(Double($0)) }
    for out in try results(\.exponential, input, inPlace: inPlace) {
      expectUlps(out, exact)
    }
  }

  @Test(arguments: counts, [false, true])
  func `the logarithm is right to two places in the last digit`(count: Int, inPlace: Bool) throws {
    let edges: [Float] = [
      .nan, .infinity, -.infinity, 0, -0.0, 1, -1, .leastNonzeroMagnitude, 0x1p-140,
      .leastNormalMagnitude, .greatestFiniteMagnitude, Float(1).nextUp, Float(1).nextDown, 0.5, 2,
      0.70710677, 0.7071068, 1.4142135, 1.4142137,
    ]
    let bits = RandomStream(seed: 3, stream: 5)
    let input = (0..<count).map { index -> Float in
      if index < edges.count { return edges[index] }
      // Half of all exponents, half near 1, where the logarithm is small.
      let word = bits.bits(at: UInt64(index))
      return index % 2 == 0 ? Float(bitPattern: word >> 1) : 0.5 + Float(word >> 8) * 0x1p-24 * 1.5
    }
    let exact = input.map { log(Double($0)) }
    for out in try results(\.logarithm, input, inPlace: inPlace) { expectUlps(out, exact) }
  }

  private func expectUlps(_ actual: KernelBuffer, _ exact: [Double]) {
    let limit =
      Double(Float.greatestFiniteMagnitude) + Double(Float.greatestFiniteMagnitude.ulp) / 2
    Support.expectClose(actual, exact.map { abs($0) >= limit ? $0 * .infinity : $0 }) {
      4 * Support.rounding(exact[$0])
    }
  }
}
