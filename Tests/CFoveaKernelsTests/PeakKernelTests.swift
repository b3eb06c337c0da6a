import CFoveaKernels
import Testing

@Suite struct PeakKernelTests {
  @Test(arguments: [0, 1, 2, 5])
  func `each task multiplies and adds as often as it says`(rounds: Int) throws {
    // Powers of two, so that every instruction set has the exact sum.
    let (ratio, step) = (Float(0.5), Float(2))
    var expected: Float = 0
    for start in 0..<Int(fovea_peak_sums) {
      expected += (0..<rounds).reduce(Float(start)) { value, _ in ratio * value + step }
    }
    let results = try OperationKernelSupport.results { run in
      let out = run.buffer(count: 3)
      let arguments = fovea_peak_arguments(
        rounds: rounds, ratio: ratio, step: step, out: out.start)
      try run(\.peak, arguments) { _ in 3 }
      return [out]
    }
    for result in results {
      #expect(Array(result[0].values) == [expected, expected, expected])
      #expect(result[0].marginIsIntact)
    }
  }
}
