package import OrderedCollections

/// A zip archive: files by name in one, each stored as it is or deflated, also larger than 4 GB.
///
/// Only what the directory at the end names is read. Names are looked up, never used as paths.
///
/// - SeeAlso: The format, <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>.
package struct ZipArchive: Sendable {
  /// One file of the archive.
  package struct Member: Sendable {
    package let name: String
    package let method: Method
    package let checksum: UInt32
    /// The bytes when unpacked.
    package let byteCount: Int
    /// The bytes as they lie in the archive.
    package let packed: ByteRegion
  }

  /// How a member is packed.
  package enum Method: Sendable {
    case stored
    case deflated
  }

  /// The members by name, in the directory's order.
  package let members: OrderedDictionary<String, Member>

  /// Whether bytes begin as an archive does.
  package static func isArchive(_ region: ByteRegion) -> Bool {
    region.has([0x50, 0x4b, 3, 4]) || region.has([0x50, 0x4b, 5, 6])
  }

  /// Reads the directory, and checks that no two members share a name or bytes.
  package init(_ region: ByteRegion) throws(ZipError) {
    let directory = try ZipDirectory(region)
    var members: OrderedDictionary<String, Member> = [:]
    var offset = directory.offset
    for _ in 0..<directory.count {
      let entry = try ZipEntry(region, at: offset, end: directory.end)
      offset = entry.end
      let member = try entry.member(in: region, before: directory.offset)
      guard members.updateValue(member, forKey: entry.name) == nil else {
        throw .duplicateMember(entry.name)
      }
    }
    guard offset == directory.end else { throw .record("the directory", offset: offset) }
    let inOrder = members.values.sorted {
      ($0.packed.range.lowerBound, $0.packed.range.upperBound)
        < ($1.packed.range.lowerBound, $1.packed.range.upperBound)
    }
    for (member, next) in zip(inOrder, inOrder.dropFirst())
    where member.packed.range.upperBound > next.packed.range.lowerBound {
      throw .overlap(member.name, next.name)
    }
    self.members = members
  }

  /// The bytes of a member: its own place in the file where it is stored, else unpacked ones.
  ///
  /// - Parameters:
  ///   - limit: The most bytes that it may have unpacked.
  ///   - checksum: Whether the bytes are compared with the directory's checksum, which PyTorch need not write.
  package func contents(
    of member: Member, limit: Int = .max, checksum: Bool = false
  ) throws(ZipError) -> ByteRegion {
    guard member.byteCount <= limit else {
      throw .tooLarge(member.name, byteCount: member.byteCount, limit: limit)
    }
    let contents: ByteRegion
    switch member.method {
    case .stored: contents = member.packed
    case .deflated:
      guard let bytes = Deflate.unpack(member.packed.bytes, byteCount: member.byteCount) else {
        throw .damagedMember(member.name)
      }
      contents = bytes.whole
    }
    guard !checksum || Deflate.checksum(of: contents.bytes) == member.checksum else {
      throw .damagedMember(member.name)
    }
    return contents
  }
}

/// Where an archive's directory lies.
private struct ZipDirectory {
  let count: Int
  let offset: Int
  let end: Int

  private static let endByteCount = 22
  private static let longestComment = 65_535
  private static let smallestEntry = 46

  init(_ region: ByteRegion) throws(ZipError) {
    guard let end = Self.findEnd(region) else { throw .noDirectory }
    func field<Number: FixedWidthInteger & BitwiseCopyable>(
      _ offset: Int, _ type: Number.Type
    ) throws(ZipError) -> Number {
      guard let number = region.number(at: offset, as: type) else {
        throw .record("the directory's end", offset: offset)
      }
      return number
    }
    var disk = UInt32(try field(end + 4, UInt16.self))
    var count = UInt64(try field(end + 10, UInt16.self))
    var size = UInt64(try field(end + 12, UInt32.self))
    var offset = UInt64(try field(end + 16, UInt32.self))
    var directoryLimit = end
    // The large form, where a locator stands right before the end.
    if end >= 20, region.has([0x50, 0x4b, 6, 7], at: end - 20) {
      guard let large = Int(exactly: try field(end - 12, UInt64.self)), large <= end - 20,
        region.has([0x50, 0x4b, 6, 6], at: large)
      else { throw .record("the directory's end", offset: end - 20) }
      disk = try field(large + 16, UInt32.self)
      count = try field(large + 32, UInt64.self)
      size = try field(large + 40, UInt64.self)
      offset = try field(large + 48, UInt64.self)
      directoryLimit = large
    }
    guard disk == 0 else { throw .severalDisks }
    guard let count = Int(exactly: count), let size = Int(exactly: size),
      let offset = Int(exactly: offset), offset <= directoryLimit,
      size <= directoryLimit - offset, count <= size / Self.smallestEntry
    else { throw .record("the directory's end", offset: end) }
    self.count = count
    self.offset = offset
    self.end = offset + size
  }

