public import FoveaGraph

/// Multiplies rows, which lie along the last axis, by a weight matrix: `[N, …, inFeatures] → [N, …, outFeatures]`.
///
/// Parameters are `weight` `[outFeatures, inFeatures]` and `bias` `[outFeatures]`.
public struct Linear: Layer {
  /// Features that come in; taken from the input where left out.
  public let inFeatures: Int?
  /// Features that go out.
  public let outFeatures: Int
  /// Whether each feature adds a number of its own.
  public let bias: Bool
  /// How the weight starts; PyTorch's way by default.
  public let weightInitializer: Initializer

  /// Makes a layer with the input features inferred.
  public init(
    _ outFeatures: Int, bias: Bool = true, weightInitializer: Initializer = .pytorchDefault
  ) {
    inFeatures = nil
    self.outFeatures = outFeatures
    self.bias = bias
    self.weightInitializer = weightInitializer
  }

  /// Makes a layer that takes a certain number of features, and refuses others.
  public init(
    _ inFeatures: Int, _ outFeatures: Int, bias: Bool = true,
    weightInitializer: Initializer = .pytorchDefault
  ) {
    self.inFeatures = inFeatures
    self.outFeatures = outFeatures
    self.bias = bias
    self.weightInitializer = weightInitializer
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let shape = input.shape
    guard shape.rank >= 2, let features = shape.dimensions.last else {
      throw .operation(path: tracer.path, .rank("Linear", expected: 2, actual: shape))
    }
    if let inFeatures, inFeatures != features {
      throw .operation(
        path: tracer.path, .features("Linear", expected: inFeatures, actual: shape))
    }
    guard outFeatures > 0 else {
      throw .operation(
        path: tracer.path,
        .setting("Linear", name: "outFeatures", value: "\(outFeatures)", allowed: "1 or more"))
    }
    let weight = try tracer.parameter("weight", [outFeatures, features], weightInitializer)
    guard bias else { return try tracer.append(FoveaGraph.Linear(), [input, weight])[0] }
    let bias = try tracer.parameter("bias", [outFeatures], .pytorchBias(fanIn: features))
    return try tracer.append(FoveaGraph.Linear(), [input, weight, bias])[0]
  }
}
