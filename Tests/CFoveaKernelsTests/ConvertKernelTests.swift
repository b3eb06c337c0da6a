import CFoveaKernels
import FoveaTensors
import Testing

private typealias Support = OperationKernelSupport

/// A format of 16 bits, by its definition.
private enum HalfFormat: CaseIterable {
  case bfloat16, float16

  var fractionBits: Int { self == .bfloat16 ? 7 : 10 }
  var bias: Int { self == .bfloat16 ? 127 : 15 }
  private var infinity: UInt16 { UInt16(2 * bias + 1) << UInt16(fractionBits) }

  func isNaN(_ bits: UInt16) -> Bool { bits & 0x7fff > infinity }

  func value(_ bits: UInt16) -> Float {
    if isNaN(bits) { return .nan }
    let sign: Double = bits >> 15 == 0 ? 1 : -1
    if bits & 0x7fff == infinity { return Float(sign * .infinity) }
    let exponent = Int(bits & 0x7fff) >> fractionBits
    let fraction = Double(Int(bits) & (1 << fractionBits - 1)) * Self.power(-fractionBits)
    let size =
      exponent == 0 ? fraction * Self.power(1 - bias) : (1 + fraction) * Self.power(exponent - bias)
    return Float(sign * size)
  }

  /// The nearest number's bits, of two as near the even one; `nil` for NaN.
  func bits(_ value: Float) -> UInt16? {
    if value.isNaN { return nil }
    let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
    if value.isInfinite { return sign | infinity }
    let size = Double(value.magnitude)
    let exponent = max(value == 0 ? -200 : Int(size.exponent), 1 - bias)
    // Counted in last places, numbers of all exponents follow each other.
    let places = (size * Self.power(fractionBits - exponent)).rounded(.toNearestOrEven)
    let bits = Int(places) + (exponent + bias - 1) << fractionBits
    return sign | UInt16(min(bits, Int(infinity)))
  }

  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }

  var narrow: KeyPath<fovea_kernel_table, fovea_kernel> {
    self == .bfloat16 ? \.narrow_bfloat16 : \.narrow_float16
  }
  var widen: KeyPath<fovea_kernel_table, fovea_kernel> {
    self == .bfloat16 ? \.widen_bfloat16 : \.widen_float16
  }
}

@Suite struct ConvertKernelTests {
  /// Numbers of 16 bits in the memory of floats.
  private static func halves(_ buffer: KernelBuffer, _ count: Int) -> [UInt16] {
    let memory = UnsafeRawPointer(buffer.start)
    return (0..<count).map { memory.load(fromByteOffset: 2 * $0, as: UInt16.self) }
  }

  @Test(arguments: HalfFormat.allCases)
  private func `all patterns of 16 bits widen to their value`(format: HalfFormat) throws {
    let patterns = (0...UInt16.max).map { $0 }
    let expected = patterns.map(format.value)
    for out in try Support.results({ run in
      let (source, out) = (run.buffer(count: patterns.count / 2), run.buffer(count: patterns.count))
      UnsafeMutableRawPointer(source.start)
        .copyMemory(from: patterns, byteCount: 2 * patterns.count)
      try run(
        format.widen,
        fovea_convert_arguments(count: patterns.count, in: source.start, out: out.start)
      ) { _ in fovea_elementwise_tasks(patterns.count) }
      return [out]
    }) { Support.expectSame(out[0], expected) }
  }

  @Test(arguments: HalfFormat.allCases, [0, 1, 15, 17, 1 << 18])
  private func `floats narrow to the nearest`(format: HalfFormat, count: Int) throws {
    let bits = RandomStream(seed: 7, stream: 1)
    // Every pattern with what lies half way to the next, and a little beside; then any float at all.
    let patterns: [Float] = (0...UInt16.max).flatMap { pattern -> [Float] in
      let value = format.value(pattern)
      let middle = (Double(value) + Double(format.value(pattern &+ 1))) / 2
      return [value, Float(middle), Float(middle).nextUp, Float(middle).nextDown]
    }
    let edges: [Float] = [
      .nan, Float(bitPattern: 0x7f80_0001), .infinity, -.infinity, -0.0, 65519.996, 65520, 65536,
      .greatestFiniteMagnitude, .leastNonzeroMagnitude, .leastNormalMagnitude, 0x1p-25,
    ]
    let random = (0..<1024).map { Float(bitPattern: bits.bits(at: UInt64($0))) }
    let input =
      count < 20
      ? Array(edges.prefix(count)) + random.prefix(max(0, count - edges.count))
      : edges + random + patterns
    for out in try Support.results({ run in
      let (source, out) = (run.buffer(input), run.buffer(bytes: 2 * input.count))
      try run(
        format.narrow,
        fovea_convert_arguments(count: input.count, in: source.start, out: out.start)
      ) { _ in fovea_elementwise_tasks(input.count) }
      return [out]
    }) {
      let wrong = zip(input, Self.halves(out[0], input.count)).first { value, actual in
        format.bits(value).map { $0 != actual } ?? !format.isNaN(actual)
      }
      #expect(wrong == nil, "\(format)")
    }
  }
}
