public import FoveaGraph

/// A rule by which a layer's `weight` is computed from what is learnt in its place.
public protocol WeightParametrization: Sendable {
  /// Declares what is learnt, and appends what makes the weight of it.
  ///
  /// - Parameters:
  ///   - extents: The weight's shape, output channels first.
  ///   - initializer: How the weight itself would start.
  ///   - tracer: What the layer is built in.
  func weight(_ extents: [Int], _ initializer: Initializer, _ tracer: Tracer)
    throws(GraphError) -> SymbolicTensor
}

extension Layer {
  /// This layer with its own `weight` made by a rule; layers inside it keep theirs.
  public func parametrized(by rule: some WeightParametrization) -> some Layer {
    Parametrized(base: self, rule: rule)
  }

  /// This layer with each filter's length learnt apart from its direction: `weight = g · v / ‖v‖`.
  ///
  /// Parameters are `weight_g` `[O, 1, …]` and `weight_v`, the names of `torch.nn.utils.weight_norm`.
  ///
  /// - SeeAlso: T. Salimans and D. Kingma, arXiv:1602.07868.
  public func weightNormalised() -> some Layer { parametrized(by: WeightNorm()) }

  /// This layer with its weight divided by its largest singular value, found by power iteration.
  ///
  /// Names are those of `torch.nn.utils.spectral_norm`: the parameter `weight_orig`, the buffers `weight_u`
  /// and `weight_v`. Each training step iterates once and keeps the vectors; inference takes them as they are.
  ///
  /// - SeeAlso: T. Miyato et al., arXiv:1802.05957.
  public func spectrallyNormalised() -> some Layer { parametrized(by: SpectralNorm()) }

  /// This layer with each filter of its weight brought to mean 0 and variance 1.
  ///
  /// The parameter stays `weight`.
  ///
  /// - Parameter epsilon: Added to the variance.
  /// - SeeAlso: S. Qiao et al., *Weight Standardization*, arXiv:1903.10520.
  public func weightStandardised(epsilon: Float = 1e-6) -> some Layer {
    parametrized(by: WeightStandardisation(epsilon: epsilon))
  }
}

private struct Parametrized<Base: Layer>: Layer {
  let base: Base
  let rule: any WeightParametrization

  var pathComponent: PathComponent { base.pathComponent }

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try input.tracer.parametrized(by: rule) { () throws(GraphError) in try base.forward(input) }
  }
}

/// `(weight − mean) / √(variance + epsilon)` over each filter, with the biased variance.
private struct WeightStandardisation: WeightParametrization {
  let epsilon: Float

  func weight(_ extents: [Int], _ initializer: Initializer, _ tracer: Tracer)
    throws(GraphError) -> SymbolicTensor
  {
    let weight = try tracer.parameter("weight", extents, initializer)
    let operation = FoveaGraph.LayerNorm(axes: .trailing(extents.count - 1), epsilon: epsilon)
    return try tracer.append(operation, [weight])[0]
  }
}

/// `g · v / ‖v‖`, with a length for each filter.
private struct WeightNorm: WeightParametrization {
  func weight(_ extents: [Int], _ initializer: Initializer, _ tracer: Tracer)
    throws(GraphError) -> SymbolicTensor
  {
    let direction = try tracer.parameter("weight_v", extents, initializer)
    // What a filter's length is on average, so that the weight starts as it would by itself.
    let filter = Float(extents.dropFirst().reduce(1, *))
    let start = (filter * initializer.meanSquare(of: direction.shape)).squareRoot()
    let lengths = [extents[0]] + Array(repeating: 1, count: extents.count - 1)
    let length = try tracer.parameter("weight_g", lengths, .constant(start))
    let square = try tracer.append(
      Reduce(.sum, axes: Array(1..<extents.count), keepDimensions: true),
      [try direction * direction])[0]
    return try direction * (length / tracer.append(Unary(.sqrt), [square])[0])
  }
}

/// `weight / σ`, where `σ = uᵀ W v` tends to the largest singular value of the weight as a matrix `[O, rest]`.
private struct SpectralNorm: WeightParametrization {
  func weight(_ extents: [Int], _ initializer: Initializer, _ tracer: Tracer)
    throws(GraphError) -> SymbolicTensor
  {
    let (rows, columns) = (extents[0], extents.dropFirst().reduce(1, *))
    let weight = try tracer.parameter("weight_orig", extents, initializer)
    let matrix = try tracer.append(FoveaGraph.Reshape([rows, columns]), [weight])[0]
    func vector(_ name: String, _ count: Int) throws(GraphError) -> SymbolicTensor {
      let start = Initializer.normal(deviation: 1 / Float(count).squareRoot())
      let buffer = try tracer.parameter(name, [count], start, role: .buffer)
      return try tracer.append(FoveaGraph.Reshape([count, 1]), [buffer])[0]
    }
    var left = try vector("weight_u", rows)
    var right = try vector("weight_v", columns)
    if tracer.mode == .training {
      let still = try tracer.append(StopGradient(), [matrix])[0]
      right = try unit(tracer.append(MatMul(transposeLeft: true), [still, left])[0])
      left = try unit(tracer.append(MatMul(), [still, right])[0])
      for (name, value, count) in [("weight_u", left, rows), ("weight_v", right, columns)] {
        try tracer.update(name, with: tracer.append(FoveaGraph.Reshape([count]), [value])[0])
      }
    }
    let image = try tracer.append(MatMul(), [matrix, right])[0]
    let largest = try tracer.append(MatMul(transposeLeft: true), [left, image])[0]
    let scalar = try tracer.append(FoveaGraph.Reshape([]), [largest])[0]
    return try weight / scalar
  }

  /// A vector over its length.
  private func unit(_ vector: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = vector.tracer
    let square = try tracer.append(
      Reduce(.sum, axes: [0, 1], keepDimensions: true), [try vector * vector])[0]
    // Of a vector of zeros, zeros.
    let shifted = try tracer.append(Scale(1, shift: 1e-24), [square])[0]
    return try vector / tracer.append(Unary(.sqrt), [shifted])[0]
  }
}
