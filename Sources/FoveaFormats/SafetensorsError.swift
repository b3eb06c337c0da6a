/// Why a safetensors file cannot be read or written.
public struct SafetensorsError: Error, Hashable, Sendable {
  /// What is wrong.
  public enum Problem: Hashable, Sendable {
    /// The file cannot be read at all.
    case unreadable(String)
    /// Fewer bytes than a header needs.
    case tooShort(bytes: Int)
    /// A header that is longer than the file, or than 100 MB.
    case headerLength(UInt64, file: Int)
    /// A header that is no JSON of the expected form.
    case header(String)
    /// An element type that has no counterpart here.
    case elementType(tensor: String, String)
    /// A shape with a negative extent, or too many elements.
    case shape(tensor: String, [Int])
    /// Offsets that leave a hole, overlap, or leave the file.
    case offsets(tensor: String, start: Int, end: Int, expectedStart: Int, dataBytes: Int)
    /// Offsets that are not as far apart as shape and element type need.
    case byteCount(tensor: String, expected: Int, actual: Int)
    /// Bytes after the last tensor.
    case trailing(bytes: Int)
    /// A 64-bit integer that 32 bits do not hold.
    case integer(tensor: String, Int64)
  }

  /// The file, or what stands for it.
  public let file: String
  /// What is wrong.
  public let problem: Problem
}

extension SafetensorsError: CustomStringConvertible {
  public var description: String {
    let text =
      switch problem {
      case .unreadable(let reason): "cannot be read (\(reason)); check the path"
      case .tooShort(let bytes):
        "has \(bytes) bytes, a header alone needs 8; it is no safetensors file, or was cut off"
      case .headerLength(let length, let file):
        "says that its header has \(length) bytes, of \(file) in all; "
          + "it is no safetensors file, or was cut off"
      case .header(let reason):
        "has a header that is not understood (\(reason)); write the file anew"
      case .elementType(let tensor, let type):
        "has elements \(type) in \(tensor); convert it to F32, F16, BF16, F64, I32, I64 or U8"
      case .shape(let tensor, let extents):
        "gives \(tensor) the shape \(extents), which no tensor has; write the file anew"
      case .offsets(let tensor, let start, let end, let expected, let bytes):
        "puts \(tensor) at \(start)..<\(end), expected from \(expected) and inside \(bytes) bytes; "
          + "it was cut off or damaged, get it anew"
      case .byteCount(let tensor, let expected, let actual):
        "gives \(tensor) \(actual) bytes where its shape needs \(expected); get it anew"
      case .trailing(let bytes):
        "has \(bytes) bytes after its last tensor; get it anew"
      case .integer(let tensor, let value):
        "has \(value) in \(tensor), which 32 bits do not hold; convert it to F32"
      }
    return "\(file) \(text)"
  }
}
