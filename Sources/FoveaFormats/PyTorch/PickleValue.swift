/// A value of a pickle.
///
/// Lists, dictionaries and tensors are numbers of `PickleObject`s: however deep they are nested, and even
/// where they hold each other, no function needs to call itself.
enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  /// A whole number of more than 64 bits, as little-endian bytes.
  case largeInteger([UInt8])
  case real(Double)
  case text(String)
  case bytes
  case global(PickleGlobal)
  case object(Int)

  var integer: Int? { if case .integer(let value) = self { value } else { nil } }
  var text: String? { if case .text(let value) = self { value } else { nil } }
  var object: Int? { if case .object(let index) = self { index } else { nil } }
}

/// Something that other values of a pickle refer to.
enum PickleObject {
  case list([PickleValue])
  case tuple([PickleValue])
  case dictionary([(key: PickleValue, value: PickleValue)])
  case storage(PickledStorage)
  case tensor(PickledTensor)
  /// Something that a checkpoint may have, and that holds no weights.
  case opaque
}

/// Bytes outside of the pickle that tensors lie in.
struct PickledStorage: Hashable {
  /// What the elements are; `nil` where the storage has bytes of no type.
  let element: StoredElement?
  /// What the bytes are called.
  let key: String
  /// The number of elements.
  let count: Int
}

/// A tensor of a pickle: where in which storage its elements lie.
struct PickledTensor {
  let storage: PickledStorage
  let element: StoredElement
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// Everything that a pickle may name: nothing of it runs code.
enum PickleGlobal: Equatable {
  case orderedDictionary
  case rebuildTensor
  case rebuildTensorOfType
  case rebuildParameter
  case rebuildFromType
  case size
  case storage(StoredElement?)
  case elementType(StoredElement?)
  /// A type of a value that holds no weights: a number of NumPy's, a device, a set.
  case opaque

  /// The global of that name, or `nil` where weights do not need it.
  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
      self = .rebuildTensor
    case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorOfType
    case ("torch._utils", "_rebuild_parameter"),
      ("torch._utils", "_rebuild_parameter_with_state"):
      self = .rebuildParameter
    case ("torch._tensor", "_rebuild_from_type_v2"): self = .rebuildFromType
    case ("torch", "Size"): self = .size
    case ("torch", "UntypedStorage"), ("torch.storage", "UntypedStorage"),
      ("torch.storage", "_UntypedStorage"), ("torch.storage", "TypedStorage"),
      ("torch.storage", "_TypedStorage"):
      self = .storage(nil)
    case ("torch", "device"), ("torch", "Tensor"), ("torch.nn.parameter", "Parameter"),
      ("torch.nn.parameter", "Buffer"), ("_codecs", "encode"), ("builtins", "set"),
      ("__builtin__", "set"), ("numpy", "dtype"), ("numpy.core.multiarray", "scalar"),
      ("numpy._core.multiarray", "scalar"):
      self = .opaque
    case ("numpy.dtypes", _):
      guard name.hasSuffix("DType") else { return nil }
      self = .opaque
    case ("torch", _), ("torch.cuda", _):
      if let element = Self.storages[name] {
        self = .storage(element)
      } else if module == "torch", let element = Self.elementTypes[name] {
        self = .elementType(element)
      } else if module == "torch", Self.otherElementTypes.contains(name) {
        self = .elementType(nil)
      } else {
        return nil
      }
    default: return nil
    }
  }

  private static let storages: [String: StoredElement] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  private static let elementTypes: [String: StoredElement] = [
    "float32": .float32, "float": .float32, "float64": .float64, "double": .float64,
    "float16": .float16, "half": .float16, "bfloat16": .bfloat16, "int64": .int64, "long": .int64,
    "int32": .int32, "int": .int32, "int16": .int16, "short": .int16, "int8": .int8,
    "uint8": .uint8, "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "bool": .bool,
  ]

  /// Types that a checkpoint may mention, and whose tensors are refused.
  private static let otherElementTypes: Set = [
    "complex32", "complex64", "complex128", "qint8", "quint8", "qint32", "float8_e4m3fn",
    "float8_e5m2",
  ]
}
