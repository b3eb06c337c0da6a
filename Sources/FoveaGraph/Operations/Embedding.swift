public import FoveaTensors

/// The rows of a table that indices name.
///
/// | tensor | shape |
/// | --- | --- |
/// | table | `[rows, features]` |
/// | indices | `[…]`, int32, of at most three axes |
/// | result | `[…, features]` |
///
/// A run throws for an index that is no row.
public struct Embedding: Operation {
  public static let typeName = "Embedding"
  /// A row that stands for nothing and gets no gradient.
  public let paddingIndex: Int?

  /// Makes the operation; the table says how many rows there are.
  public init(paddingIndex: Int? = nil) { self.paddingIndex = paddingIndex }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func elementType(ofInput index: Int) -> ElementType { index == 1 ? .int32 : .float32 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    let (table, indices) = (inputs[0], inputs[1])
    guard table.rank == 2 else { throw .rank("\(name) table", expected: 2, actual: table) }
    guard table.elementCount > 0 else { throw .empty(name, actual: table) }
    guard table[0] <= Int(Int32.max) else { throw .tooLarge("\(name) table") }
    guard indices.rank <= 3 else {
      throw .setting(
        name, name: "indices of shape", value: "\(indices)", allowed: "at most 3 axes")
    }
    guard indices.elementCount > 0 else { throw .empty(name, actual: indices) }
    if let paddingIndex, !(0..<table[0] ~= paddingIndex) {
      throw .setting(
        name, name: "padding index", value: "\(paddingIndex)", allowed: "0 to \(table[0] - 1)")
    }
    guard let output = Shape(checking: indices.dimensions + [table[1]]) else {
      throw .tooLarge(name)
    }
    return [output]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = EmbeddingGradient(embedding: self)
    return [
      try builder.apply(
        gradient, try node.gradient(), node.inputs[1], node.inputs[0], path: node.path), nil,
    ]
  }
}

/// The gradient of an embedding's table: each row's sum over the places that name it, in their order.
///
/// Inputs: output gradient, indices, and the table for its shape. Result: the table's shape.
public struct EmbeddingGradient: Operation {
  public static let typeName = "EmbeddingGradient"
  /// The embedding that is differentiated.
  public let embedding: Embedding

  /// Differentiates `embedding`.
  public init(embedding: Embedding) { self.embedding = embedding }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }
  public func elementType(ofInput index: Int) -> ElementType { index == 1 ? .int32 : .float32 }
  public func readsElements(ofInput index: Int) -> Bool { index != 2 }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...3, inputs)
    try expectGradient(inputs[0], of: embedding.outputShapes(for: [inputs[2], inputs[1]])[0])
    return [inputs[2]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: inputs[0].elementCount)
  }
}
