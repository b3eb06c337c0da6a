import Foundation
import FoveaTensors

/// The element types of a safetensors file that have a counterpart here.
enum StoredType: String {
  case float32 = "F32"
  case float16 = "F16"
  case bfloat16 = "BF16"
  case float64 = "F64"
  case int32 = "I32"
  case int64 = "I64"
  case uint8 = "U8"

  /// A 64-bit integer that 32 bits do not hold.
  struct OutOfRange: Error {
    let value: Int64
  }

  init(_ type: ElementType) {
    switch type {
    case .float32: self = .float32
    case .int32: self = .int32
    case .uint8: self = .uint8
    }
  }

  var byteCount: Int {
    switch self {
    case .uint8: 1
    case .float16, .bfloat16: 2
    case .float32, .int32: 4
    case .float64, .int64: 8
    }
  }

  /// Turns little-endian bytes, as many as `shape` needs, into a tensor.
  func tensor(_ shape: Shape, _ bytes: Data) throws(OutOfRange) -> Tensor {
    switch self {
    case .uint8: return Tensor(shape, bytes)
    case .float32:
      return Self.convert(shape, bytes) { (bits: UInt32) in Float(bitPattern: bits) }
    case .int32:
      return Self.convert(shape, bytes) { (bits: UInt32) in Int32(bitPattern: bits) }
    case .float16: return Self.convert(shape, bytes, Self.single(halfBits:))
    case .bfloat16:
      return Self.convert(shape, bytes) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) }
    case .float64:
      return Self.convert(shape, bytes) { (bits: UInt64) in Float(Double(bitPattern: bits)) }
    case .int64:
      var outside: Int64?
      let tensor = Self.convert(shape, bytes) { (bits: UInt64) -> Int32 in
        let value = Int64(bitPattern: bits)
        if Int32(exactly: value) == nil { outside = value }
        return Int32(truncatingIfNeeded: value)
      }
      if let outside { throw OutOfRange(value: outside) }
      return tensor
    }
  }

  private static func convert<Bits: FixedWidthInteger & BitwiseCopyable, Element: TensorElement>(
    _ shape: Shape, _ bytes: Data, _ element: (Bits) -> Element
  ) -> Tensor {
    Tensor(shape, filling: Element.self) { target in
      bytes.withUnsafeBytes { source in
        for index in target.indices {
          let bits = source.loadUnaligned(
            fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
          target[index] = element(Bits(littleEndian: bits))
        }
      }
    }
  }

  /// Half precision as single, by hand: `Float16` is not there on every platform.
  static func single(halfBits: UInt16) -> Float {
    let sign = UInt32(halfBits & 0x8000) << 16
    let exponent = UInt32(halfBits >> 10) & 0x1f
    let fraction = UInt32(halfBits & 0x3ff)
    switch exponent {
    case 0: return Float(bitPattern: sign | Float(fraction).bitPattern) * 0x1p-24
    case 31: return Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
