internal import CZlib

/// Unpacks deflated bytes with zlib.
package enum Deflate {
  /// The most bytes that one packed byte can stand for.
  package static let largestRatio = 1032

  /// Unpacks bytes, or returns `nil` where they do not unpack to exactly `byteCount`.
  package static func unpack(_ packed: UnsafeRawBufferPointer, byteCount: Int) -> FileBytes? {
    FileBytes(count: byteCount) { fill($0, from: packed) }
  }

  private static func fill(
    _ target: UnsafeMutableRawBufferPointer, from packed: UnsafeRawBufferPointer
  ) -> Bool {
    var stream = z_stream()
    // Negative: without a header of zlib's own.
    guard
      inflateInit2_(
        &stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return false }
    defer { inflateEnd(&stream) }
    var spare: UInt8 = 0
    var (read, written) = (0, 0)
    while true {
      let input = min(packed.count - read, Int(UInt32.max))
      let room = min(target.count - written, Int(UInt32.max))
      // zlib does not write to its input; its C type merely does not say so.
      stream.next_in = UnsafeMutablePointer(
        mutating: packed.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: read))
      stream.avail_in = uInt(input)
      stream.avail_out = uInt(room)
      let status: Int32
      if let base = target.baseAddress {
        stream.next_out = base.assumingMemoryBound(to: UInt8.self).advanced(by: written)
        status = inflate(&stream, Z_NO_FLUSH)
      } else {
        status = withUnsafeMutablePointer(to: &spare) {
          stream.next_out = $0
          return inflate(&stream, Z_NO_FLUSH)
        }
      }
      let (used, made) = (input - Int(stream.avail_in), room - Int(stream.avail_out))
      read += used
      written += made
      if status == Z_STREAM_END { return written == target.count && read == packed.count }
      guard status == Z_OK, used > 0 || made > 0 else { return false }
    }
  }

  /// The CRC-32 of bytes.
  package static func checksum(of bytes: UnsafeRawBufferPointer) -> UInt32 {
    var sum = crc32(0, nil, 0)
    var offset = 0
    while offset < bytes.count {
      let count = min(bytes.count - offset, Int(UInt32.max))
      sum = crc32(
        sum, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: offset),
        uInt(count))
      offset += count
    }
    return UInt32(truncatingIfNeeded: sum)
  }
}
