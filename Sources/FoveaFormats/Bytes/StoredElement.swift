import FoveaArchives
import FoveaTensors

/// What the elements of a file can be, whatever its format calls them.
///
/// In memory fractions become float32, whole numbers int32, bytes and truth values uint8.
enum StoredElement: Hashable, Sendable {
  case float64, float32, float16, bfloat16
  case int64, int32, int16, int8
  case uint64, uint32, uint16, uint8
  case bool

  /// The size of one element in the file, in bytes.
  var byteCount: Int {
    switch self {
    case .float64, .int64, .uint64: 8
    case .float32, .int32, .uint32: 4
    case .float16, .bfloat16, .int16, .uint16: 2
    case .int8, .uint8, .bool: 1
    }
  }

  /// What the elements become in memory.
  var elementType: ElementType {
    switch self {
    case .float64, .float32, .float16, .bfloat16: .float32
    case .int64, .int32, .int16, .int8, .uint64, .uint32, .uint16: .int32
    case .uint8, .bool: .uint8
    }
  }

  /// The value of IEEE 754 half precision bits, by hand because Intel Macs have no `Float16`.
  static func float(halfBits bits: UInt16) -> Float {
    let (exponent, fraction) = (Int(bits >> 10 & 0x1f), UInt32(bits & 0x3ff))
    let magnitude: Float =
      switch exponent {
      case 0: Float(fraction) * 0x1p-24
      case 0x1f: Float(bitPattern: 0x7f80_0000 | fraction << 13)
      default: Float(bitPattern: UInt32(exponent + 112) << 23 | fraction << 13)
      }
    return bits >> 15 == 0 ? magnitude : -magnitude
  }
}

/// A number that the type in memory does not hold.
struct StoredElementError: Error, Hashable {
  let value: String
  let target: ElementType
}

/// Elements of a file that make a tensor: what they are, and where each of them lies.
struct StoredTensor {
  let element: StoredElement
  let shape: Shape
  /// Distances between neighbours along each axis, in elements.
  let strides: [Int]
  /// The bytes, the first element's first.
  let region: ByteRegion
  var isBigEndian = false

  /// Describes elements in row-major order; `nil` where `region` has not exactly as many.
  init?(rowMajor shape: Shape, of element: StoredElement, in region: ByteRegion) {
    guard region.count == shape.elementCount * element.byteCount else { return nil }
    self.element = element
    self.shape = shape
    strides = shape.rowMajorStrides
    self.region = region
  }

  /// Describes elements at any distances from each other.
  ///
  /// - Parameters:
  ///   - offset: The place of the first element in `region`, in elements.
  ///   - region: What all of them must lie in; `nil` comes back where one does not.
  init?(
    _ shape: Shape, strides: [Int], offset: Int, of element: StoredElement, in region: ByteRegion
  ) {
    guard strides.count == shape.rank, offset >= 0 else { return nil }
    // The farthest element, counted with care since all numbers come from a file.
    var last = offset
    if shape.elementCount > 0 {
      for (extent, stride) in zip(shape.dimensions, strides) {
        let (way, wayOverflow) = (extent - 1).multipliedReportingOverflow(by: stride)
        let (sum, sumOverflow) = last.addingReportingOverflow(way)
        guard stride >= 0, !wayOverflow, !sumOverflow else { return nil }
        last = sum
      }
      last += 1
    }
    let (bytes, overflow) = last.multipliedReportingOverflow(by: element.byteCount)
    guard !overflow, bytes <= region.count,
      let rest = region.part(offset * element.byteCount, count: bytes - offset * element.byteCount)
    else { return nil }
    self.element = element
    self.shape = shape
    self.strides = strides
    self.region = rest
  }

  /// The bytes of the tensor in memory.
  var byteCount: Int { shape.elementCount * element.elementType.byteCount }

  private var isRowMajor: Bool {
    shape.elementCount == 0
      || zip(shape.dimensions, zip(strides, shape.rowMajorStrides))
        .allSatisfy { $0 == 1 || $1.0 == $1.1 }
  }

