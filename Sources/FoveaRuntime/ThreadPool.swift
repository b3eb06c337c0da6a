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
  }

  deinit { fovea_pool_destroy(pool) }
}
