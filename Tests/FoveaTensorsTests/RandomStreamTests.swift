import FoveaTensors
import Testing

@Suite struct RandomStreamTests {
  /// The published test vectors of Random123, `philox4x32 10`.
  @Test func `the generator is Philox 4×32-10`() {
    let zero = RandomStream(seed: 0, stream: 0).block(0)
    #expect(zero == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = RandomStream(seed: .max, stream: .max).block(.max)
    #expect(ones == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
    let pi = RandomStream(seed: 0x299f_31d0_a409_3822, stream: 0x0370_7344_1319_8a2e)
      .block(0x85a3_08d3_243f_6a88)
    #expect(pi == SIMD4(0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1))
  }

  @Test func `a number depends on its place alone`() {
    let stream = RandomStream(seed: 7, named: "a")
    let forward = (0..<100).map { stream.bits(at: UInt64($0)) }
    let backward = (0..<100).reversed().map { stream.bits(at: UInt64($0)) }
    #expect(forward == backward.reversed())
    #expect(forward != (0..<100).map { RandomStream(seed: 8, named: "a").bits(at: UInt64($0)) })
    #expect(forward != (0..<100).map { RandomStream(seed: 7, named: "b").bits(at: UInt64($0)) })
  }

  @Test func `uniform and normal numbers have their mean and variance`() {
    let stream = RandomStream(seed: 11, stream: 3)
    let count = 20_000
    let uniform = (0..<count).map { Double(stream.uniform(at: UInt64($0))) }
    let normal = (0..<count).map { Double(stream.normal(at: UInt64($0))) }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    #expect(uniform.allSatisfy { (0..<1).contains($0) })
    #expect(abs(mean(uniform) - 0.5) < 0.01)
    #expect(abs(mean(normal)) < 0.03)
    #expect(abs(mean(normal.map { $0 * $0 }) - 1) < 0.05)
  }

  @Test(arguments: [0, 1, 2, 17, 1000])
  func `a permutation has every number once`(count: Int) {
    let order = RandomStream(seed: 5, stream: 9).permutation(of: count)
    #expect(order.sorted() == Array(0..<count))
    if count > 2 { #expect(order != Array(0..<count)) }
  }
}
