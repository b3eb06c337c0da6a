public import FoveaGraph

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
