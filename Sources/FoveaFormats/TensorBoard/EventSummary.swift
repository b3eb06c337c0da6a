import Foundation

/// The step of an event and the names of its values, read from its bytes.
struct EventSummary {
  private(set) var step = 0
  private(set) var tags: [String] = []

  /// Reads an event; `nil` where it has no summary, or is damaged.
  init?(_ event: Data) {
    var summary: Data?
    guard let fields = Self.fields(of: event) else { return nil }
    for field in fields {
      switch field {
      case (2, .varint(let number)): step = Int(truncatingIfNeeded: number)
      case (5, .bytes(let bytes)): summary = bytes
      default: break
      }
    }
    guard let summary, let values = Self.fields(of: summary) else { return nil }
    for case (1, .bytes(let value)) in values {
      guard let parts = Self.fields(of: value) else { return nil }
      for case (1, .bytes(let tag)) in parts { tags.append(String(decoding: tag, as: UTF8.self)) }
    }
  }

  private enum Content {
    case varint(UInt64)
    case bytes(Data)
    case other
  }

  /// The fields of a message, by their numbers.
  private static func fields(of message: Data) -> [(number: UInt64, content: Content)]? {
    var rest = message[...]
    func varint() -> UInt64? {
      var (value, shift) = (UInt64(0), UInt64(0))
      while shift < 64, let byte = rest.popFirst() {
        value |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return value }
        shift += 7
      }
      return nil
    }
    func bytes(_ count: UInt64) -> Data? {
      guard count <= UInt64(rest.count) else { return nil }
      defer { rest = rest.dropFirst(Int(count)) }
      return rest.prefix(Int(count))
    }
    var fields: [(UInt64, Content)] = []
    while !rest.isEmpty {
      guard let key = varint() else { return nil }
      let content: Content? =
        switch key & 7 {
        case 0: varint().map { .varint($0) }
        case 1: bytes(8).map { _ in .other }
        case 2: varint().flatMap(bytes).map { .bytes($0) }
        case 5: bytes(4).map { _ in .other }
        default: nil
        }
      guard let content else { return nil }
      fields.append((key >> 3, content))
    }
    return fields
  }
}
