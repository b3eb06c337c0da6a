import Foundation

/// The few kinds of fields that events have, in the wire format of protocol buffers.
///
/// - SeeAlso: https://protobuf.dev/programming-guides/encoding/
struct ProtobufWriter {
  private enum WireType: UInt64 {
    case varint = 0
    case fixed64 = 1
    case bytes = 2
    case fixed32 = 5
  }

  private(set) var data = Data()

  private mutating func append(varint value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      data.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    data.append(UInt8(rest))
  }

  private mutating func append(key field: Int, _ type: WireType) {
    append(varint: UInt64(field) << 3 | type.rawValue)
  }

  private mutating func append(_ number: some FixedWidthInteger) {
    withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
  }

  mutating func write(_ field: Int, _ value: Int) {
    append(key: field, .varint)
    append(varint: UInt64(bitPattern: Int64(value)))
  }

  mutating func write(_ field: Int, _ value: Double) {
    append(key: field, .fixed64)
    append(value.bitPattern)
  }

  mutating func write(_ field: Int, _ value: Float) {
    append(key: field, .fixed32)
    append(value.bitPattern)
  }

  mutating func write(_ field: Int, _ bytes: Data) {
    append(key: field, .bytes)
    append(varint: UInt64(bytes.count))
    data.append(bytes)
  }

  mutating func write(_ field: Int, _ text: String) { write(field, Data(text.utf8)) }

  /// Writes numbers as one packed field.
  mutating func write(_ field: Int, _ numbers: [Double]) {
    var packed = ProtobufWriter()
    for number in numbers { packed.append(number.bitPattern) }
    write(field, packed.data)
  }

  /// Writes a message as a field.
  mutating func write(_ field: Int, _ message: (inout ProtobufWriter) -> Void) {
    var inner = ProtobufWriter()
    message(&inner)
    write(field, inner.data)
  }
}
