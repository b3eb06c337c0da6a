import CFoveaKernels

/// Times workloads, each run beside a run of the peak loop, because the speed of a shared machine
/// changes from one moment to the next.
final class Measurement {
  private let kernels: Kernels
  private let pool: OpaquePointer
  private let peakTasks: Int
  private let peakResults: UnsafeMutablePointer<Float>
  private let threads: Int
  private let clock = ContinuousClock()

  init?(_ kernels: Kernels, threads: Int) {
    guard let pool = fovea_pool_create(threads) else { return nil }
    (self.kernels, self.pool, self.threads) = (kernels, pool, threads)
    peakTasks = 2 * threads
    peakResults = .allocate(capacity: peakTasks)
  }

  deinit {
    fovea_pool_destroy(pool)
    peakResults.deallocate()
  }

  /// Multiply-adds a second of all threads, in registers only.
  func peak() -> Double {
    let rounds = 50_000
    let arguments = fovea_peak_arguments(rounds: rounds, ratio: 0.999, step: 1e-4, out: peakResults)
    return withUnsafePointer(to: arguments) {
      let step = fovea_step(kernel: kernels.pointee.peak, arguments: $0, tasks: peakTasks)
      let sums = Int(fovea_peak_sums) * kernels.pointee.vector_width
      return Double(peakTasks * rounds * sums) / seconds([step], nil, 0)
    }
  }

  /// Seconds that a step costs besides its work: the median over runs of many steps without any.
  func handOff() -> Double {
    withUnsafePointer(to: 0) { nothing in
      let step = fovea_step(kernel: { _, _, _ in }, arguments: nothing, tasks: 2 * threads)
      let steps = Array(repeating: step, count: 1000)
      return (0..<21).map { _ in seconds(steps, nil, 0) / 1000 }.sorted()[10]
    }
  }

  /// A line with the median time of `workload`, its rate, the median's share of the median peak,
  /// and the share of the fastest run in the highest peak, which other programs disturb least.
  func report(_ workload: Workload) -> String {
    let stride = (workload.scratchBytes + 63) / 64 * 64
    let scratch = UnsafeMutableRawPointer.allocate(
      byteCount: max(stride * threads, 1), alignment: 64)
    defer { scratch.deallocate() }
    for _ in 0..<2 { _ = seconds(workload.steps, scratch, stride) }
    let runs = max(5, min(31, Int(2e10 / workload.multiplyAdds)))
    var times: [Double] = []
    var peaks: [Double] = []
    for _ in 0..<runs {
      peaks.append(peak())
      times.append(seconds(workload.steps, scratch, stride))
    }
    times.sort()
    let time = times[runs / 2]
    let rate = 2 * workload.multiplyAdds / time / 1e9
    let share = workload.multiplyAdds / time / peaks.sorted()[runs / 2]
    let best = workload.multiplyAdds / times[0] / (peaks.max() ?? 0)
    return [
      workload.name.padded(to: 44), (time * 1e6).text(width: 10), " µs",
      rate.text(width: 8), " GFLOP/s",
      (100 * share).text(width: 7), " % of peak", (100 * best).text(width: 7), " % at best",
    ].joined()
  }

  private func seconds(
    _ steps: [fovea_step], _ scratch: UnsafeMutableRawPointer?, _ stride: Int
  ) -> Double {
    clock.measure { fovea_pool_run(pool, steps, steps.count, scratch, stride) } / .seconds(1)
  }
}

extension String {
  func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

extension Double {
  /// A positive number with one decimal, aligned right.
  func text(width: Int) -> String {
    let tenths = Int(self * 10 + 0.5)
    let text = "\(tenths / 10).\(tenths % 10)"
    return String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
