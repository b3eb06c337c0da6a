import CFoveaKernels
import FoveaTensors
import Testing

private typealias Support = OperationKernelSupport

@Suite struct DropoutKernelTests {
  private func results(
    _ input: [Float], probability: Float, seed: UInt64, stream: UInt64, step: UInt64,
    inPlace: Bool = false
  ) throws -> [KernelBuffer] {
    try Support.results { run in
      let source = run.buffer(input)
      let out = inPlace ? source : run.buffer(count: input.count)
      try withUnsafePointer(to: step) { step in
        let arguments = fovea_dropout_arguments(
          count: input.count, in: source.start, out: out.start, probability: probability,
          seed: seed, stream: stream, step: step)
        try run(\.dropout, arguments) { _ in fovea_elementwise_tasks(input.count) }
      }
      return [out]
    }.map { $0[0] }
  }

  @Test(
    arguments: [0, 1, 3, 4, 5, 31, 64, 1001, 32768, 32768 + 6, 70_003], [Float(0), 0.1, 0.5, 0.9])
  func `the mask is the library's random stream`(count: Int, probability: Float) throws {
    let input = Support.random(count, stream: 1)
    let seeds: [(UInt64, UInt64, UInt64)] = [
      (0, 0, 0), (7, 0x1234_5678_9abc_def0, 3), (.max, .max, 1 << 40),
    ]
    for (seed, stream, step) in seeds {
      let numbers = RandomStream(
        seed: seed, stream: stream &+ step &* 0x9e37_79b9_7f4a_7c15)
      let scale = 1 / (1 - probability)
      let expected = input.indices.map {
        numbers.uniform(at: UInt64($0)) >= probability ? input[$0] * scale : 0
      }
      for inPlace in [false, true] {
        for out in try results(
          input, probability: probability, seed: seed, stream: stream, step: step, inPlace: inPlace)
        {
          Support.expectSame(out, expected)
        }
      }
    }
  }

  /// The words of Random123's known answers for `philox4x32 10`: a number is kept where the
  /// probability is its own uniform number, and dropped at the next.
  @Test func `the generator gives the published answers`() throws {
    let words: [UInt32] = [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
    for (index, word) in words.enumerated() {
      let uniform = Float(word >> 8) * 0x1p-24
      for (probability, isKept) in [(uniform, true), (uniform + 0x1p-24, false)] {
        for out in try results([1, 1, 1, 1], probability: probability, seed: 0, stream: 0, step: 0)
        {
          #expect((out.start[index] != 0) == isKept, "word \(index)")
        }
      }
    }
  }

  @Test func `another step, stream or seed gives another mask`() throws {
    let input = [Float](repeating: 1, count: 1000)
    let masks = try [(1, 2, 3), (1, 2, 4), (1, 3, 3), (2, 2, 3)].map { seed, stream, step in
      try results(
        input, probability: 0.5, seed: UInt64(seed), stream: UInt64(stream), step: UInt64(step)
      )[0].bits
    }
    #expect(Set(masks).count == masks.count)
  }
}
