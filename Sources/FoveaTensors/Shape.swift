/// The extents of a tensor's axes, outermost first; an image batch is `[N, C, H, W]`.
///
/// A scalar has no axes and one element. An axis may be empty.
public struct Shape: Hashable, Sendable {
  /// The extent of each axis, in elements; none is negative.
  public let dimensions: [Int]

  /// The most elements that a shape may have: far past any memory, and safe to multiply by a size.
  public static let largestElementCount = 1 << 48

  /// Makes a shape from extents that are known to be good; use `init(checking:)` for a file's.
  public init(_ dimensions: [Int]) {
    precondition(Self.isValid(dimensions), "a shape's extents must be 0 or more, got \(dimensions)")
    self.dimensions = dimensions
  }

  /// Makes a shape from extents that come from outside, or `nil` where one of them is negative or
  /// their product passes `largestElementCount`.
  public init?(checking dimensions: [Int]) {
    guard Self.isValid(dimensions) else { return nil }
    self.dimensions = dimensions
  }

  private static func isValid(_ dimensions: [Int]) -> Bool {
    var product = 1
    for extent in dimensions {
      // An empty axis must not hide an overflow of the others, so it counts as one here.
      let (next, overflow) = product.multipliedReportingOverflow(by: max(extent, 1))
      guard extent >= 0, !overflow, next <= largestElementCount else { return false }
      product = next
    }
    return true
  }

  /// The number of axes.
  public var rank: Int { dimensions.count }

  /// The product of all extents; 1 for a scalar.
  public var elementCount: Int { dimensions.reduce(1, *) }

  /// The extent of one axis.
  public subscript(axis: Int) -> Int { dimensions[axis] }

  /// An axis counted from the first, where a negative one counts from the last.
  public func fromFirst(_ axis: Int) -> Int { axis < 0 ? axis + rank : axis }

  /// This shape with the extent of `axis` replaced.
  public func replacing(_ axis: Int, with extent: Int) -> Shape {
    var result = dimensions
    result[axis] = extent
    return Shape(result)
  }

  /// The scalar shape.
  public static let scalar = Shape([])

  /// Distances between neighbours along each axis in row-major order, in elements.
  public var rowMajorStrides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    return strides
  }
}

extension Shape: ExpressibleByArrayLiteral {
  public init(arrayLiteral elements: Int...) { self.init(elements) }
}

extension Shape: CustomStringConvertible {
  public var description: String {
    "[" + dimensions.map(String.init).joined(separator: ", ") + "]"
  }
}

extension Shape: Codable {
  public init(from decoder: any Decoder) throws {
    let dimensions = try [Int](from: decoder)
    guard let shape = Shape(checking: dimensions) else {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath,
          debugDescription: "\(dimensions) is no shape: extents must be 0 or more and their "
            + "product at most 2^48"))
    }
    self = shape
  }

  public func encode(to encoder: any Encoder) throws { try dimensions.encode(to: encoder) }
}
