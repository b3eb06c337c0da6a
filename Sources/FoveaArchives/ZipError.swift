/// Why an archive cannot be read.
public enum ZipError: Error, Hashable, Sendable {
  /// No end of a central directory, without which there is no archive.
  case noDirectory
  /// A record of the archive that is cut short, or points out of the file.
  case record(_ what: String, offset: Int)
  /// Two members of one name.
  case duplicateMember(_ name: String)
  /// Two members that share bytes.
  case overlap(_ name: String, _ other: String)
  /// A way of packing that is not read.
  case method(_ name: String, Int)
  /// A member that is encrypted.
  case encrypted(_ name: String)
  /// A member that does not unpack to what the directory says.
  case damagedMember(_ name: String)
  /// A member that is larger than it may be.
  case tooLarge(_ name: String, byteCount: Int, limit: Int)
  /// An archive in several files.
  case severalDisks
}

extension ZipError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noDirectory:
      "the archive has no directory at its end; the file is cut short, fetch or save it again"
    case .record(let what, let offset):
      "\(what) at byte \(offset) is cut short or points out of the file; fetch or save it again"
    case .duplicateMember(let name):
      "the archive has two members \(excerpt(name)); the file is made to mislead, save it again"
    case .overlap(let name, let other):
      "the members \(excerpt(name)) and \(excerpt(other)) overlap; the file is made to mislead, "
        + "save it again"
    case .method(let name, let method):
      "the member \(excerpt(name)) is packed by method \(method); pack it stored or deflated"
    case .encrypted(let name):
      "the member \(excerpt(name)) is encrypted; save it without a password"
    case .damagedMember(let name):
      "the member \(excerpt(name)) does not unpack to what the directory says; fetch or save it again"
    case .tooLarge(let name, let byteCount, let limit):
      "the member \(excerpt(name)) has \(byteCount) bytes where at most \(limit) are read; "
        + "save less in it"
    case .severalDisks:
      "the archive is cut into several files; join them first"
    }
  }
}

/// A name from a file, quoted and short enough for one line.
package func excerpt(_ name: String) -> String {
  let start = String(name.unicodeScalars.prefix(80))
  return start.debugDescription + (start == name ? "" : "…")
}
