public import FoveaTensors

/// Sets each element to 0 with some probability, and divides the others by what is left of 1.
///
/// Along `sharedAxes` all elements share one choice: with axes 2 and 3 whole channels of an image go,
/// with axes 1 to 3 whole images.
///
/// Which elements depends on the run's seed and step, on `stream` and on the element's place, and on
/// nothing else: so the gradient is the same operation with the same stream, and no mask is kept.
///
/// - SeeAlso: N. Srivastava et al., JMLR 15 (2014) 1929–1958.
public struct Dropout: Operation {
  public static let typeName = "Dropout"
  /// The probability of 0.
  public let probability: Float
  /// What tells this layer's choices from another's.
  public let stream: UInt64
  /// The axes along which a choice holds throughout; ascending, and 0 or more.
  public let sharedAxes: [Int]

  /// Makes the operation.
  public init(probability: Float, stream: UInt64, sharedAxes: [Int] = []) {
    self.probability = probability
    self.stream = stream
    self.sharedAxes = sharedAxes
  }

  /// The shape of the choices: `input` with the shared axes of extent 1.
  public func choices(for input: Shape) -> Shape {
    sharedAxes.reduce(input) { $0.replacing($1, with: 1) }
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    guard (0..<1).contains(probability) else {
      throw .setting(
        name, name: "probability", value: "\(probability)", allowed: "0 or more and below 1")
    }
    guard try normalisedAxes(sharedAxes, of: inputs[0]) == sharedAxes else {
      throw .axes(name, axes: sharedAxes, actual: inputs[0])
    }
    return inputs
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    [try builder.apply(self, try node.gradient(), path: node.path)]
  }
}
