import FoveaRuntime
public import FoveaTensors

/// What an observer wants to see of layers.
///
/// Every few steps the batch runs through a program of its own before its step is taken: forward, and loss and
/// backward where gradients are asked for, with the step's own weights and random numbers. So the training
/// gives the same bits as without. Equal requests of several observers share their programs.
public struct ObservationRequest: Hashable, Sendable {
  /// Patterns of layers' paths, as `ParameterGroup` has them; `nil` for convolutions and fully connected layers.
  public var layers: [String]?
  /// After how many steps the next is looked at.
  public var interval: Int
  /// Whether the norms of gradients are wanted, which takes a backward pass.
  public var hasGradients: Bool

  /// Makes a request.
  ///
  /// - Parameters:
  ///   - layers: Patterns of paths, such as `layer4.*`; convolutions and fully connected layers where left out.
  ///   - interval: Steps from one look to the next, at least 1. A look is worth about a step with gradients, a third of
  ///     that without.
  public init(layers: [String]? = nil, interval: Int, hasGradients: Bool = true) {
    self.layers = layers
    self.interval = interval
    self.hasGradients = hasGradients
  }
}

/// Layers for the batch whose step comes next.
public struct Observation {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step since the start of the training, from 0.
  public let step: Int
  /// The learning rate of the step.
  public let learningRate: Float
  /// The layers, in the network's order.
  public let layers: [ObservedLayer]
}

/// A layer for the batch whose step comes next; its numbers hold until the observer has received it.
public struct ObservedLayer {
  /// The layer's path.
  public let path: String
  /// Whether the output is the network's answer.
  public let isAnswer: Bool
  /// The nonlinearity that the output goes into, by itself or after a normalisation or pooling.
  public let activation: ActivationKind?
  /// The Euclidean norm of the gradient of the layer's parameters, of the loss as it is; `nil` where they
  /// are none, frozen, or not finite, and where gradients were not asked for.
  public let gradientNorm: Double?
  /// The Euclidean norm of the parameters; `nil` where `gradientNorm` has none to be of.
  public let parameterNorm: Double?

  let layer: ObservationGraph.Layer
  let program: Program

  /// A copy of the layer's output.
  ///
  /// - Throws: What programs throw.
  public func output() throws -> Tensor { try program.output(layer.output) }

  /// Reads the layer's output without copying it; images are channels-last.
  ///
  /// - Throws: What `body` throws.
  public func withOutput<Result>(
    _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) throws -> Result {
    try program.withOutput(layer.output, body)
  }
}

/// A family of nonlinearities, by what becomes of negative and of large inputs.
public enum ActivationKind: String, Hashable, Codable, Sendable {
  /// What is negative becomes 0: ReLU, ReLU6.
  case rectifier
  /// What is negative becomes small: LeakyReLU, ELU, GELU, SiLU and others.
  case leaky
  /// What is large becomes 0 or 1.
  case sigmoid
  /// What is large becomes −1 or 1.
  case tanh
}
