public import FoveaTensors

/// The same tensor, of which the loss is taken to be independent (`detach` in PyTorch).
public struct StopGradient: Operation {
  public static let typeName = "StopGradient"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost { Cost() }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  { [nil] }
}
