import FoveaArchives
public import FoveaTensors

/// Why a safetensors file cannot be read or written.
public struct SafetensorsError: Error, Hashable, Sendable {
  /// What is wrong; offsets count bytes, in the file for syntax, in the data section for tensors.
  public enum Problem: Hashable, Sendable {
    /// The file cannot be read at all.
    case unreadable(reason: String)
    /// Fewer bytes than the header's length takes.
    case shorterThanHeaderLength(byteCount: Int)
    /// A header that is longer than the file, or than the format allows.
    case headerLength(UInt64, limit: Int)
    /// A header that is not the JSON that the format knows.
    case syntax(expected: String, offset: Int)
    /// Two tensors, or two metadata entries, of one name.
    case duplicateName
    /// A tensor without one of its three fields.
    case missingField(String)
    /// An element type that has no counterpart here.
    case unknownElementType(String)
    /// A shape with too many elements.
    case shape([Int])
    /// Offsets that are not as far apart as shape and element type need.
    case byteCount(stated: Int, needed: Int)
    /// Offsets inside another tensor.
    case overlap(begin: Int, previousEnd: Int)
    /// Bytes that belong to no tensor, before this one.
    case hole(begin: Int, previousEnd: Int)
    /// More or fewer bytes than the tensors take.
    case dataLength(described: Int, actual: Int)
    /// A number that the type in memory does not hold.
    case valueOutOfRange(String, target: ElementType)
    /// A tensor that is called as the metadata are.
    case reservedName
  }

  /// The file's path, or what the caller calls the bytes.
  public let file: String
  /// The tensor (or the metadata entry) that is at fault, where one is.
  public let tensor: String?
  /// What is wrong with it.
  public let problem: Problem

  init(file: String, tensor: String?, problem: Problem) {
    self.file = file
    self.tensor = tensor
    self.problem = problem
  }
}

extension SafetensorsError: CustomStringConvertible {
  public var description: String {
    let place = tensor.map { "\(file), tensor \(excerpt($0))" } ?? file
    return "\(place): \(what) \(remedy)"
  }

  private var what: String {
    switch problem {
    case .unreadable(let reason):
      "cannot be read (\(reason))."
    case .shorterThanHeaderLength(let byteCount):
      "has \(byteCount) bytes, fewer than the 8 that give the header's length."
    case .headerLength(let length, let limit):
      "states a header of \(length) bytes where at most \(limit) are possible."
    case .syntax(let expected, let offset):
      "expected \(expected) at byte \(offset)."
    case .duplicateName:
      "the name stands twice in the header."
    case .missingField(let field):
      "has no \(field)."
    case .unknownElementType(let name):
      "has elements of type \(excerpt(name)), which is unknown."
    case .shape(let dimensions):
      "has the impossible shape \(dimensions)."
    case .byteCount(let stated, let needed):
      "takes \(stated) bytes where its shape and type need \(needed)."
    case .overlap(let begin, let previousEnd):
      "begins at \(begin), inside the tensor that ends at \(previousEnd)."
    case .hole(let begin, let previousEnd):
      "begins at \(begin), after a hole from \(previousEnd)."
    case .dataLength(let described, let actual):
      "the header describes \(described) bytes of data and \(actual) follow it."
    case .valueOutOfRange(let value, let target):
      "holds \(value), which does not fit \(target.rawValue)."
    case .reservedName:
      "the name belongs to the file's metadata."
    }
  }

  private var remedy: String {
    switch problem {
    case .unreadable: "Check the path."
    case .shorterThanHeaderLength, .headerLength, .syntax:
      "Check that this is a safetensors file and that it is complete."
    case .dataLength: "The file is cut short or has a tail; fetch or save it again."
    case .duplicateName, .missingField, .shape, .byteCount, .overlap, .hole:
      "The file is damaged or made to mislead; save it again with the safetensors library."
    case .unknownElementType:
      "Save the tensor as F32, F16, BF16, F64, I64, I32, I16, I8, U8 or BOOL."
    case .valueOutOfRange: "Scale the values, or save them in the smaller type."
    case .reservedName: "Rename the tensor."
    }
  }
}
