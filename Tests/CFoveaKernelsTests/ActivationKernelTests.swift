import CFoveaKernels
import Testing

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

private typealias Support = OperationKernelSupport

@Suite struct ActivationKernelTests {
  static let edges: [Float] = [
    .nan, .infinity, 0, -0.0, 3, -3, 6, -6, 88.8, -88.8, 104.5, -104.5, 3e38, -3e38,
    .leastNonzeroMagnitude, -.leastNonzeroMagnitude, Float(-3).nextUp, Float(3).nextDown,
    -1.2784645,
  ]

  private func results(
    _ kernel: KeyPath<fovea_kernel_table, fovea_kernel>, _ input: [Float],
    result: [Float]? = nil, slope: Float = 0, bounds: ClosedRange<Float> = 0...6, inPlace: Bool
  ) throws -> [KernelBuffer] {
    try Support.results { run in
      let source = run.buffer(input)
      let second = result.map { run.buffer($0) }
      let out = inPlace ? second ?? source : run.buffer(count: input.count)
      let arguments = fovea_activation_arguments(
        count: input.count, in: source.start, result: second.map { UnsafePointer($0.start) },
        out: out.start, slope: slope, minimum: bounds.lowerBound, maximum: bounds.upperBound)
      try run(kernel, arguments) { _ in fovea_elementwise_tasks(input.count) }
      return [out]
    }.map { $0[0] }
  }

  /// Numbers near and far, after the edges; `count` of them.
  private func input(_ count: Int) -> [Float] {
    let random = Support.random(count, stream: 1, scale: 8)
    return Array(
      (Self.edges + random.enumerated().map { $0 % 4 == 0 ? $1 * 12 : $1 }).prefix(count))
  }

  @Test(arguments: ElementwiseKernelTests.counts, [false, true])
  func `functions are within their relative error`(count: Int, inPlace: Bool) throws {
    let input = input(count)
    func check(
      _ kernel: KeyPath<fovea_kernel_table, fovea_kernel>, _ name: String,
      relative: (Double) -> Double = { _ in 2.5e-7 },
      absolute: (Double) -> Double = { _ in 0 }, slope: Float = 0.01,
      _ exact: (Double) -> Double
    ) throws {
      let expected = input.map { exact(Double($0)) }
      for out in try results(kernel, input, slope: slope, inPlace: inPlace) {
        Support.expectClose(out, expected, name) {
          let x = Double(input[$0])
          return relative(x) * abs(expected[$0]) + absolute(x) + 0x1p-149
        }
      }
    }
    try check(\.leaky_relu, "leaky ReLU") { $0 > 0 ? $0 : Double(Float(0.01)) * $0 }
    try check(\.hardtanh, "hardtanh") { $0.isNaN ? $0 : min(max($0, 0), 6) }
    try check(\.sigmoid, "sigmoid") { 1 / (1 + exp(-$0)) }
    try check(\.silu, "SiLU", absolute: { abs($0) * 0x1p-149 }) { $0 / (1 + exp(-$0)) }
    try check(\.hardsigmoid, "hard sigmoid") { $0.isNaN ? $0 : min(max($0 + 3, 0), 6) / 6 }
    try check(\.hardswish, "hardswish") { $0.isNaN ? $0 : $0 * (min(max($0 + 3, 0), 6) / 6) }
    // Of a probability below the smallest number, nothing is left.
    let tiny = { abs($0) * 0x1p-125 }
    try check(\.gelu, "GELU", relative: { 1e-6 + 4e-8 * $0 * $0 }, absolute: tiny) {
      $0 * erfc(-$0 / 2.0.squareRoot()) / 2
    }
    try check(\.gelu_tanh, "GELU by tanh", absolute: { $0 < 0 ? 4e-7 * -$0 : 0 }) {
      $0 / (1 + exp(-(8 / Double.pi).squareRoot() * ($0 + 0.044715 * $0 * $0 * $0)))
    }
    try check(\.elu, "ELU", relative: { _ in 4e-7 }) {
      $0 > 0 ? $0 : Double(Float(0.01)) * expm1($0)
    }
    try check(\.softplus, "softplus", relative: { _ in 4e-7 }, absolute: tiny, slope: 1) {
      $0 > 6 ? $0 : log1p(exp($0))
    }
    try check(\.mish, "Mish", relative: { _ in 5e-7 }, absolute: tiny) {
      $0 * tanh(log1p(exp(min($0, 700))))
    }
  }

  @Test(arguments: ElementwiseKernelTests.counts, [false, true])
  func `gradients are within their absolute error`(count: Int, inPlace: Bool) throws {
    // Of NaN and infinity every gradient may be what it likes.
    let input = input(count).map { $0.isFinite ? $0 : 1 }
    let gradient = Support.random(count, stream: 2)
    func check(
      _ kernel: KeyPath<fovea_kernel_table, fovea_kernel>, _ name: String, within bound: Double,
      _ slope: (Double) -> Double
    ) throws {
      let expected = zip(gradient, input).map { Double($0) * slope(Double($1)) }
      for out in try results(kernel, gradient, result: input, slope: 0.01, inPlace: inPlace) {
        Support.expectClose(out, expected, name) {
          bound * abs(Double(gradient[$0])) + 0x1p-24 * abs(expected[$0])
        }
      }
    }
    try check(\.leaky_relu_gradient, "leaky ReLU", within: 0) {
      $0 > 0 ? 1 : Double(Float(0.01))
    }
    try check(\.hardtanh_gradient, "hardtanh", within: 0) { $0 > 0 && $0 < 6 ? 1 : 0 }
    try check(\.silu_gradient, "SiLU", within: 4e-7) {
      (1 + $0 / (1 + exp($0))) / (1 + exp(-$0))
    }
    try check(\.hardswish_gradient, "hardswish", within: 4e-7) {
      $0 <= -3 ? 0 : $0 >= 3 ? 1 : $0 / 3 + 0.5
    }
    try check(\.gelu_gradient, "GELU", within: 1e-6) {
      let density = exp(-$0 * $0 / 2) / (2 * Double.pi).squareRoot()
      return erfc(-$0 / 2.0.squareRoot()) / 2 + (density == 0 ? 0 : $0 * density)
    }
    try check(\.gelu_tanh_gradient, "GELU by tanh", within: 1e-6) { x in
      let held = min(max(x, -20), 20), square = 0.044715 * held * held
      let s = 1 / (1 + exp(-(8 / Double.pi).squareRoot() * held * (1 + square)))
      return s * (1 + held * (1 - s) * (8 / Double.pi).squareRoot() * (1 + 3 * square))
    }
    try check(\.softplus_gradient, "softplus", within: 1e-6) {
      let z = Double(Float(0.01)) * $0
      return z > 6 ? 1 : 1 / (1 + exp(-z))
    }
    try check(\.mish_gradient, "Mish", within: 1e-6) {
      let x = min($0, 700)
      let gate = tanh(log1p(exp(x)))
      return gate + (abs(x) > 699 ? 0 : x * (1 - gate * gate) / (1 + exp(-x)))
    }
  }
}
