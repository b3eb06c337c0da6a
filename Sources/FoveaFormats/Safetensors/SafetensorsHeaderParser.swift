import FoveaTensors

/// Reads a safetensors header: JSON, but only the objects that the format knows.
///
/// Being made for one grammar it needs no recursion, keeps the order of names, and sees duplicates,
/// which `JSONDecoder` would merge in silence.
struct SafetensorsHeaderParser {
  private let bytes: [UInt8]
  private let file: String
  private var position = 0
  /// The tensor or metadata entry that is being read, for the error.
  private var name: String?

  /// The most axes that a tensor may have, as in PyTorch.
  static let largestRank = 64

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  mutating func parse() throws(SafetensorsError) -> SafetensorsHeader {
    var header = SafetensorsHeader()
    var hasMetadata = false
    try readObject { (parser, name) throws(SafetensorsError) in
      parser.name = name
      if name == "__metadata__" {
        guard !hasMetadata else { throw parser.failure(.duplicateName) }
        hasMetadata = true
        header.metadata = try parser.readMetadata()
      } else {
        guard header.entries[name] == nil else { throw parser.failure(.duplicateName) }
        header.entries[name] = try parser.readEntry()
      }
      parser.name = nil
    }
    skipSpace()
    guard position == bytes.count else { throw syntax("spaces only after the header") }
    return header
  }

  private mutating func readMetadata() throws(SafetensorsError) -> [String: String] {
    var metadata: [String: String] = [:]
    try readObject { (parser, key) throws(SafetensorsError) in
      parser.name = key
      guard metadata[key] == nil else { throw parser.failure(.duplicateName) }
      metadata[key] = try parser.readString()
    }
    return metadata
  }

  private mutating func readEntry() throws(SafetensorsError) -> SafetensorsHeader.Entry {
    var (elementName, dimensions, offsets): (String?, [Int]?, [Int]?)
    try readObject { (parser, field) throws(SafetensorsError) in
      switch field {
      case "dtype" where elementName == nil: elementName = try parser.readString()
      case "shape" where dimensions == nil:
        dimensions = try parser.readNumbers(atMost: Self.largestRank)
      case "data_offsets" where offsets == nil: offsets = try parser.readNumbers(atMost: 2)
      default: throw parser.syntax("dtype, shape and data_offsets, each once,")
      }
    }
    guard let elementName else { throw failure(.missingField("dtype")) }
    guard let dimensions else { throw failure(.missingField("shape")) }
    guard let offsets, offsets.count == 2, offsets[0] <= offsets[1] else {
      throw failure(.missingField("data_offsets with a begin and an end after it"))
    }
    guard let element = SafetensorsElement(rawValue: elementName) else {
      throw failure(.unknownElementType(elementName))
    }
    guard let shape = Shape(checking: dimensions) else { throw failure(.shape(dimensions)) }
    let needed = shape.elementCount * element.byteCount
    guard offsets[1] - offsets[0] == needed else {
      throw failure(.byteCount(stated: offsets[1] - offsets[0], needed: needed))
    }
    return .init(element: element, shape: shape, range: offsets[0]..<offsets[1])
  }

  // MARK: JSON

  private mutating func readObject(
    _ readMember: (inout Self, _ key: String) throws(SafetensorsError) -> Void
  ) throws(SafetensorsError) {
    guard take("{") else { throw syntax("{") }
    skipSpace()
    if take("}") { return }
    repeat {
      skipSpace()
      let key = try readString()
      skipSpace()
      guard take(":") else { throw syntax(":") }
      skipSpace()
      try readMember(&self, key)
      skipSpace()
    } while take(",")
    guard take("}") else { throw syntax(", or }") }
  }

  private mutating func readNumbers(atMost limit: Int) throws(SafetensorsError) -> [Int] {
    var numbers: [Int] = []
    guard take("[") else { throw syntax("[") }
    skipSpace()
    if take("]") { return numbers }
    repeat {
      guard numbers.count < limit else { throw syntax("at most \(limit) numbers") }
      skipSpace()
      numbers.append(try readNumber())
      skipSpace()
    } while take(",")
    guard take("]") else { throw syntax(", or ]") }
    return numbers
  }

  private mutating func readNumber() throws(SafetensorsError) -> Int {
    let start = position
    var value = 0
    while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10
    {
      let (tens, tooLarge) = value.multipliedReportingOverflow(by: 10)
      let (next, overflow) = tens.addingReportingOverflow(Int(digit))
      guard !tooLarge, !overflow else { throw syntax("a number below 2^63") }
      value = next
      position += 1
    }
    let hasLeadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
    guard position > start, !hasLeadingZero else { throw syntax("a whole number, 0 or more,") }
    return value
  }

  private mutating func readString() throws(SafetensorsError) -> String {
    guard take("\"") else { throw syntax("a string") }
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let string = String(validating: text, as: UTF8.self) else {
          throw syntax("UTF-8 in the string that ends")
        }
        return string
      case UInt8(ascii: "\\"): text.append(contentsOf: try readEscape())
      case 0..<0x20: throw syntax("no control character before what stands")
      default: text.append(byte)
      }
    }
    throw syntax("the end of a string")
  }

  private mutating func readEscape() throws(SafetensorsError) -> [UInt8] {
    let escapes: KeyValuePairs<Unicode.Scalar, UInt8> = [
      "\"": 0x22, "\\": 0x5c, "/": 0x2f, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9,
    ]
    for (mark, value) in escapes where take(mark) { return [value] }
    guard take("u") else { throw syntax("an escape that JSON knows") }
    var units = [try readCodeUnit()]
    if UTF16.isLeadSurrogate(units[0]) {
      guard take("\\"), take("u") else { throw syntax("the second half of a surrogate pair") }
      units.append(try readCodeUnit())
    }
    guard let character = String(validating: units, as: UTF16.self) else {
      throw syntax("a Unicode character")
    }
    return Array(character.utf8)
  }

  private mutating func readCodeUnit() throws(SafetensorsError) -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw syntax("four hexadecimal digits") }
    position += 4
    return unit
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
      position += 1
    }
  }

  private mutating func take(_ mark: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: mark) else { return false }
    position += 1
    return true
  }

  private func syntax(_ expected: String) -> SafetensorsError {
    failure(.syntax(expected: expected, offset: Safetensors.lengthByteCount + position))
  }

  private func failure(_ problem: SafetensorsError.Problem) -> SafetensorsError {
    SafetensorsError(file: file, tensor: name, problem: problem)
  }
}