  /// Makes the tensor; it lies in the file's own bytes where those are what memory is to hold.
  func tensor() throws(StoredElementError) -> Tensor {
    switch element {
    case .float32: return try same(Float.self, bits: UInt32.self) { Float(bitPattern: $0) }
    case .int32: return try same(Int32.self, bits: UInt32.self) { Int32(bitPattern: $0) }
    case .uint8: return try same(UInt8.self, bits: UInt8.self) { $0 }
    case .bool: return try gathered { (bits: UInt8) in bits == 0 ? 0 as UInt8 : 1 }
    case .float16: return try gathered { StoredElement.float(halfBits: $0) }
    case .bfloat16:
      return try gathered { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float64:
      return try gathered { (bits: UInt64) throws(StoredElementError) in
        let value = Double(bitPattern: bits)
        let narrow = Float(value)
        guard narrow.isFinite || !value.isFinite else {
          throw StoredElementError(value: "\(value)", target: .float32)
        }
        return narrow
      }
    case .int16: return try gathered { (bits: UInt16) in Int32(Int16(bitPattern: bits)) }
    case .int8: return try gathered { (bits: UInt8) in Int32(Int8(bitPattern: bits)) }
    case .uint16: return try gathered { (bits: UInt16) in Int32(bits) }
    case .int64:
      return try gathered { (bits: UInt64) throws(StoredElementError) in
        try Self.narrow(Int64(bitPattern: bits))
      }
    case .uint32:
      return try gathered { (bits: UInt32) throws(StoredElementError) in try Self.narrow(bits) }
    case .uint64:
      return try gathered { (bits: UInt64) throws(StoredElementError) in try Self.narrow(bits) }
    }
  }

  private static func narrow(_ value: some BinaryInteger) throws(StoredElementError) -> Int32 {
    guard let narrow = Int32(exactly: value) else {
      throw StoredElementError(value: "\(value)", target: .int32)
    }
    return narrow
  }

  /// A tensor of elements that files and memory have alike.
  private func same<Element: TensorElement, Bits: FixedWidthInteger & BitwiseCopyable>(
    _ type: Element.Type, bits: Bits.Type, _ transform: (Bits) throws(StoredElementError) -> Element
  ) throws(StoredElementError) -> Tensor {
    guard isRowMajor, !isBigEndian || element.byteCount == 1 else {
      return try gathered(transform)
    }
    let bytes = UnsafeRawBufferPointer(rebasing: region.bytes[..<byteCount])
    let address = bytes.baseAddress.map { Int(bitPattern: $0) } ?? 0
    guard byteCount > 0, address % MemoryLayout<Element>.alignment == 0 else {
      return Tensor(shape, filling: Element.self) {
        UnsafeMutableRawBufferPointer($0).copyMemory(from: bytes)
      }
    }
    return Tensor(
      shape, borrowing: bytes.assumingMemoryBound(to: Element.self), of: region.file)
  }

  private func gathered<Bits: FixedWidthInteger & BitwiseCopyable, Element: TensorElement>(
    _ transform: (Bits) throws(StoredElementError) -> Element
  ) throws(StoredElementError) -> Tensor {
    var problem: StoredElementError?
    let bytes = region.bytes
    let (row, step) = (shape.dimensions.last ?? 1, (strides.last ?? 0) * element.byteCount)
    let tensor = Tensor(shape, filling: Element.self) { elements in
      // The index of a row, without the last axis, counted up like the digits of an odometer.
      var index = [Int](repeating: 0, count: max(shape.rank - 1, 0))
      var (start, written) = (0, 0)
      do throws(StoredElementError) {
        while written < elements.count {
          for place in 0..<row {
            let bits = bytes.loadUnaligned(fromByteOffset: start + place * step, as: Bits.self)
            elements[written] = try transform(
              isBigEndian ? Bits(bigEndian: bits) : Bits(littleEndian: bits))
            written += 1
          }
          for axis in index.indices.reversed() {
            index[axis] += 1
            start += strides[axis] * element.byteCount
            if index[axis] < shape[axis] { break }
            start -= index[axis] * strides[axis] * element.byteCount
            index[axis] = 0
          }
        }
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return tensor
  }
}
