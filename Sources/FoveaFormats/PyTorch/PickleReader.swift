import FoveaArchives

/// Reads a pickle as far as weights need it: a closed list of instructions and of names, and no code.
///
/// - SeeAlso: The instructions, Python's `pickletools`; what PyTorch itself takes with `weights_only`.
struct PickleReader {
  /// The most bytes of a pickle.
  static let largestPickle = 32 << 20
  /// The most values on the stack, objects and remembered values, each.
  static let mostValues = 1 << 22

  private let region: ByteRegion
  private(set) var position: Int
  private(set) var objects: [PickleObject] = []
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]

  /// Starts at a place of a file.
  init(_ region: ByteRegion, at position: Int = 0) {
    self.region = region
    self.position = position
  }

  /// Reads up to the end of one pickle, and returns the value that it makes.
  mutating func read() throws(PyTorchFileError.Problem) -> PickleValue {
    let start = position
    (stack, marks, memo) = ([], [], [:])
    while true {
      guard position - start <= Self.largestPickle else {
        throw .pickleTooLarge(byteCount: region.count - start, limit: Self.largestPickle)
      }
      let instruction = position
      let code: UInt8 = try number("instruction")
      if code == UInt8(ascii: ".") { return try pop() }
      try execute(code, at: instruction)
      guard stack.count <= Self.mostValues, objects.count <= Self.mostValues,
        memo.count <= Self.mostValues, marks.count <= Self.mostValues
      else { throw .tooManyValues(limit: Self.mostValues) }
    }
  }

  private mutating func execute(
    _ code: UInt8, at instruction: Int
  ) throws(PyTorchFileError.Problem) {
    switch code {
    case 0x80:  // PROTO
      let version: UInt8 = try number("version")
      guard 1...5 ~= version else { throw failure("version from 1 to 5") }
    case 0x95: _ = try number("frame", UInt64.self)  // FRAME
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "0"): _ = try pop()
    case UInt8(ascii: "1"): _ = try popToMark()
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.boolean(true))
    case 0x89: stack.append(.boolean(false))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try number("number", UInt8.self))))
    case UInt8(ascii: "M"): stack.append(.integer(Int(try number("number", UInt16.self))))
    case UInt8(ascii: "J"): stack.append(.integer(Int(try number("number", Int32.self))))
    case 0x8a: stack.append(try largeInteger(Int(try number("length", UInt8.self))))  // LONG1
    case UInt8(ascii: "G"):
      let bits = UInt64(bigEndian: try number("number"))
      stack.append(.real(Double(bitPattern: bits)))
    case UInt8(ascii: "X"): try pushText(Int(try number("length", UInt32.self)))
    case 0x8c, UInt8(ascii: "U"): try pushText(Int(try number("length", UInt8.self)))
    case 0x8d: try pushText(Int(clamping: try number("length", UInt64.self)))
    case UInt8(ascii: "T"): try pushText(Int(try number("length", Int32.self)))
    case UInt8(ascii: "C"): try pushBytes(Int(try number("length", UInt8.self)))
    case UInt8(ascii: "B"): try pushBytes(Int(try number("length", UInt32.self)))
    case 0x8e, 0x96: try pushBytes(Int(clamping: try number("length", UInt64.self)))
    case UInt8(ascii: "]"), 0x8f: push(.list([]))
    case UInt8(ascii: "}"): push(.dictionary([]))
    case UInt8(ascii: ")"): push(.tuple([]))
    case UInt8(ascii: "l"), 0x91: push(.list(try popToMark()))
    case UInt8(ascii: "t"): push(.tuple(try popToMark()))
    case 0x85: push(.tuple(try pop(1)))
    case 0x86: push(.tuple(try pop(2)))
    case 0x87: push(.tuple(try pop(3)))
    case UInt8(ascii: "a"): try append(try pop(1))
    case UInt8(ascii: "e"), 0x90: try append(try popToMark())
    case UInt8(ascii: "s"): try set(try pop(2))
    case UInt8(ascii: "u"): try set(try popToMark())
    case UInt8(ascii: "q"): try remember(Int(try number("index", UInt8.self)))
    case UInt8(ascii: "r"): try remember(Int(try number("index", UInt32.self)))
    case 0x94: try remember(memo.count)  // MEMOIZE
    case UInt8(ascii: "h"): try recall(Int(try number("index", UInt8.self)))
    case UInt8(ascii: "j"): try recall(Int(try number("index", UInt32.self)))
    case UInt8(ascii: "c"): try pushGlobal(module: try line(), name: try line())
    case 0x93:  // STACK_GLOBAL
      let names = try pop(2)
      guard let module = names[0].text, let name = names[1].text else {
        throw failure("module and name")
      }
      try pushGlobal(module: module, name: name)
    case UInt8(ascii: "R"), 0x81:  // REDUCE, NEWOBJ
      let call = try pop(2)
      guard case .global(let global) = call[0], let arguments = tuple(call[1]) else {
        throw failure("function and arguments")
      }
      stack.append(try value(of: global, arguments))
    case UInt8(ascii: "b"): _ = try pop()  // BUILD: attributes of a dictionary or a tensor
    case UInt8(ascii: "Q"): push(.storage(try storage(try pop())))
    default: throw .forbiddenInstruction(code, offset: instruction)
    }
  }

  // MARK: Stack

  private mutating func push(_ object: PickleObject) {
    stack.append(.object(objects.count))
    objects.append(object)
  }

  private mutating func pop() throws(PyTorchFileError.Problem) -> PickleValue {
    try pop(1)[0]
  }

  /// The last values, which must lie above the last mark.
  private mutating func pop(_ count: Int) throws(PyTorchFileError.Problem) -> [PickleValue] {
    guard stack.count - (marks.last ?? 0) >= count else { throw failure("value") }
    let values = Array(stack.suffix(count))
    stack.removeLast(count)
    return values
  }

  private mutating func popToMark() throws(PyTorchFileError.Problem) -> [PickleValue] {
    guard let mark = marks.popLast(), mark <= stack.count else { throw failure("mark") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  /// Adds to the list that is last on the stack.
  private mutating func append(_ values: [PickleValue]) throws(PyTorchFileError.Problem) {
    guard let index = stack.last?.object else { throw failure("list") }
    switch objects[index] {
    case .list(var list):
      // Moved out and back, so that a long list is not copied for each of its elements.
      objects[index] = .opaque
      list += values
      objects[index] = .list(list)
    case .opaque: break
    default: throw failure("list")
    }
  }

  /// Adds keys and values to the dictionary that is last on the stack.
  private mutating func set(_ values: [PickleValue]) throws(PyTorchFileError.Problem) {
    guard values.count.isMultiple(of: 2), let index = stack.last?.object,
      case .dictionary(var entries) = objects[index]
    else { throw failure("dictionary") }
    objects[index] = .opaque
    for place in stride(from: 0, to: values.count, by: 2) {
      entries.append((values[place], values[place + 1]))
    }
    objects[index] = .dictionary(entries)
  }

  private mutating func remember(_ index: Int) throws(PyTorchFileError.Problem) {
    guard let last = stack.last else { throw failure("value") }
    memo[index] = last
  }

  private mutating func recall(_ index: Int) throws(PyTorchFileError.Problem) {
    guard let value = memo[index] else { throw failure("value that was remembered") }
    stack.append(value)
  }

  // MARK: Bytes

  private mutating func number<Number: FixedWidthInteger & BitwiseCopyable>(
    _ what: String, _ type: Number.Type = Number.self
  ) throws(PyTorchFileError.Problem) -> Number {
    guard let number = region.number(at: position, as: type) else { throw failure(what) }
    position += MemoryLayout<Number>.size
    return number
  }

  private mutating func bytes(_ count: Int) throws(PyTorchFileError.Problem) -> ByteRegion {
    guard count <= Self.largestPickle, let part = region.part(position, count: count) else {
      throw failure("\(count) bytes")
    }
    position += count
    return part
  }

  private mutating func pushText(_ count: Int) throws(PyTorchFileError.Problem) {
    stack.append(.text(String(decoding: try bytes(count).bytes, as: UTF8.self)))
  }

  private mutating func pushBytes(_ count: Int) throws(PyTorchFileError.Problem) {
    _ = try bytes(count)
    stack.append(.bytes)
  }

  private mutating func largeInteger(_ count: Int) throws(PyTorchFileError.Problem) -> PickleValue {
    let bytes = Array(try bytes(count).bytes)
    guard count <= 8 else { return .largeInteger(bytes) }
    let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
    var bits: UInt64 = isNegative ? .max : 0
    for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
    return .integer(Int(truncatingIfNeeded: bits))
  }

  /// Text up to the end of the line.
  private mutating func line() throws(PyTorchFileError.Problem) -> String {
    let longest = 1000
    let bytes = region.bytes
    let start = position
    while position < bytes.count, position - start <= longest {
      defer { position += 1 }
      if bytes[position] == UInt8(ascii: "\n") {
        return String(decoding: bytes[start..<position], as: UTF8.self)
      }
    }
    throw failure("name of at most \(longest) bytes")
  }

  private func failure(_ expected: String) -> PyTorchFileError.Problem {
    .damagedPickle(expected, offset: position)
  }
}

// MARK: Values

extension PickleReader {
  private mutating func pushGlobal(
    module: String, name: String
  ) throws(PyTorchFileError.Problem) {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw .forbiddenGlobal("\(module).\(name)")
    }
    stack.append(.global(global))
  }

  private func tuple(_ value: PickleValue) -> [PickleValue]? {
    guard let index = value.object, case .tuple(let values) = objects[index] else { return nil }
    return values
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard let values = tuple(value) else { return nil }
    let integers = values.compactMap(\.integer)
    return integers.count == values.count ? integers : nil
  }

  /// What a function that we know makes of its arguments.
  private mutating func value(
    of global: PickleGlobal, _ arguments: [PickleValue]
  ) throws(PyTorchFileError.Problem) -> PickleValue {
    switch global {
    case .orderedDictionary:
      push(.dictionary(try pairs(arguments.first)))
    case .rebuildTensor:
      push(.tensor(try tensor(arguments, element: nil)))
    case .rebuildTensorOfType:
      guard arguments.count >= 7, case .global(.elementType(let element)) = arguments[6] else {
        throw failure("element type")
      }
      guard let element else { throw .elementType("that PyTorch alone knows") }
      push(.tensor(try tensor(arguments, element: element)))
    case .rebuildParameter:
      guard let tensor = arguments.first else { throw failure("parameter") }
      return tensor
    case .rebuildFromType:
      // A function, a class, the function's arguments, attributes.
      guard arguments.count == 4, case .global(let function) = arguments[0],
        function == .rebuildTensor || function == .rebuildTensorOfType
          || function == .rebuildParameter, let inner = tuple(arguments[2])
      else { throw failure("function that makes a tensor") }
      return try value(of: function, inner)
    case .size:
      guard arguments.count == 1 else { throw failure("size") }
      return arguments[0]
    case .storage, .elementType: throw failure("function")
    case .opaque: push(.opaque)
    }
    return try pop()
  }

  /// The pairs that Python 2 makes an ordered dictionary of.
  private func pairs(
    _ list: PickleValue?
  ) throws(PyTorchFileError.Problem) -> [(key: PickleValue, value: PickleValue)] {
    guard let list else { return [] }
    guard let index = list.object, case .list(let items) = objects[index] else {
      throw failure("list of pairs")
    }
    var pairs: [(key: PickleValue, value: PickleValue)] = []
    for item in items {
      let values: [PickleValue]
      if let index = item.object, case .list(let list) = objects[index] {
        values = list
      } else {
        values = tuple(item) ?? []
      }
      guard values.count == 2 else { throw failure("pair") }
      pairs.append((values[0], values[1]))
    }
    return pairs
  }

  /// A storage, which a pickle names by `('storage', type, key, place, count)`.
  private func storage(_ name: PickleValue) throws(PyTorchFileError.Problem) -> PickledStorage {
    guard let parts = tuple(name), parts.count >= 5, parts[0].text == "storage",
      let key = parts[2].text, let count = parts[4].integer, count >= 0
    else { throw failure("storage") }
    guard case .global(.storage(let element)) = parts[1] else { throw failure("type of storage") }
    if parts.count > 5 {
      guard case .none = parts[5] else { throw failure("storage that is no view of another") }
    }
    return PickledStorage(element: element, key: key, count: count)
  }

  /// A tensor of `(storage, offset, size, stride, …)`.
  private func tensor(
    _ arguments: [PickleValue], element: StoredElement?
  ) throws(PyTorchFileError.Problem) -> PickledTensor {
    guard arguments.count >= 4, let index = arguments[0].object,
      case .storage(let storage) = objects[index], let offset = arguments[1].integer,
      let shape = integers(arguments[2]), let strides = integers(arguments[3]),
      shape.count <= SafetensorsHeaderParser.largestRank
    else { throw failure("storage, offset, size and strides") }
    return PickledTensor(
      storage: storage, element: element ?? storage.element ?? .uint8, offset: offset,
      shape: shape, strides: strides)
  }
}
