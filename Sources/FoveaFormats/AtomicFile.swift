public import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Why a file could not be written; what stood there before still does.
public struct FileWriteError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// What was tried.
  public let action: String
  /// The system's words.
  public let reason: String

  public var description: String {
    "\(file) could not be written: \(action) failed (\(reason)); check that the folder is there, "
      + "writable and not full"
  }
}

/// Files that are written all at once or not at all.
public enum AtomicFile {
  /// Puts `data` in place of `url`.
  ///
  /// Writes a file of another name beside it, waits until the disk has it, renames it, and waits until
  /// the disk has the folder. A process that dies in between leaves the earlier file whole,
  /// and perhaps a `.fovea-….tmp` beside it.
  ///
  /// - Throws: `FileWriteError`; then the earlier file is still there and the other one is gone.
  public static func write(_ data: Data, to url: URL) throws(FileWriteError) {
    // A name of its own, so that two writers never share it; short, since `url`'s may be the longest.
    let temporary = url.deletingLastPathComponent()
      .appendingPathComponent(".fovea-\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp")
    func failure(_ action: String, _ code: Int32 = errno) -> FileWriteError {
      FileWriteError(file: url.path, action: action, reason: String(cString: strerror(code)))
    }
    let file = open(temporary.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw failure("creating it") }
    var problem: FileWriteError?
    let isWritten = data.withUnsafeBytes { bytes in
      var offset = 0
      while offset < bytes.count {
        let count = Foundation.write(
          file, bytes.baseAddress.map { $0 + offset }, bytes.count - offset)
        if count < 0 && errno == EINTR { continue }
        if count <= 0 { return false }
        offset += count
      }
      return true
    }
    if !isWritten { problem = failure("writing it") }
    if problem == nil, fsync(file) != 0 { problem = failure("flushing it") }
    if close(file) != 0, problem == nil { problem = failure("closing it") }
    if problem == nil, rename(temporary.path, url.path) != 0 { problem = failure("renaming it") }
    if let problem {
      unlink(temporary.path)
      throw problem
    }
    let folder = open(url.deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      // Not every file system can flush a folder; the file itself is safe by now.
      _ = fsync(folder)
      close(folder)
    }
  }
}
