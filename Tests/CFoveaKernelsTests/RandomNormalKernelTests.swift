import CFoveaKernels
import FoveaTensors
import Testing

private typealias Support = OperationKernelSupport

@Suite struct RandomNormalKernelTests {
  @Test(arguments: [0, 1, 3, 5, 17, 1001, 32768 + 6])
  func `numbers are the library's random stream`(count: Int) throws {
    let seeds: [(UInt64, UInt64, UInt64)] = [
      (0, 0, 0), (7, 0x1234_5678_9abc_def0, 3), (.max, .max, 1 << 40),
    ]
    for (seed, stream, step) in seeds {
      let numbers = RandomStream(seed: seed, stream: stream &+ step &* 0x9e37_79b9_7f4a_7c15)
      let expected = numbers.normals(count, deviation: 1)
      let results = try Support.results { run in
        let out = run.buffer(count: count)
        try withUnsafePointer(to: step) { step in
          let arguments = fovea_random_normal_arguments(
            count: count, out: out.start, seed: seed, stream: stream, step: step)
          try run(\.random_normal, arguments) { _ in fovea_elementwise_tasks(count) }
        }
        return [out]
      }
      for out in results { Support.expectSame(out[0], expected) }
    }
  }
}
