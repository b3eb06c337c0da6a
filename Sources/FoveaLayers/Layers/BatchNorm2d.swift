public import FoveaGraph

/// Normalises each channel: by the batch's statistics in training, by running ones in inference.
///
/// `y = (x − mean) / √(variance + epsilon) · weight + bias`. In training the running statistics move by
/// `running ← (1 − momentum) · running + momentum · batch`, with the unbiased variance, as in PyTorch;
/// Keras' momentum is one minus this one. Parameters are `weight`, `bias`, `running_mean` and
/// `running_var`, all `[C]`.
///
/// - SeeAlso: S. Ioffe and C. Szegedy, arXiv:1502.03167.
public struct BatchNorm2d: Layer {
  /// Added to the variance.
  public let epsilon: Float
  /// The share of the batch in the new running statistics.
  public let momentum: Float
  /// Whether there are weight and bias.
  public let affine: Bool
  /// How the weight starts; zero lets a residual branch start as nothing (zero-γ).
  public let weightInitializer: Initializer

  /// Makes a layer; the defaults are PyTorch's.
  public init(
    epsilon: Float = 1e-5, momentum: Float = 0.1, affine: Bool = true,
    weightInitializer: Initializer = .constant(1)
  ) {
    self.epsilon = epsilon
    self.momentum = momentum
    self.affine = affine
    self.weightInitializer = weightInitializer
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectChannels(of: input, nil, for: "BatchNorm2d")
    var affineParameters: [SymbolicTensor] = []
    if affine {
      affineParameters = [
        try tracer.parameter("weight", [channels], weightInitializer),
        try tracer.parameter("bias", [channels], .constant(0)),
      ]
    }
    let inputs =
      [
        input,
        try tracer.parameter("running_mean", [channels], .constant(0), role: .buffer),
        try tracer.parameter("running_var", [channels], .constant(1), role: .buffer),
      ] + affineParameters
    switch tracer.mode {
    case .inference:
      return try tracer.append(FoveaGraph.BatchNorm2d(epsilon: epsilon), inputs)[0]
    case .training:
      let results = try tracer.append(
        BatchNorm2dTraining(epsilon: epsilon, momentum: momentum), inputs)
      typealias Output = BatchNorm2dTraining.Output
      try tracer.update("running_mean", with: results[Output.runningMean.rawValue])
      try tracer.update("running_var", with: results[Output.runningVariance.rawValue])
      return results[Output.output.rawValue]
    }
  }
}
