public import FoveaGraph

/// The rows of a table that int32 indices name: `[N, …] → [N, …, features]`.
///
/// The parameter is `weight` `[count, features]`. A run throws for an index that is no row.
public struct Embedding: Layer {
  /// Rows of the table.
  public let count: Int
  /// Numbers in a row.
  public let features: Int
  /// A row that stands for nothing and gets no gradient; negative counts from the last.
  public let paddingIndex: Int?
  /// How the table starts; normal with deviation 1 by default, as in PyTorch.
  public let weightInitializer: Initializer

  /// Makes a layer.
  ///
  /// PyTorch also starts the row `paddingIndex` at zero; here it starts as the others do.
  public init(
    _ count: Int, _ features: Int, paddingIndex: Int? = nil,
    weightInitializer: Initializer = .normal(deviation: 1)
  ) {
    self.count = count
    self.features = features
    self.paddingIndex = paddingIndex
    self.weightInitializer = weightInitializer
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    guard count > 0, features > 0 else {
      throw .operation(
        path: tracer.path,
        .setting("Embedding", name: "table", value: "\(count)×\(features)", allowed: "1×1 or more"))
    }
    let table = try tracer.parameter("weight", [count, features], weightInitializer)
    let padding = paddingIndex.map { $0 < 0 ? $0 + count : $0 }
    return try tracer.append(FoveaGraph.Embedding(paddingIndex: padding), [table, input])[0]
  }
}
