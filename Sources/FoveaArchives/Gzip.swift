internal import CZlib
package import Foundation

/// Unpacks `.gz` data with zlib, never into more bytes than are asked for.
package enum Gzip {
  /// Whether data begins as a `.gz` file does.
  package static func isCompressed(_ data: Data) -> Bool { data.starts(with: [0x1f, 0x8b]) }

  /// The outcome of unpacking.
  package enum Outcome {
    /// All of it, in no more than the limit.
    case whole(Data)
    /// The first bytes; there are more.
    case more(Data)
    /// Nothing that can be used; the data make no sense from `offset` on.
    case damaged(offset: Int)
  }

  /// The most bytes that one byte of a `.gz` file can stand for.
  package static let largestRatio = 1032

  /// Unpacks at most `limit` bytes of a file with one member, and nothing after it.
  ///
  /// Asks for `limit` bytes, or what the data can unpack to where that is less, and for what zlib itself
  /// needs, some 50 kB.
  package static func unpack(_ data: Data, limit: Int) -> Outcome {
    var stream = z_stream()
    let header = 16 + MAX_WBITS
    guard
      inflateInit2_(
        &stream, header, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return .damaged(offset: 0) }
    defer { inflateEnd(&stream) }
    // One byte more than the limit tells whether there is more.
    let outputCount = min(limit, data.count * largestRatio) + 1
    var output = Data(count: outputCount)
    var (status, consumed, produced) = (Z_OK, 0, 0)
    data.withUnsafeBytes { (input: UnsafeRawBufferPointer) in
      while status == Z_OK, produced < outputCount {
        let chunk = min(input.count - consumed, Int(UInt32.max))
        let room = min(outputCount - produced, Int(UInt32.max))
        // zlib does not write to its input; its C type merely does not say so.
        stream.next_in = UnsafeMutablePointer(
          mutating: input.baseAddress?.assumingMemoryBound(to: UInt8.self).advanced(by: consumed))
        stream.avail_in = uInt(chunk)
        output.withUnsafeMutableBytes { buffer in
          stream.next_out = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            .advanced(by: produced)
          stream.avail_out = uInt(room)
          status = inflate(&stream, Z_NO_FLUSH)
        }
        consumed += chunk - Int(stream.avail_in)
        produced += room - Int(stream.avail_out)
        if status == Z_OK && stream.avail_in == 0 && consumed == input.count {
          status = Z_BUF_ERROR
        }
      }
    }
    if produced > limit { return .more(output.prefix(limit)) }
    guard status == Z_STREAM_END, consumed == data.count else { return .damaged(offset: consumed) }
    return .whole(output.prefix(produced))
  }
}
