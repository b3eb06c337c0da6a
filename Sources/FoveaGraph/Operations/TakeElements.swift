public import FoveaTensors

/// Elements of the last axes at places that a constant table names, for all that comes before them.
///
/// `[…, source] → […, result]`: element `i` of the result is element `places[i]` of the source, both counted in
/// row-major order, or 0 where the place is -1. It turns, flips, repeats and cuts out; the elements of a kernel,
/// for example, are turned by a quarter by it.
public struct TakeElements: Operation {
  public static let typeName = "TakeElements"
  /// The most places that a table may have.
  public static let largestTable = 1 << 24

  /// The last axes of what is given.
  public let source: Shape
  /// The last axes of what comes of it.
  public let result: Shape
  /// For each element of the result, the element of the source, or -1.
  public let places: [Int32]
  /// Whether the operation is its own gradient: `[…, result] → […, source]`, the sum over an element's uses.
  public let isTransposed: Bool

  /// Makes the operation.
  ///
  /// - Throws: `OperationError.setting` where the table has another length than the result, or names a place that the
  ///   source does not have; `tooLarge` past `largestTable`.
  public init(
    from source: Shape, to result: Shape, places: [Int32]
  ) throws(OperationError) {
    try self.init(from: source, to: result, places: places, isTransposed: false)
  }

  init(
    from source: Shape, to result: Shape, places: [Int32], isTransposed: Bool
  ) throws(OperationError) {
    let count = source.elementCount
    guard count > 0 else { throw .empty(Self.typeName, actual: source) }
    guard result.elementCount > 0 else { throw .empty(Self.typeName, actual: result) }
    guard max(count, places.count) <= Self.largestTable else { throw .tooLarge(Self.typeName) }
    guard places.count == result.elementCount else {
      throw .setting(
        Self.typeName, name: "number of places", value: "\(places.count)",
        allowed: "\(result.elementCount), one for each element of \(result)")
    }
    guard let wrong = places.first(where: { $0 < -1 || $0 >= count }) else {
      self.source = source
      self.result = result
      self.places = places
      self.isTransposed = isTransposed
      return
    }
    throw .setting(
      Self.typeName, name: "place", value: "\(wrong)", allowed: "-1 to \(count - 1), of \(source)")
  }

  /// The operation that takes a gradient back.
  private init(transposing other: TakeElements) {
    source = other.source
    result = other.result
    places = other.places
    isTransposed = !other.isTransposed
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    let (from, to) = isTransposed ? (result, source) : (source, result)
    let leading = inputs[0].dimensions.dropLast(from.rank)
    guard inputs[0].rank >= from.rank,
      inputs[0].dimensions.suffix(from.rank).elementsEqual(from.dimensions)
    else { throw .shape(name, input: "last axes", expected: from, actual: inputs[0]) }
    guard let output = Shape(checking: leading + to.dimensions) else { throw .tooLarge(name) }
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: isTransposed ? inputs[0].elementCount : 0)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let back = TakeElements(transposing: self)
    return [try builder.apply(back, try node.gradient(), path: node.path)]
  }
}

extension TakeElements: Codable {
  private enum CodingKeys: CodingKey { case source, result, places, isTransposed }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      from: values.decode(Shape.self, forKey: .source),
      to: values.decode(Shape.self, forKey: .result),
      places: values.decode([Int32].self, forKey: .places),
      isTransposed: values.decode(Bool.self, forKey: .isTransposed))
  }
}
