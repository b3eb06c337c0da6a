import FoveaArchives
import FoveaTensors

/// The header of a `.npy` file: a Python dictionary with three keys.
struct NumPyHeader {
  let element: StoredElement
  let isBigEndian: Bool
  let isFortranOrder: Bool
  let shape: Shape
  /// Where the elements begin in the file.
  let dataStart: Int

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  private static let longest = 1 << 16
  private static let largestRank = 64

  init(_ region: ByteRegion) throws(NumPyError.Problem) {
    guard region.has(Self.magic), let version: UInt8 = region.number(at: 6) else {
      throw .notNumPy
    }
    let (length, start): (Int, Int)
    switch version {
    case 1: (length, start) = (region.number(at: 8, as: UInt16.self).map(Int.init) ?? .max, 10)
    case 2, 3: (length, start) = (region.number(at: 8, as: UInt32.self).map(Int.init) ?? .max, 12)
    default: throw .version(Int(version))
    }
    guard length <= Self.longest, let text = region.part(start, count: length) else {
      throw .headerLength(length)
    }
    dataStart = start + length

    var parser = Parser(bytes: Array(text.bytes))
    var (descriptor, order, dimensions): (String?, Bool?, [Int]?)
    try parser.expect("{")
    while !parser.take("}") {
      let key = try parser.string()
      try parser.expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try parser.string()
      case "fortran_order" where order == nil: order = try parser.boolean()
      case "shape" where dimensions == nil:
        dimensions = try parser.numbers(atMost: Self.largestRank)
      default: throw parser.failure("descr, fortran_order and shape, each once")
      }
      if !parser.take(",") {
        try parser.expect("}")
        break
      }
    }
    try parser.expectEnd()
    guard let descriptor, let order, let dimensions else {
      throw parser.failure("descr, fortran_order and shape")
    }
    guard let shape = Shape(checking: dimensions) else { throw .shape(dimensions) }
    guard let element = Self.elements[String(descriptor.dropFirst())],
      let mark = descriptor.first, "<>|=".contains(mark)
    else { throw .elementType(descriptor) }
    self.element = element
    isBigEndian = mark == ">"
    isFortranOrder = order
    self.shape = shape
  }

  private static let elements: [String: StoredElement] = [
    "f4": .float32, "f8": .float64, "f2": .float16, "i8": .int64, "i4": .int32, "i2": .int16,
    "i1": .int8, "u8": .uint64, "u4": .uint32, "u2": .uint16, "u1": .uint8, "b1": .bool,
  ]

  /// Reads the few forms of Python that a header has.
  private struct Parser {
    let bytes: [UInt8]
    var position = 0

    func failure(_ expected: String) -> NumPyError.Problem {
      .header(expected: expected, offset: position)
    }

    private mutating func skipSpace() {
      while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) {
        position += 1
      }
    }

    mutating func take(_ text: String) -> Bool {
      skipSpace()
      guard bytes[position...].starts(with: text.utf8) else { return false }
      position += text.utf8.count
      return true
    }

    mutating func expect(_ text: String) throws(NumPyError.Problem) {
      guard take(text) else { throw failure(text) }
    }

    mutating func expectEnd() throws(NumPyError.Problem) {
      skipSpace()
      guard position == bytes.count else { throw failure("the header's end") }
    }

    mutating func string() throws(NumPyError.Problem) -> String {
      let quote: UInt8 = take("'") ? UInt8(ascii: "'") : UInt8(ascii: "\"")
      if quote == UInt8(ascii: "\"") { try expect("\"") }
      guard let end = bytes[position...].firstIndex(of: quote) else {
        throw failure("the end of a string")
      }
      defer { position = end + 1 }
      return String(decoding: bytes[position..<end], as: UTF8.self)
    }

    mutating func boolean() throws(NumPyError.Problem) -> Bool {
      if take("True") { return true }
      try expect("False")
      return false
    }

    mutating func numbers(atMost limit: Int) throws(NumPyError.Problem) -> [Int] {
      var numbers: [Int] = []
      try expect("(")
      while !take(")") {
        guard numbers.count < limit else { throw failure("at most \(limit) numbers") }
        skipSpace()
        let digits = bytes[position...].prefix { $0 >= 0x30 && $0 <= 0x39 }
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
          throw failure("a whole number, 0 or more")
        }
        position = digits.endIndex
        numbers.append(number)
        if !take(",") {
          try expect(")")
          break
        }
      }
      return numbers
    }
  }
}
