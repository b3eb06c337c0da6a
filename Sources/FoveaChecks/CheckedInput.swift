public import FoveaTensors

/// An input that `checkOperation` gives to an operation.
public enum CheckedInput: Sendable {
  /// Random numbers in a range, of which no two are equal and none is near 0, where functions
  /// such as ReLU have no derivative.
  case random(Shape, in: ClosedRange<Float>)
  /// Random int32 numbers from 0 to below a bound, such as labels.
  case indices(Shape, below: Int)
  /// This tensor.
  case tensor(Tensor)

  /// Random numbers between -1 and 1.
  public static func random(_ shape: Shape) -> CheckedInput { .random(shape, in: -1...1) }

  /// The shape.
  public var shape: Shape {
    switch self {
    case .random(let shape, _), .indices(let shape, _): shape
    case .tensor(let tensor): tensor.shape
    }
  }

  /// The elements that a random stream settles.
  func tensor(_ random: RandomStream) -> Tensor {
    switch self {
    case .random(let shape, let range):
      // One number a cell of a grid, each away from the cell's ends, in random order. With an even
      // number of cells, 0 is an end where the range is symmetric.
      let cells = shape.elementCount + shape.elementCount % 2
      let width = (range.upperBound - range.lowerBound) / Float(max(cells, 1))
      let elements = random.permutation(of: cells).prefix(shape.elementCount).enumerated().map {
        index, cell in
        let jitter = 0.25 + 0.5 * random.uniform(at: UInt64(index + cells))
        return range.lowerBound + (Float(cell) + jitter) * width
      }
      return Tensor(shape, elements)
    case .indices(let shape, let bound):
      return Tensor(
        shape,
        (0..<shape.elementCount).map { Int32(random.integer(at: UInt64($0), below: bound)) })
    case .tensor(let tensor): return tensor
    }
  }
}

extension CheckedInput: ExpressibleByArrayLiteral {
  /// Random numbers between -1 and 1, in a shape.
  public init(arrayLiteral elements: Int...) { self = .random(Shape(elements)) }
}
