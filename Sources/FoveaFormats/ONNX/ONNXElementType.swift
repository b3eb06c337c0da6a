/// The element types of the standard that we read, by their numbers in files.
enum ONNXElementType: Int, Hashable, Sendable {
  case float32 = 1
  case uint8 = 2
  case int8 = 3
  case uint16 = 4
  case int16 = 5
  case int32 = 6
  case int64 = 7
  case bool = 9
  case float16 = 10
  case float64 = 11
  case uint32 = 12
  case uint64 = 13
  case bfloat16 = 16

  /// Reads a type's number.
  ///
  /// - Parameter name: What has the type.
  init(number: Int, of name: String) throws(ONNXError.Problem) {
    guard let type = ONNXElementType(rawValue: number) else {
      throw .elementType("number \(number)", of: name)
    }
    self = type
  }

  /// The size of one element in raw data, in bytes.
  var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .uint8, .int8, .bool: 1
    }
  }

  /// Whether we compute with float32 where a file has this type.
  var isFloatingPoint: Bool {
    switch self {
    case .float32, .float64, .float16, .bfloat16: true
    default: false
    }
  }
}
