/// A dense array of numbers with a shape: a value, copied on write.
///
/// Indices and `shape` always mean the logical order, `[N, C, H, W]` for images. `order` says how the
/// elements lie in memory; `reordered(_:)` is the only thing that changes it.
public struct Tensor: Sendable {
  /// The extent of each axis, in logical order.
  public let shape: Shape
  /// What the elements are.
  public let elementType: ElementType
  /// How the elements lie in memory.
  public let order: MemoryOrder
  private var storage: TensorStorage

  /// Makes a tensor of zeros.
  public init(
    zeros shape: Shape, of elementType: ElementType = .float32, order: MemoryOrder = .rowMajor
  ) {
    self.shape = shape
    self.elementType = elementType
    self.order = order
    storage = TensorStorage(byteCount: shape.elementCount * elementType.byteCount)
  }

  /// Makes a tensor from elements in row-major order of `shape`; their number must be the shape's.
  public init<Element: TensorElement>(_ shape: Shape, _ elements: some Collection<Element>) {
    precondition(
      elements.count == shape.elementCount,
      "\(shape) has \(shape.elementCount) elements, got \(elements.count)")
    self.init(zeros: shape, of: Element.elementType)
    storage.bytes.withMemoryRebound(to: Element.self) { buffer in
      // Arrays are copied whole; a loop would look up a generic type's functions for each element.
      _ = buffer.update(fromContentsOf: elements)
    }
  }

  /// Makes a tensor whose elements `fill` writes straight into memory, in the order of `order`.
  public init<Element: TensorElement>(
    _ shape: Shape, order: MemoryOrder = .rowMajor, filling: Element.Type,
    _ fill: (UnsafeMutableBufferPointer<Element>) throws -> Void
  ) rethrows {
    self.init(zeros: shape, of: Element.elementType, order: order)
    try withUnsafeMutableElements(of: Element.self, fill)
  }

  /// Makes a row-major tensor of elements that lie in memory which `owner` keeps, such as a mapped file.
  ///
  /// They are copied when the tensor is written to. `elements` holds exactly the shape's.
  public init<Element: TensorElement>(
    _ shape: Shape, borrowing elements: UnsafeBufferPointer<Element>,
    of owner: any AnyObject & Sendable
  ) {
    precondition(
      elements.count == shape.elementCount,
      "\(shape) has \(shape.elementCount) elements, got \(elements.count)")
    self.init(
      shape: shape, elementType: Element.elementType, order: .rowMajor,
      storage: TensorStorage(borrowing: UnsafeRawBufferPointer(elements), of: owner))
  }

  /// Makes a scalar.
  public init(_ value: Float) { self.init(.scalar, [value]) }

  /// The number of elements.
  public var elementCount: Int { shape.elementCount }

  /// The size of all elements in bytes.
  public var byteCount: Int { elementCount * elementType.byteCount }

  /// Reads the memory of the elements, in the order of `order`.
  public func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(rebasing: storage.bytes[..<byteCount]))
  }

  /// Reads the elements in memory, in the order of `order`; `Element` must be the element type.
  public func withUnsafeElements<Element: TensorElement, Result>(
    of type: Element.Type, _ body: (UnsafeBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    precondition(Element.elementType == elementType, "the elements are \(elementType)")
    return try withUnsafeBytes { try body($0.assumingMemoryBound(to: Element.self)) }
  }

  /// Writes the elements in memory, in the order of `order`; `Element` must be the element type.
  public mutating func withUnsafeMutableElements<Element: TensorElement, Result>(
    of type: Element.Type, _ body: (UnsafeMutableBufferPointer<Element>) throws -> Result
  ) rethrows -> Result {
    precondition(Element.elementType == elementType, "the elements are \(elementType)")
    if storage.owner != nil || !isKnownUniquelyReferenced(&storage) {
      storage = TensorStorage(copying: storage)
    }
    let bytes = UnsafeMutableRawBufferPointer(rebasing: storage.bytes[..<byteCount])
    return try body(bytes.assumingMemoryBound(to: Element.self))
  }

  /// The same tensor with its elements laid out in another order.
  ///
  /// - Complexity: O(1) where both orders coincide, else O(`elementCount`).
  public func reordered(_ newOrder: MemoryOrder) -> Tensor {
    if newOrder == order { return self }
    if MemoryOrder.coincide(for: shape) {
      return Tensor(shape: shape, elementType: elementType, order: newOrder, storage: storage)
    }
    var result = Tensor(zeros: shape, of: elementType, order: newOrder)
    switch elementType {
    case .float32: copyElements(to: &result, as: Float.self)
    case .uint8: copyElements(to: &result, as: UInt8.self)
    case .int32: copyElements(to: &result, as: Int32.self)
    }
    return result
  }

  private func copyElements<Element: TensorElement>(to result: inout Tensor, as: Element.Type) {
    let (from, to) = (order.strides(of: shape), result.order.strides(of: shape))
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    withUnsafeElements(of: Element.self) { source in
      result.withUnsafeMutableElements(of: Element.self) { target in
        for image in 0..<shape[0] {
          for row in 0..<height {
            for channel in 0..<channels {
              var read = image * from[0] + channel * from[1] + row * from[2]
              var write = image * to[0] + channel * to[1] + row * to[2]
              for _ in 0..<width {
                target[write] = source[read]
                read += from[3]
                write += to[3]
              }
            }
          }
        }
      }
    }
  }

  /// The elements in row-major order, whatever the order in memory.
  public func elements<Element: TensorElement>(of type: Element.Type) -> [Element] {
    reordered(.rowMajor).withUnsafeElements(of: type) { Array($0) }
  }

  /// The elements of a float32 tensor in row-major order.
  public var floats: [Float] { elements(of: Float.self) }

  /// The element at a logical index, such as `[n, c, y, x]`.
  public subscript<Element: TensorElement>(index: [Int], as type: Element.Type) -> Element {
    precondition(
      index.count == shape.rank && zip(index, shape.dimensions).allSatisfy { 0..<$1 ~= $0 },
      "\(index) is no index into \(shape)")
    let offset = zip(index, order.strides(of: shape)).reduce(0) { $0 + $1.0 * $1.1 }
    return withUnsafeElements(of: type) { $0[offset] }
  }

  /// The same elements, in row-major order, under another shape with as many elements.
  public func reshaped(_ newShape: Shape) -> Tensor {
    precondition(newShape.elementCount == elementCount, "\(newShape) cannot hold \(shape)")
    return Tensor(
      shape: newShape, elementType: elementType, order: .rowMajor,
      storage: reordered(.rowMajor).storage)
  }

  private init(shape: Shape, elementType: ElementType, order: MemoryOrder, storage: TensorStorage) {
    self.shape = shape
    self.elementType = elementType
    self.order = order
    self.storage = storage
  }
}

extension Tensor: Equatable {
  /// Whether shape, element type and every element are the same; order in memory does not matter,
  /// and elements compare by their bits, so a NaN equals itself and 0 differs from -0.
  public static func == (left: Tensor, right: Tensor) -> Bool {
    guard left.shape == right.shape, left.elementType == right.elementType else { return false }
    return left.reordered(.rowMajor).withUnsafeBytes { leftBytes in
      right.reordered(.rowMajor).withUnsafeBytes { leftBytes.elementsEqual($0) }
    }
  }
}
