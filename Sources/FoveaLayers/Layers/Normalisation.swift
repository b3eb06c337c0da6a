public import FoveaGraph

/// Normalises groups of channels of each image by itself: `[N, C, …]`, whatever the batch.
///
/// `y = (x − mean) / √(variance + epsilon) · weight + bias`, with mean and biased variance over the
/// channels of a group and all places. Parameters are `weight` and `bias` `[C]`.
///
/// - SeeAlso: Y. Wu and K. He, arXiv:1803.08494.
public struct GroupNorm: Layer {
  /// How many groups the channels are cut into; it divides their number.
  public let groups: Int
  /// Added to the variance.
  public let epsilon: Float
  /// Whether there are weight and bias.
  public let affine: Bool
  /// How the weight starts; zero lets a residual branch start as nothing (zero-γ).
  public let weightInitializer: Initializer

  /// Makes a layer; the defaults are PyTorch's.
  public init(
    groups: Int, epsilon: Float = 1e-5, affine: Bool = true,
    weightInitializer: Initializer = .constant(1)
  ) {
    self.groups = groups
    self.epsilon = epsilon
    self.affine = affine
    self.weightInitializer = weightInitializer
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let channels = input.shape.dimensions.dropFirst().first ?? 0
    let parameters =
      affine ? try input.tracer.affineParameters([channels], bias: true, weightInitializer) : []
    let operation = FoveaGraph.GroupNorm(groups: groups, epsilon: epsilon)
    return try input.tracer.append(operation, [input] + parameters)[0]
  }
}

/// Normalises each input over its last axes: `[N, …, normalizedShape]`.
///
/// `y = (x − mean) / √(variance + epsilon) · weight + bias`, with the biased variance. Parameters are
/// `weight` and `bias` in the normalised shape.
///
/// - SeeAlso: J. Ba, J. Kiros, G. Hinton, arXiv:1607.06450.
public struct LayerNorm: Layer {
  /// The extents that are normalised over; `nil` for all after the batch.
  public let normalizedShape: [Int]?
  /// Added to the variance.
  public let epsilon: Float
  /// Whether there is a weight for each place.
  public let affine: Bool
  /// Whether there is a bias as well.
  public let bias: Bool

  /// Makes a layer; the defaults are PyTorch's.
  ///
  /// - Parameter normalizedShape: The extents of the last axes, all after the batch where left out.
  public init(
    _ normalizedShape: [Int]? = nil, epsilon: Float = 1e-5, affine: Bool = true, bias: Bool = true
  ) {
    self.normalizedShape = normalizedShape
    self.epsilon = epsilon
    self.affine = affine
    self.bias = bias
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let extents = input.shape.dimensions
    let normalised = normalizedShape ?? Array(extents.dropFirst())
    guard !normalised.isEmpty, extents.count >= normalised.count,
      Array(extents.suffix(normalised.count)) == normalised
    else {
      throw .operation(
        path: tracer.path,
        .setting(
          "LayerNorm", name: "normalizedShape", value: "\(normalised)",
          allowed: "the last extents of \(input.shape)"))
    }
    let parameters =
      affine ? try tracer.affineParameters(normalised, bias: bias, .constant(1)) : []
    let operation = FoveaGraph.LayerNorm(axes: .trailing(normalised.count), epsilon: epsilon)
    return try tracer.append(operation, [input] + parameters)[0]
  }
}

/// Normalises an image over its channels, at each pixel: `[N, C, H, W]`.
///
/// The layer normalisation of ConvNeXt; the same as `LayerNorm` on an image whose channels come last.
/// Parameters are `weight` and `bias` `[C]`.
///
/// - SeeAlso: Z. Liu et al., *A ConvNet for the 2020s*, arXiv:2201.03545.
public struct LayerNorm2d: Layer {
  /// Added to the variance.
  public let epsilon: Float
  /// Whether there are weight and bias.
  public let affine: Bool

  /// Makes a layer; `epsilon` is ConvNeXt's.
  public init(epsilon: Float = 1e-6, affine: Bool = true) {
    self.epsilon = epsilon
    self.affine = affine
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectChannels(of: input, nil, for: "LayerNorm2d")
    let parameters =
      affine ? try tracer.affineParameters([channels], bias: true, .constant(1)) : []
    let operation = FoveaGraph.LayerNorm(axes: .channels, epsilon: epsilon)
    return try tracer.append(operation, [input] + parameters)[0]
  }
}

/// Divides each channel by what its neighbours hold:
/// `y(c) = x(c) / (k + alpha / size · Σ x(d)²)^beta`, with d from `c − size / 2` to `c + (size − 1) / 2`.
///
/// - SeeAlso: A. Krizhevsky, I. Sutskever, G. Hinton, NIPS 2012, §3.3, where alpha is not divided by the size.
public struct LocalResponseNorm: Layer {
  /// How many channels are summed over.
  public let size: Int
  /// What the sum is scaled by.
  public let alpha: Float
  /// The power.
  public let beta: Float
  /// What the sum is added to.
  public let k: Float

  /// Makes a layer; the defaults are PyTorch's.
  public init(_ size: Int, alpha: Float = 1e-4, beta: Float = 0.75, k: Float = 1) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.k = k
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let operation = FoveaGraph.LocalResponseNorm(size: size, alpha: alpha, beta: beta, k: k)
    return try input.tracer.append(operation, [input])[0]
  }
}

extension Tracer {
  /// The weight of a normalisation and, or not, its bias.
  func affineParameters(
    _ extents: [Int], bias: Bool, _ weightInitializer: Initializer
  ) throws(GraphError) -> [SymbolicTensor] {
    let weight = try parameter("weight", extents, weightInitializer)
    return bias ? [weight, try parameter("bias", extents, .constant(0))] : [weight]
  }
}
