internal import CFoveaKernels

/// How fast this machine is at best: no work can take less time than its arithmetic or its memory traffic.
///
/// - SeeAlso: S. Williams, A. Waterman, D. Patterson, *Roofline: An Insightful Visual Performance Model*,
///   doi:10.1145/1498765.1498785.
public struct Roofline: Hashable, Codable, Sendable {
  /// Multiply-adds a second in registers, of all threads of the pool; FLOP/s are twice this.
  public let multiplyAddsPerSecond: Double
  /// Bytes a second, read and written in equal parts, between processor and main memory.
  public let bytesPerSecond: Double

  private static let runs = 9
  private static let peakRounds = 50_000
  private static let tasksPerThread = 8
  /// Read, and written as well: more than caches hold.
  private static let streamedBytes = 64 << 20

  /// Measures for about a tenth of a second; the fastest of several runs counts.
  ///
  /// - Throws: `RuntimeError.instructionSet`, or `outOfMemory` where 128 MiB are not there.
  public init(measuredOn pool: ThreadPool, instructionSet: InstructionSet? = nil)
    throws(RuntimeError)
  {
    let isa = if let instructionSet { instructionSet } else { try InstructionSet.chosen() }
    guard let kernels = isa.table else {
      throw .instructionSet(isa.rawValue, available: InstructionSet.available.map(\.rawValue))
    }
    let memory = ArgumentMemory()
    let tasks = Self.tasksPerThread * pool.threadCount
    let results = try AlignedMemory(byteCount: tasks * MemoryLayout<Float>.stride)
    let peak = fovea_step(
      kernel: kernels.pointee.peak,
      arguments: memory.keep(
        fovea_peak_arguments(
          rounds: Self.peakRounds, ratio: 0.999, step: 1e-4,
          out: results.base.assumingMemoryBound(to: Float.self))),
      tasks: tasks)
    let sums = Int(fovea_peak_sums) * kernels.pointee.vector_width
    multiplyAddsPerSecond =
      Double(tasks * Self.peakRounds * sums) / Self.fastest(peak, on: pool)

    let (source, target) = (
      try AlignedMemory(byteCount: Self.streamedBytes),
      try AlignedMemory(byteCount: Self.streamedBytes)
    )
    let count = Self.streamedBytes / MemoryLayout<Float>.stride
    let stream = fovea_step(
      kernel: kernels.pointee.scale_shift,
      arguments: memory.keep(
        fovea_elementwise_arguments(
          count: count, in: source.base.assumingMemoryBound(to: Float.self), result: nil,
          out: target.base.assumingMemoryBound(to: Float.self), scale: 2, shift: 1)),
      tasks: fovea_elementwise_tasks(count))
    bytesPerSecond = Double(2 * Self.streamedBytes) / Self.fastest(stream, on: pool)
  }

  /// The least time, in seconds, that so much work takes.
  public func seconds(multiplyAdds: Int, byteCount: Int) -> Double {
    max(Double(multiplyAdds) / multiplyAddsPerSecond, Double(byteCount) / bytesPerSecond)
  }

  /// Seconds of the fastest of several runs.
  private static func fastest(_ step: fovea_step, on pool: ThreadPool) -> Double {
    let clock = ContinuousClock()
    return withUnsafePointer(to: step) { step in
      (0..<runs).map { _ in
        clock.measure { fovea_pool_run(pool.pool, step, 1, nil, 0) } / .seconds(1)
      }.min() ?? .infinity
    }
  }
}
