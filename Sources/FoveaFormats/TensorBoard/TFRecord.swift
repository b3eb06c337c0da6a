import Foundation

/// TensorFlow's record files: each record is its length, a checksum of that, its bytes and a checksum of
/// those; numbers are little-endian.
///
/// - SeeAlso: tensorflow/core/lib/io/record_writer.h.
enum TFRecord {
  private static let headSize = 12
  private static let tailSize = 4

  /// A record with its length and checksums.
  static func framed(_ payload: Data) -> Data {
    var head = Data()
    withUnsafeBytes(of: UInt64(payload.count).littleEndian) { head.append(contentsOf: $0) }
    return head + checksum(of: head) + payload + checksum(of: payload)
  }

  /// The records of a file up to the first that is damaged or not whole.
  static func payloads(in file: Data) -> [Data] {
    var (payloads, start) = ([Data](), file.startIndex)
    while file.endIndex - start >= headSize + tailSize {
      let length = file[start..<(start + 8)]
      let room = file.endIndex - start - headSize - tailSize
      let count = length.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard file[(start + 8)..<(start + headSize)] == checksum(of: length), count <= UInt64(room)
      else { break }
      let end = start + headSize + Int(count)
      let payload = file[(start + headSize)..<end]
      guard file[end..<(end + tailSize)] == checksum(of: payload) else { break }
      payloads.append(Data(payload))
      start = end + tailSize
    }
    return payloads
  }

  private static func checksum(of data: Data) -> Data {
    let sum = CRC32C.checksum(of: data)
    // Masked, since a checksum of data that holds checksums would be weak.
    let masked = (sum >> 15 | sum << 17) &+ 0xa282_ead8
    return withUnsafeBytes(of: masked.littleEndian) { Data($0) }
  }
}

/// The cyclic redundancy check with Castagnoli's polynomial (RFC 3720, appendix B.4).
enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0x82f6_3b78 : value >> 1
    }
  }

  static func checksum(of data: Data) -> UInt32 {
    ~data.reduce(~UInt32(0)) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }
}
