import Foundation
import FuzzSupport
import Testing

@testable import FoveaArchives

@Suite struct ZipTests {
  static func archive(_ builder: ZipBuilder) throws(ZipError) -> ZipArchive {
    try ZipArchive(FileBytes(copying: builder.data).whole)
  }

  static let plain = ZipBuilder([("a", [1, 2, 3]), ("b", []), ("c/d", [9])])

  @Test(arguments: [false, true])
  func `members are found in order`(isLarge: Bool) throws {
    var builder = Self.plain
    builder.isLarge = isLarge
    let archive = try Self.archive(builder)
    #expect(Array(archive.members.keys) == ["a", "b", "c/d"])
    for (name, data) in builder.members {
      let member = try #require(archive.members[name])
      #expect(try Array(archive.contents(of: member).bytes) == data)
    }
  }

  @Test func `two members of a name are refused`() {
    #expect(throws: ZipError.duplicateMember("a")) {
      try Self.archive(ZipBuilder([("a", [1]), ("a", [2])]))
    }
  }

  @Test func `members that overlap are refused`() {
    var builder = ZipBuilder([("a", [1, 2, 3]), ("b", [4, 5, 6])])
    builder.statedOffsets = [1: 0]
    #expect(throws: ZipError.overlap("a", "b")) { try Self.archive(builder) }
  }

  @Test func `sizes and places past the file are refused`() {
    for size: UInt32 in [100, 1 << 20, .max - 1] {
      var builder = Self.plain
      builder.statedSizes = [0: size]
      #expect(throws: ZipError.self) { try Self.archive(builder) }
      builder = Self.plain
      builder.statedOffsets = [2: size]
      #expect(throws: ZipError.self) { try Self.archive(builder) }
    }
    var builder = Self.plain
    builder.statedCount = 60_000
    #expect(throws: ZipError.self) { try Self.archive(builder) }
    let data = Self.plain.data
    for count in 0..<data.count {
      #expect(throws: ZipError.self) {
        try ZipArchive(FileBytes(copying: data.prefix(count)).whole)
      }
    }
  }

  @Test func `packing that is not read is refused`() {
    var builder = Self.plain
    builder.statedMethods = [0: 12]
    #expect(throws: ZipError.method("a", 12)) { try Self.archive(builder) }
    builder = Self.plain
    builder.flags = 1
    #expect(throws: ZipError.encrypted("a")) { try Self.archive(builder) }
  }

  @Test func `deflated bytes unpack to exactly what is stated, or not at all`() throws {
    // 1,000 zeros, deflated by zlib.
    let packed: [UInt8] = [
      0x63, 0x60, 0x18, 0x05, 0xa3, 0x60, 0x14, 0x0c, 0x77, 0x00, 0x00,
    ]
    let bytes = FileBytes(copying: Data(packed))
    let whole = Deflate.unpack(bytes.bytes, byteCount: 1000)
    #expect(whole.map { Array($0.bytes) } == [UInt8](repeating: 0, count: 1000))
    for count in [0, 999, 1001] {
      #expect(Deflate.unpack(bytes.bytes, byteCount: count) == nil)
    }
    let empty = FileBytes(copying: Data([3, 0]))
    #expect(Deflate.unpack(empty.bytes, byteCount: 0)?.bytes.count == 0)
    let digits = FileBytes(copying: Data("123456789".utf8))
    #expect(Deflate.checksum(of: digits.bytes) == 0xcbf4_3926)
  }
}
