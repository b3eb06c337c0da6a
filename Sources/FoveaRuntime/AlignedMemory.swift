#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Zeroed, 64-byte aligned memory that is freed with its owner.
final class AlignedMemory {
  let base: UnsafeMutableRawPointer
  let byteCount: Int

  static let alignment = 64

  /// Blocks from this size on lie in large pages, where the system has them: kernels walk through tens of
  /// pages at a time, more than a processor has addresses at hand for.
  private static let largePage = 2 << 20

  /// Rounds a size up to the alignment, so that what follows is aligned as well.
  static func rounded(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }

  init(byteCount: Int) throws(RuntimeError) {
    var memory: UnsafeMutableRawPointer?
    let size = max(Self.rounded(byteCount), Self.alignment)
    let isLarge = size >= 2 * Self.largePage
    let alignment = isLarge ? Self.largePage : Self.alignment
    guard posix_memalign(&memory, alignment, size) == 0, let memory else {
      throw .outOfMemory(bytes: byteCount)
    }
    #if os(Linux)
    if isLarge { _ = madvise(memory, size, MADV_HUGEPAGE) }
    #endif
    memset(memory, 0, size)
    base = memory
    self.byteCount = size
  }

  deinit { free(base) }
}
