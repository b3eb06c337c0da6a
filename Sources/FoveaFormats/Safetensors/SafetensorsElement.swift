import FoveaTensors

/// The element types that we read from a safetensors file, by the names that stand in it.
enum SafetensorsElement: String {
  case float64 = "F64"
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case int64 = "I64"
  case int32 = "I32"
  case uint8 = "U8"

  /// The type that stands for one of ours when writing.
  init(_ elementType: ElementType) {
    switch elementType {
    case .float32: self = .float32
    case .int32: self = .int32
    case .uint8: self = .uint8
    }
  }

  /// The size of one element in the file, in bytes.
  var byteCount: Int {
    switch self {
    case .float64, .int64: 8
    case .float32, .int32: 4
    case .float16, .bfloat16: 2
    case .uint8: 1
    }
  }

  /// What the elements become in memory.
  var elementType: ElementType {
    switch self {
    case .float64, .float32, .float16, .bfloat16: .float32
    case .int64, .int32: .int32
    case .uint8: .uint8
    }
  }

  /// Turns bytes of the file into a tensor.
  ///
  /// Narrowing float64 rounds to the nearest float32. `bytes` holds exactly the shape's elements.
  func tensor(
    _ shape: Shape, from bytes: UnsafeRawBufferPointer
  ) throws(SafetensorsError.Problem) -> Tensor {
    switch self {
    case .float32, .int32, .uint8:
      return copy(shape, bytes)
    case .float16:
      return try convert(shape, bytes) { (bits: UInt16) in Self.float(halfBits: bits) }
    case .bfloat16:
      return try convert(shape, bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float64:
      return try convert(shape, bytes) { (bits: UInt64) throws(SafetensorsError.Problem) in
        let value = Double(bitPattern: bits)
        let narrow = Float(value)
        guard narrow.isFinite || !value.isFinite else {
          throw .valueOutOfRange("\(value)", target: .float32)
        }
        return narrow
      }
    case .int64:
      return try convert(shape, bytes) { (bits: UInt64) throws(SafetensorsError.Problem) in
        let value = Int64(bitPattern: bits)
        guard let narrow = Int32(exactly: value) else {
          throw .valueOutOfRange("\(value)", target: .int32)
        }
        return narrow
      }
    }
  }

  private func copy(_ shape: Shape, _ bytes: UnsafeRawBufferPointer) -> Tensor {
    func filled<Element: TensorElement>(_: Element.Type) -> Tensor {
      Tensor(shape, filling: Element.self) {
        UnsafeMutableRawBufferPointer($0).copyMemory(from: bytes)
      }
    }
    return switch elementType {
    case .float32: filled(Float.self)
    case .int32: filled(Int32.self)
    case .uint8: filled(UInt8.self)
    }
  }

  private func convert<Stored: FixedWidthInteger & BitwiseCopyable, Element: TensorElement>(
    _ shape: Shape, _ bytes: UnsafeRawBufferPointer,
    _ transform: (Stored) throws(SafetensorsError.Problem) -> Element
  ) throws(SafetensorsError.Problem) -> Tensor {
    var problem: SafetensorsError.Problem?
    let tensor = Tensor(shape, filling: Element.self) { elements in
      do throws(SafetensorsError.Problem) {
        for index in elements.indices {
          let stored = bytes.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Stored>.size, as: Stored.self)
          elements[index] = try transform(Stored(littleEndian: stored))
        }
      } catch {
        problem = error
      }
    }
    if let problem { throw problem }
    return tensor
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

extension SafetensorsError.Problem: Error {}
