public import FoveaTensors

/// Numbers from the standard normal distribution, in the shape of the input, whose elements do not matter.
///
/// Which numbers depends on the run's seed and step, on `stream` and on the element's place, and on nothing else.
/// PyTorch's `randn_like`.
///
/// - SeeAlso: J. Salmon et al., doi:10.1145/2063384.2063405.
public struct RandomNormal: Operation {
  public static let typeName = "RandomNormal"
  /// What tells this layer's numbers from another's.
  public let stream: UInt64

  /// Makes the operation.
  public init(stream: UInt64) { self.stream = stream }

  public func readsElements(ofInput index: Int) -> Bool { false }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [nil]
  }
}
