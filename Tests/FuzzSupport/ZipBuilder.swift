public import Foundation

/// A zip archive of stored members, whose numbers a test may make wrong.
public struct ZipBuilder: Sendable {
  /// Names and contents, in order.
  public var members: [(name: String, data: [UInt8])]
  /// Whether numbers stand in the form for large archives.
  public var isLarge = false
  /// What the directory says of member `index`, where it differs from the truth.
  public var statedSizes: [Int: UInt32] = [:]
  public var statedOffsets: [Int: UInt32] = [:]
  public var statedMethods: [Int: UInt16] = [:]
  /// The directory's flags.
  public var flags: UInt16 = 0
  public var statedCount: UInt16?
  /// Whether the directory has checksums, and not zeros.
  public var hasChecksums = false

  /// Makes a right archive.
  public init(_ members: [(name: String, data: [UInt8])]) { self.members = members }

  /// The archive's bytes.
  public var data: Data {
    var file = Data()
    var directory = Data()
    func put<Number: FixedWidthInteger>(_ number: Number, to data: inout Data) {
      withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
    }
    for (index, member) in members.enumerated() {
      let offset = statedOffsets[index] ?? UInt32(file.count)
      let size = statedSizes[index] ?? UInt32(member.data.count)
      let method = statedMethods[index] ?? 0
      file.append(contentsOf: [0x50, 0x4b, 3, 4, 45, 0, 0, 0])
      put(method, to: &file)
      file.append(contentsOf: [UInt8](repeating: 0, count: 8))
      put(size, to: &file)
      put(size, to: &file)
      put(UInt16(member.name.utf8.count), to: &file)
      put(UInt16(0), to: &file)
      file.append(contentsOf: member.name.utf8)
      file.append(contentsOf: member.data)

      directory.append(contentsOf: [0x50, 0x4b, 1, 2, 45, 0, 45, 0])
      put(flags, to: &directory)
      put(method, to: &directory)
      put(UInt32(0), to: &directory)
      put(hasChecksums ? Self.checksum(of: member.data) : 0, to: &directory)
      put(isLarge ? UInt32.max : size, to: &directory)
      put(isLarge ? UInt32.max : size, to: &directory)
      put(UInt16(member.name.utf8.count), to: &directory)
      put(UInt16(isLarge ? 28 : 0), to: &directory)
      directory.append(contentsOf: [UInt8](repeating: 0, count: 10))
      put(isLarge ? UInt32.max : offset, to: &directory)
      directory.append(contentsOf: member.name.utf8)
      if isLarge {
        put(UInt16(1), to: &directory)
        put(UInt16(24), to: &directory)
        put(UInt64(size), to: &directory)
        put(UInt64(size), to: &directory)
        put(UInt64(offset), to: &directory)
      }
    }
    let start = file.count
    file.append(directory)
    let count = statedCount ?? UInt16(members.count)
    if isLarge {
      let end = file.count
      file.append(contentsOf: [0x50, 0x4b, 6, 6])
      put(UInt64(44), to: &file)
      file.append(contentsOf: [45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0])
      for number in [UInt64(count), UInt64(count), UInt64(directory.count), UInt64(start)] {
        put(number, to: &file)
      }
      file.append(contentsOf: [0x50, 0x4b, 6, 7, 0, 0, 0, 0])
      put(UInt64(end), to: &file)
      put(UInt32(1), to: &file)
    }
    file.append(contentsOf: [0x50, 0x4b, 5, 6, 0, 0, 0, 0])
    put(isLarge ? UInt16.max : count, to: &file)
    put(isLarge ? UInt16.max : count, to: &file)
    put(isLarge ? UInt32.max : UInt32(directory.count), to: &file)
    put(isLarge ? UInt32.max : UInt32(start), to: &file)
    put(UInt16(0), to: &file)
    return file
  }

  /// CRC-32.
  private static func checksum(of bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 0 ? sum >> 1 : (sum >> 1) ^ 0xedb8_8320 }
    }
    return ~sum
  }
}
