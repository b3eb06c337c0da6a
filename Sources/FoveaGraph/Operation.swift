public import FoveaTensors

/// A step of a network, as a small value that states all it owes: shapes, cost, window, gradients.
///
/// An operation holds no tensors and runs nothing. How it runs is said by the runtime
/// (`Conv2d+Kernel.swift`), so that analysis needs no kernel.
public protocol Operation: Hashable, Codable, Sendable {
  /// The type's name in files; unique, such as `Conv2d`.
  static var typeName: String { get }

  /// The name that people read; a type with several functions names the one it has.
  var name: String { get }

  /// The shapes of the results.
  ///
  /// - Throws: What does not fit, and the remedy; the graph adds the layer's path.
  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape]

  /// The work of one run on inputs whose shapes `outputShapes` accepts.
  func cost(inputs: [Shape], outputs: [Shape]) -> Cost

  /// How far a result sees along height and width, the last two of four axes, in the inputs that are
  /// activations; variables do not count. A signal of three axes is an image of one row.
  func spatialReach(inputs: [Shape]) -> SpatialReach

  /// Appends the nodes that compute the wanted gradients, and returns them, one an input.
  ///
  /// - Throws: `OperationError.notDifferentiable` where the operation has no such gradient.
  func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]

  /// The element type of the results.
  var outputElementType: ElementType { get }

  /// The element type that input `index` must have.
  func elementType(ofInput index: Int) -> ElementType

  /// Whether the elements of input `index` matter, or its shape alone.
  ///
  /// A gradient often needs the shape of a value whose elements may have been dropped by then.
  func readsElements(ofInput index: Int) -> Bool
}

extension Operation {
  public var name: String { Self.typeName }
  public var outputElementType: ElementType { .float32 }
  public func elementType(ofInput index: Int) -> ElementType { .float32 }
  public func readsElements(ofInput index: Int) -> Bool { true }
  public func spatialReach(inputs: [Shape]) -> SpatialReach { .pointwise }

  /// The work of an operation that does `operationsPerElement` for each element of its first result.
  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: outputs.first?.elementCount ?? 0)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    throw .operation(path: node.path, .notDifferentiable(name))
  }

  /// Throws unless there are as many inputs as the operation takes.
  public func expectInputs(_ range: ClosedRange<Int>, _ inputs: [Shape]) throws(OperationError) {
    guard range.contains(inputs.count) else {
      throw .inputCount(name, expected: range, actual: inputs.count)
    }
  }

  /// Throws unless `shape` is a batch of images with at least one element an image.
  public func expectImages(_ shape: Shape) throws(OperationError) {
    guard shape.rank == 4 else { throw .rank(name, expected: 4, actual: shape) }
    guard shape.elementCount > 0 else { throw .empty(name, actual: shape) }
  }
}

/// How much work a node is.
///
/// One multiply-add is two FLOPs.
public struct Cost: Hashable, Codable, Sendable {
  /// Multiplications that are followed by an addition into a sum, for the whole batch.
  public var multiplyAdds: Int
  /// Additions, comparisons, divisions and function values outside such sums, for the whole batch.
  public var otherOperations: Int

  /// Gathers both counts.
  public init(multiplyAdds: Int = 0, otherOperations: Int = 0) {
    self.multiplyAdds = multiplyAdds
    self.otherOperations = otherOperations
  }

  /// Adds both counts; what passes the largest integer stays there.
  public static func + (left: Cost, right: Cost) -> Cost {
    Cost(
      multiplyAdds: saturatingSum(left.multiplyAdds, right.multiplyAdds),
      otherOperations: saturatingSum(left.otherOperations, right.otherOperations))
  }
}

/// The product of two counts, or the largest integer where that is passed: a file may name any shape.
func saturatingProduct(_ left: Int, _ right: Int) -> Int {
  let (product, overflow) = left.multipliedReportingOverflow(by: right)
  return overflow ? .max : product
}

/// The sum of two counts, or the largest integer where that is passed.
func saturatingSum(_ left: Int, _ right: Int) -> Int {
  let (sum, overflow) = left.addingReportingOverflow(right)
  return overflow ? .max : sum
}

/// Which inputs along height and width one element of a result depends on.
public enum SpatialReach: Hashable, Codable, Sendable {
  /// The same position alone.
  case pointwise
  /// The pixels under a window.
  case windows(rows: Window, columns: Window)
  /// The pixels whose own windows, laid over the result, contain the position: a transposed convolution.
  case transposedWindows(rows: Window, columns: Window)
  /// The pixels of a cell; cell `i` of `n` covers `⌊i·H/n⌋ ..< ⌈(i+1)·H/n⌉`.
  case cells(height: Int, width: Int)
  /// The position this far down and to the right.
  case offset(rows: Int, columns: Int)
  /// Every pixel.
  case global
  /// One pixel that the place in the result does not tell: the grid is laid out as a row.
  case flattened
  /// A range that none of these describes; or an operation on weights.
  case undefined
}

extension Operation {
  /// Whether a run is given the value, or finds it: an input or a variable.
  public var isSource: Bool { self is Input || self is Variable }
}
