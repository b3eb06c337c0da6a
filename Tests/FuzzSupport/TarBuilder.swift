public import Foundation

/// A tar archive, whose headers a test may make wrong.
public struct TarBuilder: Sendable {
  /// Names, contents and kinds in order; a kind is `0` for a file, `5` for a folder.
  public var members: [(name: String, data: [UInt8], kind: Character)]
  /// What a header says instead of a member's size, by its index.
  public var statedSizes: [Int: String] = [:]
  /// Whether the blocks of zeros at the end are there.
  public var hasEnd = true

  /// Makes a right archive of files.
  public init(_ files: [(name: String, data: [UInt8])]) {
    members = files.map { ($0.name, $0.data, "0") }
  }

  /// The archive's bytes.
  public var data: Data {
    var archive = Data()
    for (index, member) in members.enumerated() {
      var header = [UInt8](repeating: 0, count: 512)
      func put(_ text: String, at offset: Int) {
        header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
      }
      put(member.name, at: 0)
      put("0000644\0", at: 100)
      let octal = String(member.data.count, radix: 8)
      let size = String(repeating: "0", count: 11 - octal.count) + octal
      put(statedSizes[index] ?? size, at: 124)
      put(String(member.kind), at: 156)
      put("ustar\u{0}00", at: 257)
      put("        ", at: 148)
      let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
      put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
      archive += header + member.data
      archive.append(
        contentsOf: [UInt8](repeating: 0, count: (512 - member.data.count % 512) % 512))
    }
    return hasEnd ? archive + Data(count: 1024) : archive
  }
}
