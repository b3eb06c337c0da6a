public import FoveaTensors

/// A tensor of the references: double precision, row-major, `[N, C, H, W]` for images.
public struct ReferenceTensor: Equatable, Sendable {
  /// The extent of each axis.
  public let shape: Shape
  /// The elements, the last axis densest.
  public var values: [Double]

  /// Makes a tensor from as many elements as `shape` has.
  public init(_ shape: Shape, _ values: [Double]) {
    precondition(
      values.count == shape.elementCount,
      "\(shape) has \(shape.elementCount) elements, got \(values.count)")
    self.shape = shape
    self.values = values
  }

  /// Makes a tensor of one number.
  public init(_ shape: Shape, repeating value: Double = 0) {
    self.init(shape, Array(repeating: value, count: shape.elementCount))
  }

  /// Takes over a tensor's elements, whatever their type and order in memory.
  public init(_ tensor: Tensor) {
    let values: [Double]
    switch tensor.elementType {
    case .float32: values = tensor.elements(of: Float.self).map(Double.init)
    case .int32: values = tensor.elements(of: Int32.self).map(Double.init)
    case .uint8: values = tensor.elements(of: UInt8.self).map(Double.init)
    }
    self.init(tensor.shape, values)
  }

  /// The largest magnitude, 0 without elements; a NaN counts as infinite.
  public var scale: Double { values.reduce(0) { max($0, $1.isNaN ? .infinity : abs($1)) } }

  /// The element at `[row, column]` of a matrix.
  public subscript(row: Int, column: Int) -> Double {
    get { values[row * shape[1] + column] }
    set { values[row * shape[1] + column] = newValue }
  }

  /// The element at `[image, channel, y, x]` of an image batch.
  public subscript(image: Int, channel: Int, y: Int, x: Int) -> Double {
    get { values[offset(image, channel, y, x)] }
    set { values[offset(image, channel, y, x)] = newValue }
  }

  private func offset(_ image: Int, _ channel: Int, _ y: Int, _ x: Int) -> Int {
    ((image * shape[1] + channel) * shape[2] + y) * shape[3] + x
  }

  /// The element at `[image, channel, y, x]`, and 0 outside the image.
  func padded(_ image: Int, _ channel: Int, _ y: Int, _ x: Int) -> Double {
    0..<shape[2] ~= y && 0..<shape[3] ~= x ? self[image, channel, y, x] : 0
  }

  /// The element at a place of a tensor that this one is broadcast to, by NumPy's rule.
  public subscript(index: [Int]) -> Double {
    get { values[offset(index)] }
    set { values[offset(index)] = newValue }
  }

  private func offset(_ index: [Int]) -> Int {
    var offset = 0
    for (extent, place) in zip(shape.dimensions, index.suffix(shape.rank)) {
      offset = offset * extent + (extent == 1 ? 0 : place)
    }
    return offset
  }
}

extension Shape {
  /// Calls `body` with the index of each element, in row-major order.
  func forEachIndex(_ body: ([Int]) -> Void) {
    var index = [Int](repeating: 0, count: rank)
    for _ in 0..<elementCount {
      body(index)
      for axis in (0..<rank).reversed() {
        index[axis] += 1
        if index[axis] < self[axis] { break }
        index[axis] = 0
      }
    }
  }
}
