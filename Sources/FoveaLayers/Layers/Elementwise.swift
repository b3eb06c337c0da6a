public import FoveaGraph
import FoveaTensors

/// The larger of each element and 0.
public struct ReLU: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try relu(input)
  }
}

/// The hyperbolic tangent of each element, in −1…1.
public struct Tanh: Layer {
  /// Makes the layer.
  public init() {}

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try tanh(input)
  }
}

/// In training sets each element to 0 with some probability; passes everything on in inference.
///
/// - SeeAlso: N. Srivastava et al., JMLR 15 (2014) 1929–1958.
public struct Dropout: Layer {
  /// The probability of 0.
  public let probability: Float

  /// Makes a layer.
  public init(_ probability: Float = 0.5) { self.probability = probability }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    guard input.tracer.mode == .training else { return input }
    let stream = RandomStream(seed: 0, named: input.tracer.path).stream
    let dropout = FoveaGraph.Dropout(probability: probability, stream: stream)
    return try input.tracer.append(dropout, [input])[0]
  }
}

/// Exponentials along an axis, divided by their sum.
public struct Softmax: Layer {
  /// The axis; 1 is the classes.
  public let axis: Int

  /// Makes a layer.
  public init(axis: Int = 1) { self.axis = axis }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try input.tracer.append(FoveaGraph.Softmax(axis: axis), [input])[0]
  }
}

/// The logarithm of softmax along an axis.
public struct LogSoftmax: Layer {
  /// The axis; 1 is the classes.
  public let axis: Int

  /// Makes a layer.
  public init(axis: Int = 1) { self.axis = axis }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try input.tracer.append(FoveaGraph.LogSoftmax(axis: axis), [input])[0]
  }
}
