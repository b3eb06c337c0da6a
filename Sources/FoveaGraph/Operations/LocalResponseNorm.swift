public import FoveaTensors

/// Divides each channel by what its neighbours hold:
/// `y(c) = x(c) / (k + alpha / size · Σ x(d)²)^beta`, with d from `c − size / 2` to `c + (size − 1) / 2`.
///
/// Divisions are whole; channels beyond the first and last count as 0. This is PyTorch's definition; in the
/// paper, alpha is not divided by the size.
///
/// - SeeAlso: A. Krizhevsky, I. Sutskever, G. Hinton, NIPS 2012, §3.3.
public struct LocalResponseNorm: Operation {
  public static let typeName = "LocalResponseNorm"
  /// How many channels are summed over.
  public let size: Int
  /// What the sum is scaled by.
  public let alpha: Float
  /// The power.
  public let beta: Float
  /// What the sum is added to; above 0.
  public let k: Float

  /// Makes the operation.
  public init(size: Int, alpha: Float, beta: Float, k: Float) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.k = k
  }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(1...1, inputs)
    try expectImages(inputs[0])
    let refused: (name: String, value: String, text: String, isMet: Bool)? = [
      ("size", "\(size)", "1 to \(Window.largest)", 1...Window.largest ~= size),
      ("alpha", "\(alpha)", "a finite number, 0 or more", alpha.isFinite && alpha >= 0),
      ("beta", "\(beta)", "a finite number", beta.isFinite),
      ("k", "\(k)", "a finite number above 0", k.isFinite && k > 0),
    ].first { !$0.3 }
    if let refused {
      throw .setting(name, name: refused.name, value: refused.value, allowed: refused.text)
    }
    return inputs
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: saturatingProduct(size + 5, outputs[0].elementCount))
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let gradient = LocalResponseNormGradient(normalisation: self)
    return [try builder.apply(gradient, try node.gradient(), node.inputs[0], path: node.path)]
  }
}

/// The gradient of local response normalisation.
///
/// Inputs: output gradient, and what was normalised.
public struct LocalResponseNormGradient: Operation {
  public static let typeName = "LocalResponseNormGradient"
  /// What is differentiated.
  public let normalisation: LocalResponseNorm

  /// Makes the operation.
  public init(normalisation: LocalResponseNorm) { self.normalisation = normalisation }

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    let shapes = try normalisation.outputShapes(for: [inputs[1]])
    try expectGradient(inputs[0], of: inputs[1])
    return shapes
  }

  public func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    Cost(otherOperations: saturatingProduct(2 * normalisation.size + 10, outputs[0].elementCount))
  }
}
