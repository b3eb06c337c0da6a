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
/// A file in the folder is locked (`flock`), so the system gives the lock back however the process ends, and it goes
/// along where the folder is moved. It is a file and not the folder, as file systems on a network lock only what
/// is open for writing.
final class RunLock {
  private let descriptor: Int32

  /// Locks a folder.
  ///
  /// - Throws: `CommandError.training` where another process has.
  init(_ folder: RunFolder) throws(CommandError) {
    descriptor = open(folder.lock.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    // Somebody who looks whether the folder is locked has it for a moment.
    for attempt in 0... {
      guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK
      else { return }
      guard attempt < 20 else { break }
      usleep(10_000)
    }
    throw .training(folder.url.path)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Whether a process trains in a folder.
  ///
  /// - Parameter orUnknown: The answer where the file system knows no locks.
  static func isHeld(_ folder: RunFolder, orUnknown: Bool = false) -> Bool {
    let descriptor = open(folder.lock.path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return false }
    return errno == EWOULDBLOCK || orUnknown
  }
}
