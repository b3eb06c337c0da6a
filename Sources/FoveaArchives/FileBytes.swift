package import Foundation

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Why a file cannot be read at all.
public struct FileReadError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file.
  public let file: String
  /// The system's words.
  public let reason: String

  public var description: String { "\(file) cannot be read (\(reason)); check the path" }
}

/// The bytes of a file, which tensors can lie in for as long as they live.
///
/// A mapped file takes memory only where it is read. Files that this package writes are put in place
/// of earlier ones as a whole, which a mapping does not see; a program that cuts a mapped file short
/// in place ends whoever reads it.
package final class FileBytes: @unchecked Sendable {
  // Sendable holds because the bytes never change.
  package let bytes: UnsafeRawBufferPointer
  private let isMapped: Bool

  /// Maps a file into memory.
  package init(mapping url: URL) throws(FileReadError) {
    func failure(_ code: Int32) -> FileReadError {
      FileReadError(file: url.path, reason: String(cString: strerror(code)))
    }
    let file = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard file >= 0 else { throw failure(errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw failure(errno) }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw failure(status.st_mode & S_IFMT == S_IFDIR ? EISDIR : EINVAL)
    }
    guard status.st_size > 0 else {
      bytes = UnsafeRawBufferPointer(start: nil, count: 0)
      isMapped = false
      return
    }
    let count = Int(status.st_size)
    let memory = mmap(nil, count, PROT_READ, MAP_PRIVATE, file, 0)
    guard let memory, memory != MAP_FAILED else { throw failure(errno) }
    bytes = UnsafeRawBufferPointer(start: memory, count: count)
    isMapped = true
  }

  /// Takes a copy of bytes.
  package init(copying data: Data) {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: data.count, alignment: 64)
    copy.copyBytes(from: data)
    bytes = UnsafeRawBufferPointer(copy)
    isMapped = false
  }

  /// Takes `count` bytes that `fill` writes; `nil` where the system has no such memory, or `fill` fails.
  package init?(count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Bool) {
    // A file states the number, so that having no memory for it must not end the program.
    var address: UnsafeMutableRawPointer?
    guard posix_memalign(&address, 64, max(count, 1)) == 0, let address else { return nil }
    let memory = UnsafeMutableRawBufferPointer(start: address, count: count)
    guard fill(memory) else {
      free(address)
      return nil
    }
    bytes = UnsafeRawBufferPointer(memory)
    isMapped = false
  }

  deinit {
    if isMapped {
      munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    } else {
      bytes.deallocate()
    }
  }

  /// All of the bytes.
  package var whole: ByteRegion { ByteRegion(file: self, range: 0..<bytes.count) }
}

/// A stretch of a file's bytes.
package struct ByteRegion: Sendable {
  package let file: FileBytes
  /// Where it lies in the file.
  package let range: Range<Int>

  package var count: Int { range.count }

  /// The bytes, which live as long as `file`.
  package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: file.bytes[range]) }

  /// A stretch of this one, or `nil` where it does not reach that far.
  package func part(_ start: Int, count: Int) -> ByteRegion? {
    guard start >= 0, count >= 0, start <= self.count, count <= self.count - start else {
      return nil
    }
    let begin = range.lowerBound + start
    return ByteRegion(file: file, range: begin..<begin + count)
  }

  /// A copy of the bytes.
  package var data: Data { Data(bytes) }

  /// The little-endian number at `offset`, or `nil` past the end.
  package func number<Number: FixedWidthInteger & BitwiseCopyable>(
    at offset: Int, as type: Number.Type = Number.self
  ) -> Number? {
    guard offset >= 0, count >= MemoryLayout<Number>.size,
      offset <= count - MemoryLayout<Number>.size
    else { return nil }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
  }

  /// Whether the bytes from `offset` on are those of `text`.
  package func has(_ text: [UInt8], at offset: Int = 0) -> Bool {
    part(offset, count: text.count)?.bytes.elementsEqual(text) ?? false
  }
}