  /// The last place where the end's signature stands with a comment that reaches the file's end.
  private static func findEnd(_ region: ByteRegion) -> Int? {
    let last = region.count - endByteCount
    guard last >= 0 else { return nil }
    return (max(0, last - longestComment)...last).reversed().first { offset in
      region.has([0x50, 0x4b, 5, 6], at: offset)
        && region.number(at: offset + 20, as: UInt16.self).map(Int.init)
          == region.count - offset - endByteCount
    }
  }
}

/// One entry of a directory.
private struct ZipEntry {
  let name: String
  let end: Int
  private let flags: UInt16
  private let method: UInt16
  private let checksum: UInt32
  private let packedCount: Int
  private let byteCount: Int
  private let header: Int

  init(_ region: ByteRegion, at offset: Int, end directoryEnd: Int) throws(ZipError) {
    let what = "the directory's entry"
    guard region.has([0x50, 0x4b, 1, 2], at: offset),
      let flags: UInt16 = region.number(at: offset + 8),
      let method: UInt16 = region.number(at: offset + 10),
      let checksum: UInt32 = region.number(at: offset + 16),
      let packed: UInt32 = region.number(at: offset + 20),
      let unpacked: UInt32 = region.number(at: offset + 24),
      let nameCount: UInt16 = region.number(at: offset + 28),
      let extraCount: UInt16 = region.number(at: offset + 30),
      let commentCount: UInt16 = region.number(at: offset + 32),
      let header: UInt32 = region.number(at: offset + 42),
      let nameBytes = region.part(offset + 46, count: Int(nameCount)),
      let extra = region.part(offset + 46 + Int(nameCount), count: Int(extraCount))
    else { throw .record(what, offset: offset) }
    end = offset + 46 + Int(nameCount) + Int(extraCount) + Int(commentCount)
    guard end <= directoryEnd else { throw .record(what, offset: offset) }
    self.flags = flags
    self.method = method
    self.checksum = checksum
    name = String(decoding: nameBytes.bytes, as: UTF8.self)
    // Numbers that do not fit 32 bits stand in an extra field, in this order, those that are needed.
    var large = Self.largeNumbers(extra)
    func number(_ small: UInt32) throws(ZipError) -> Int {
      guard small == .max, let large = large.next() else { return Int(small) }
      guard let number = Int(exactly: large) else { throw .record(what, offset: offset) }
      return number
    }
    byteCount = try number(unpacked)
    packedCount = try number(packed)
    self.header = try number(header)
  }

  private static func largeNumbers(_ extra: ByteRegion) -> IndexingIterator<[UInt64]> {
    var offset = 0
    while let tag: UInt16 = extra.number(at: offset),
      let size: UInt16 = extra.number(at: offset + 2)
    {
      if tag == 1 {
        return (0..<Int(size) / 8).compactMap { extra.number(at: offset + 4 + 8 * $0) }
          .makeIterator()
      }
      offset += 4 + Int(size)
    }
    return [].makeIterator()
  }

  /// The member that the entry names, whose bytes lie before the directory.
  func member(in region: ByteRegion, before directory: Int) throws(ZipError) -> ZipArchive.Member {
    guard flags & 1 == 0 else { throw .encrypted(name) }
    let packing: ZipArchive.Method
    switch method {
    case 0: packing = .stored
    case 8: packing = .deflated
    default: throw .method(name, Int(method))
    }
    // The local header has extra fields of its own.
    guard region.has([0x50, 0x4b, 3, 4], at: header),
      let nameCount: UInt16 = region.number(at: header + 26),
      let extraCount: UInt16 = region.number(at: header + 28),
      case let start = header + 30 + Int(nameCount) + Int(extraCount), start <= directory,
      packedCount <= directory - start, let packed = region.part(start, count: packedCount)
    else { throw .record("the member \(excerpt(name))", offset: header) }
    switch packing {
    case .stored: guard byteCount == packedCount else { throw .damagedMember(name) }
    case .deflated:
      guard byteCount / Deflate.largestRatio <= packedCount else { throw .damagedMember(name) }
    }
    return ZipArchive.Member(
      name: name, method: packing, checksum: checksum, byteCount: byteCount, packed: packed)
  }
}
