import FoveaTensors

/// The element types that we read from a safetensors file, by the names that stand in it.
enum SafetensorsElement: String {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case int16 = "I16"
  case int8 = "I8"
  case uint8 = "U8"
  case bool = "BOOL"

  /// The type that stands for one of ours when writing.
  init(_ elementType: ElementType) {
    switch elementType {
    case .float32: self = .float32
    case .int32: self = .int32
    case .uint8: self = .uint8
    }
  }

  /// What the elements are.
  var stored: StoredElement {
    switch self {
    case .float64: .float64
    case .float32: .float32
    case .float16: .float16
    case .bfloat16: .bfloat16
    case .int64: .int64
    case .int32: .int32
    case .int16: .int16
    case .int8: .int8
    case .uint8: .uint8
    case .bool: .bool
    }
  }

  /// The size of one element in the file, in bytes.
  var byteCount: Int { stored.byteCount }

  /// What the elements become in memory.
  var elementType: ElementType { stored.elementType }
}
