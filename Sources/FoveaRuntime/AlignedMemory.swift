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

  /// Rounds a size up to the alignment, so that what follows is aligned as well.
  static func rounded(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }

  init(byteCount: Int) throws(RuntimeError) {
    var memory: UnsafeMutableRawPointer?
    let size = max(Self.rounded(byteCount), Self.alignment)
    guard posix_memalign(&memory, Self.alignment, size) == 0, let memory else {
      throw .outOfMemory(bytes: byteCount)
    }
    memset(memory, 0, size)
    base = memory
    self.byteCount = size
  }

  deinit { free(base) }
}
