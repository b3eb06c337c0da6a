import Foundation

/// Counts the fields of a model before it is decoded.
///
/// An empty message takes two bytes in a file and a hundred or more in memory, so a file's size alone
/// does not bound what decoding takes. Elements of tensors are not fields, where they are packed.
struct ONNXFieldCount {
  /// The most fields that a file may have: many times those of the largest published CNNs.
  static let limit = 1_000_000

  /// The messages of a model that hold messages, and by which fields.
  private indirect enum Message {
    case leaf
    case fields([UInt64: Message])
  }

  private static let tensor = Message.fields([13: .leaf])
  private static let valueInfo = Message.fields([
    2: .fields([1: .fields([2: .fields([1: .leaf])])])
  ])
  private static let graph = Message.fields([
    1: .fields([5: .fields([5: tensor])]), 5: tensor, 11: valueInfo, 12: valueInfo,
  ])
  private static let model = Message.fields([7: graph, 8: .leaf, 14: .leaf])

  private var count = 0

  /// Throws where `data` has more fields than a model may have; damage is left to the decoder.
  static func check(_ data: Data) throws(ONNXError.Problem) {
    var counter = ONNXFieldCount()
    let isWithin = data.withUnsafeBytes { counter.scan($0, model) }
    guard isWithin else { throw .tooLarge("more than \(limit) fields", limit: limit) }
  }

  /// Whether the fields so far are not too many.
  private mutating func scan(_ bytes: UnsafeRawBufferPointer, _ message: Message) -> Bool {
    var offset = 0
    func number() -> UInt64? {
      var result: UInt64 = 0
      var shift: UInt64 = 0
      while offset < bytes.count, shift < 64 {
        let byte = bytes[offset]
        offset += 1
        result |= UInt64(byte & 0x7f) << shift
        if byte < 0x80 { return result }
        shift += 7
      }
      return nil
    }
    while offset < bytes.count {
      count += 1
      guard count <= Self.limit else { return false }
      guard let key = number() else { return true }
      switch key & 7 {
      case 0: guard number() != nil else { return true }
      case 1: offset += 8
      case 5: offset += 4
      case 2:
        guard let length = number(), length <= UInt64(bytes.count - offset) else { return true }
        let end = offset + Int(length)
        if case .fields(let inner) = message, let next = inner[key >> 3] {
          let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<end])
          guard scan(part, next) else { return false }
        }
        offset = end
      default: return true
      }
    }
    return true
  }
}
