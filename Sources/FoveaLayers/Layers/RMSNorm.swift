public import FoveaGraph

/// Divides each input by its root mean square over the last axes: `y = x / √(mean(x²) + epsilon) · weight`.
///
/// The parameter is `weight`, in the normalised shape.
///
/// - SeeAlso: B. Zhang and R. Sennrich, arXiv:1910.07467.
public struct RMSNorm: Layer {
  /// How many of the last axes are normalised over.
  public let axes: Int
  /// Added to the mean square.
  public let epsilon: Float
  /// Whether there is a weight.
  public let affine: Bool

  /// Makes a layer; `epsilon` is what PyTorch takes for float32 where nothing is said.
  public init(axes: Int = 1, epsilon: Float = .ulpOfOne, affine: Bool = true) {
    self.axes = axes
    self.epsilon = epsilon
    self.affine = affine
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let rank = input.shape.rank
    guard 1...max(rank, 1) ~= axes, rank > 0 else {
      throw .operation(
        path: tracer.path,
        .setting("RMSNorm", name: "axes", value: "\(axes)", allowed: "1 to \(rank)"))
    }
    guard epsilon > 0, epsilon.isFinite else {
      throw .operation(
        path: tracer.path,
        .setting(
          "RMSNorm", name: "epsilon", value: "\(epsilon)", allowed: "a small number above 0"))
    }
    let square = try mean(
      try input * input, axes: Array((rank - axes)..<rank), keepDimensions: true)
    let shifted = try tracer.append(Scale(1, shift: epsilon), [square])[0]
    let normalised = try input / tracer.append(Unary(.sqrt), [shifted])[0]
    guard affine else { return normalised }
    let extents = Array(input.shape.dimensions.suffix(axes))
    return try normalised * tracer.parameter("weight", extents, .constant(1))
  }
}
