package import Foundation

/// A tar archive: files by name in one, each a header of 512 bytes and its bytes after that.
///
/// Only regular files are members; folders, links and what else an archive may hold are passed over.
/// Names are looked up, never used as paths. Those longer than 100 bytes are read as POSIX has them.
///
/// - SeeAlso: *ustar Interchange Format*, POSIX.1-2017, pax.
package struct TarArchive: Sendable {
  /// Where each member's bytes lie in the archive, by its name.
  private let places: [String: Range<Int>]
  private let data: Data

  /// The members' names, sorted.
  package var names: [String] { places.keys.sorted() }

  private static let blockLength = 512
  /// What a header has besides a name; its own sum of bytes is counted as spaces.
  private static let (size, checksum, kind, magic) = (124..<136, 148..<156, 156, 257..<262)
  private static let (name, prefix) = (0..<100, 345..<500)

  /// Reads the headers; whatever the bytes are, this returns or throws, and asks for no more than names.
  package init(_ data: Data) throws(TarError) {
    let data = data.startIndex == 0 ? data : Data(data)
    var places: [String: Range<Int>] = [:]
    var offset = 0
    // Blocks of zeros end an archive; some writers leave them out.
    while offset < data.count {
      guard data.count - offset >= Self.blockLength else { throw .header(offset: offset) }
      let header = [UInt8](data[offset..<offset + Self.blockLength])
      if header.allSatisfy({ $0 == 0 }) { break }
      guard Self.number(header[Self.checksum]) == Self.sum(of: header),
        let count = Self.number(header[Self.size])
      else { throw .header(offset: offset) }
      let start = offset + Self.blockLength
      // Blocks are filled up, so that a file that was cut is seen wherever the cut is.
      let (blocks, rest) = count.quotientAndRemainder(dividingBy: Self.blockLength)
      guard count <= data.count - start,
        (rest == 0 ? blocks : blocks + 1) * Self.blockLength <= data.count - start
      else {
        throw .truncated(Self.fullName(header), byteCount: count, actual: data.count - start)
      }
      // An old archive has a zero where newer ones have the digit.
      if [0, UInt8(ascii: "0")].contains(header[Self.kind]) {
        let name = Self.fullName(header)
        guard places.updateValue(start..<start + count, forKey: name) == nil else {
          throw .duplicateMember(name)
        }
      }
      offset = start + (rest == 0 ? blocks : blocks + 1) * Self.blockLength
    }
    guard !places.isEmpty else { throw .header(offset: 0) }
    self.places = places
    self.data = data
  }

  /// The bytes of a member; `nil` where there is none of that name.
  package func contents(of name: String) -> Data? { places[name].map { data[$0] } }

  /// A number in octal digits, with spaces around them, and a zero after them; `nil` for anything else.
  private static func number(_ field: ArraySlice<UInt8>) -> Int? {
    let text = String(decoding: field.prefix { $0 != 0 }, as: UTF8.self)
      .trimmingCharacters(in: .whitespaces)
    guard let number = Int(text, radix: 8), number >= 0, !text.hasPrefix("+") else { return nil }
    return number
  }

  private static func sum(of header: [UInt8]) -> Int {
    header.indices.reduce(0) { sum, index in
      sum + Int(checksum.contains(index) ? UInt8(ascii: " ") : header[index])
    }
  }

  private static func fullName(_ header: [UInt8]) -> String {
    func text(_ range: Range<Int>) -> String {
      String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self)
    }
    let isPOSIX = header[magic].elementsEqual("ustar".utf8)
    let folder = isPOSIX ? text(prefix) : ""
    return folder.isEmpty ? text(name) : folder + "/" + text(name)
  }
}

/// Why a tar archive cannot be read.
package enum TarError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Bytes that are no header where one should be.
  case header(offset: Int)
  /// A member whose bytes the archive does not have.
  case truncated(_ name: String, byteCount: Int, actual: Int)
  /// Two members of one name.
  case duplicateMember(_ name: String)

  package var description: String {
    switch self {
    case .header(let offset):
      "the archive has no header at byte \(offset); it is damaged, fetch it again"
    case .truncated(let name, let byteCount, let actual):
      "the member \(excerpt(name)) has \(byteCount) bytes, of which \(actual) are there; "
        + "the archive is cut short, fetch it again"
    case .duplicateMember(let name):
      "the archive has two members \(excerpt(name)); it is made to mislead, fetch it again"
    }
  }
}
