import FoveaRuntime
public import FoveaTensors

/// What an observer wants to see of layers.
///
/// Every few steps the batch runs through a program of its own before its step is taken: forward, and loss and
/// backward where gradients are asked for, with the step's own weights and random numbers; layers that are frozen in
/// that epoch are so for the look. So the training gives the same bits as without. Requests of several observers for
/// the same layers and interval share their programs.
public struct ObservationRequest: Hashable, Sendable {
  /// Patterns of layers' paths, as `ParameterGroup` has them; `nil` for convolutions and fully connected layers.
  public var layers: [String]?
  /// After how many steps the next is looked at.
  public var interval: Int
  /// Whether the norms of gradients are wanted, which takes a backward pass.
  public var hasGradients: Bool
  /// Whether the elements of gradients are wanted too, not their norms alone.
  public var hasGradientElements: Bool
  /// Whether it is wanted how far the next update moves the layers, which takes a copy of their parameters and a pass
  /// over them.
  public var hasUpdates: Bool

  /// Makes a request.
  ///
  /// - Parameters:
  ///   - layers: Patterns of paths, such as `layer4.*`; convolutions and fully connected layers where left out.
  ///   - interval: Steps from one look to the next, at least 1. A look is worth about a step with gradients, a third of
  ///     that without.
  ///   - hasGradientElements: They take the memory of the layers' parameters; without `hasGradients` there are none.
  public init(
    layers: [String]? = nil, interval: Int, hasGradients: Bool = true,
    hasGradientElements: Bool = false, hasUpdates: Bool = false
  ) {
    self.layers = layers
    self.interval = interval
    self.hasGradients = hasGradients
    self.hasGradientElements = hasGradientElements
    self.hasUpdates = hasUpdates
  }

  /// Adds what another wants of the same layers at the same steps.
  ///
  /// - Returns: Whether they are the same.
  mutating func merge(_ other: ObservationRequest) -> Bool {
    guard (layers, interval) == (other.layers, other.interval) else { return false }
    hasGradients = hasGradients || other.hasGradients
    hasGradientElements = hasGradientElements || other.hasGradientElements
    hasUpdates = hasUpdates || other.hasUpdates
    return true
  }
}

/// Layers for the batch whose step comes next.
public struct Observation {
  /// The epoch, from 0.
  public let epoch: Int
  /// The step since the start of the training, from 0.
  public let step: Int
  /// The images of the batch.
  public let images: Int
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
  /// are none, frozen in this epoch, or not finite, and where nobody asked for gradients.
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

  /// Reads the gradients of the layer's parameters without copying them, one after the other with the parameter's
  /// name; none where nobody asked for their elements, and of what is frozen in this epoch.
  ///
  /// - Throws: What `body` throws.
  public func withGradients(
    _ body: (_ parameter: String, _ elements: UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    for (parameter, output) in layer.gradients {
      try program.withOutput(output) { try body(parameter, $0) }
    }
  }
}

/// How far the update after a look has moved the layers that were looked at.
public struct ObservedUpdate: Hashable, Sendable {
  /// The step of the batch that was looked at, from 0.
  public let step: Int
  /// The Euclidean norm of the change of a layer's parameters over that of the parameters before it, by the layer's
  /// path.
  ///
  /// Layers without parameters, with frozen ones, and where either norm is not finite or the second is 0, are left out.
  public let ratios: [String: Double]
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
