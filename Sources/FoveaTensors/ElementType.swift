/// What a tensor's elements are.
public enum ElementType: String, Hashable, Codable, Sendable, CaseIterable {
  /// IEEE 754 single precision: weights, activations, gradients.
  case float32
  /// Bytes: images as they come from a file, 0 to 255.
  case uint8
  /// Signed 32-bit integers: class indices.
  case int32

  /// The size of one element in bytes.
  public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .uint8: 1
    }
  }
}

/// A Swift type that can be a tensor's element.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// The element type that this Swift type stands for.
  static var elementType: ElementType { get }
}

extension Float: TensorElement {
  public static var elementType: ElementType { .float32 }
}

extension UInt8: TensorElement {
  public static var elementType: ElementType { .uint8 }
}

extension Int32: TensorElement {
  public static var elementType: ElementType { .int32 }
}
