import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Says that a process trains in a folder, for as long as it lives.
///
/// The folder itself is locked (`flock`), so the system gives the lock back however the process ends,
/// and it goes along where the folder is moved.
final class RunLock {
  private let descriptor: Int32

  /// Locks a folder.
  ///
  /// - Throws: `CommandError.training` where another process has.
  init(_ folder: RunFolder) throws(CommandError) {
    descriptor = Self.open(folder)
    // Somebody who looks whether the folder is locked has it for a moment.
    for attempt in 0... {
      guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK
      else { return }
      guard attempt < 20 else { break }
      usleep(10_000)
    }
    close(descriptor)
    throw .training(folder.url.path)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Whether a process trains in a folder; false where the file system knows no locks.
  static func isHeld(_ folder: RunFolder) -> Bool {
    let descriptor = open(folder)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  private static func open(_ folder: RunFolder) -> Int32 {
    #if canImport(Darwin)
    Darwin.open(folder.url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    #elseif canImport(Glibc)
    Glibc.open(folder.url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    #elseif canImport(Musl)
    Musl.open(folder.url.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    #endif
  }
}
