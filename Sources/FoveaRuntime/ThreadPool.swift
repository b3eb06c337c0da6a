internal import CFoveaKernels
import Foundation

/// The threads that programs run on.
///
/// Programs of one pool take turns.
public final class ThreadPool: Sendable {
  /// The most threads that a pool starts.
  public static let largestThreadCount = 1024

  // Safe to share: the C pool serialises its callers.
  nonisolated(unsafe) let pool: OpaquePointer

  /// How many threads work on a step, the caller's included.
  public let threadCount: Int

  /// Starts a pool.
  ///
  /// - Parameter threads: The number of threads, the caller's included; one for each core where left out.
  /// - Throws: `RuntimeError.threads` where the number is out of range or the system refuses.
  public init(threads: Int? = nil) throws(RuntimeError) {
    let count = threads ?? ProcessInfo.processInfo.activeProcessorCount
    guard 1...Self.largestThreadCount ~= count, let pool = fovea_pool_create(count) else {
      throw .threads(count)
    }
    self.pool = pool
    threadCount = count
    _ = Self.warnOfDebugBuild
  }

  /// Says once, on standard error, that the kernels are slow in this build, and what to do.
  private static let warnOfDebugBuild: Void = {
    guard !InstructionSet.kernelsAreOptimised else { return }
    let text =
      "fovea: this is a debug build, whose kernels are not optimised and run many times "
      + "slower; build with -c release for speed (everything works all the same)\n"
    FileHandle.standardError.write(Data(text.utf8))
  }()

  deinit { fovea_pool_destroy(pool) }
}
