public import FoveaTensors

/// The cross-entropy between softmax of logits and a target, over classes on axis 1.
///
/// | tensor | shape |
/// | --- | --- |
/// | logits | `[N, C]` or `[N, C, H, W]` |
/// | target, `.classIndices` | `[N]` or `[N, H, W]`, int32 |
/// | target, `.probabilities` | as the logits |
/// | result | scalar |
///
/// `−Σ q log softmax(x)`, where `q` is the target mixed with `labelSmoothing / C` in every class. A
/// mean divides by the number of targets that are not `ignoreIndex`, as in PyTorch.
///
/// - SeeAlso: C. Szegedy et al., arXiv:1512.00567, §7, for label smoothing.
public struct CrossEntropy: Operation {
  /// What a target is.
  public enum Target: String, Hashable, Codable, Sendable {
    /// The number of the class.
    case classIndices
    /// A probability for each class.
    case probabilities
  }

  /// How the losses of all targets become one number.
  public enum Reduction: String, Hashable, Codable, Sendable {
    /// Their mean.
    case mean
    /// Their sum.
    case sum
  }

  public static let typeName = "CrossEntropy"
  /// What a target is.
  public let target: Target
  /// The share that is spread over all classes.
  public let labelSmoothing: Float
  /// A class index that counts for nothing; only for class indices.
  public let ignoreIndex: Int32
  /// Mean or sum.
  public let reduction: Reduction

  /// Makes the operation; the defaults are PyTorch's.
  public init(
    target: Target = .classIndices, labelSmoothing: Float = 0, ignoreIndex: Int32 = -100,
    reduction: Reduction = .mean
  ) {
    self.target = target
    self.labelSmoothing = labelSmoothing
    self.ignoreIndex = ignoreIndex
    self.reduction = reduction
  }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .global }

  public func elementType(ofInput index: Int) -> ElementType {
    index == 1 && target == .classIndices ? .int32 : .float32
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    let logits = inputs[0]
    guard logits.rank == 2 || logits.rank == 4 else {
      throw .rank(name, expected: 2, actual: logits)
    }
    guard logits.elementCount > 0 else { throw .empty(name, actual: logits) }
    let expected =
      target == .probabilities
      ? logits : Shape([logits[0]] + logits.dimensions.dropFirst(2))
    guard inputs[1] == expected else {
      throw .shape(name, input: "target", expected: expected, actual: inputs[1])
    }
    guard (0...1).contains(labelSmoothing) else {
      throw .setting(
        name, name: "label smoothing", value: "\(labelSmoothing)", allowed: "0 to 1")
    }
    return [.scalar]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 4 * inputs[0].elementCount)
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let found = try builder.append(
      CrossEntropyGradient(loss: self), node.inputs + [try node.gradient()], path: node.path)
    return [
      node.wanted[0] ? found[0] : nil,
      target == .probabilities && node.wanted[1] ? found[1] : nil,
    ]
  }
}

/// The gradients of cross-entropy.
///
/// Inputs: logits, target and the loss's gradient. Results: the gradient of the logits and, where the
/// target is probabilities, the target's.
public struct CrossEntropyGradient: Operation {
  public static let typeName = "CrossEntropyGradient"
  /// The loss that is differentiated.
  public let loss: CrossEntropy

  /// Differentiates `loss`.
  public init(loss: CrossEntropy) { self.loss = loss }

  public func spatialReach(inputs: [Shape]) -> SpatialReach { .undefined }

  public func elementType(ofInput index: Int) -> ElementType { loss.elementType(ofInput: index) }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(3...3, inputs)
    try expectGradient(inputs[2], of: loss.outputShapes(for: Array(inputs[..<2]))[0])
    return loss.target == .probabilities ? [inputs[0], inputs[0]] : [inputs[0]]
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: 5 * inputs[0].elementCount)
  }
}
