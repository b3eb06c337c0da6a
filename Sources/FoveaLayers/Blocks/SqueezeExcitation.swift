public import FoveaGraph

/// Multiplies each channel by a number, mostly from 0 to 1, that two dense layers make of all channels' means.
///
/// `y = x · gate(fc2(activation(fc1(mean of x))))`. Parameters are those of the 1×1 convolutions `fc1` and
/// `fc2`, torchvision's names.
///
/// - SeeAlso: J. Hu et al., *Squeeze-and-Excitation Networks*, arXiv:1709.01507.
public struct SqueezeExcitation: Layer {
  /// How many channels there are between the two layers.
  public enum Width: Hashable, Sendable {
    /// This many.
    case channels(Int)
    /// The image's channels over this number, at least one.
    case reduction(Int)
  }

  /// How many channels there are between the two layers.
  public let width: Width
  /// What follows the first layer.
  public let activation: any Layer
  /// What follows the second.
  public let gate: any Layer
  /// How the weights start.
  public let weightInitializer: Initializer

  /// Makes a block with a number of channels between the two layers.
  public init(
    squeezed: Int, activation: any Layer = ReLU(), gate: any Layer = Sigmoid(),
    weightInitializer: Initializer = .kaimingNormal(fan: .fanOut)
  ) {
    width = .channels(squeezed)
    self.activation = activation
    self.gate = gate
    self.weightInitializer = weightInitializer
  }

  /// Makes a block with the image's channels, divided, between the two layers; 16 is the paper's.
  public init(
    reduction: Int = 16, activation: any Layer = ReLU(), gate: any Layer = Sigmoid(),
    weightInitializer: Initializer = .kaimingNormal(fan: .fanOut)
  ) {
    width = .reduction(reduction)
    self.activation = activation
    self.gate = gate
    self.weightInitializer = weightInitializer
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectChannels(of: input, nil, for: "SqueezeExcitation")
    let squeezed = try width.squeezed(channels, "SqueezeExcitation", tracer)
    let weigh = Sequential {
      GlobalAvgPool2d().named("avgpool")
      Conv2d(squeezed, kernel: 1, weightInitializer: weightInitializer).named("fc1")
      [activation]
      Conv2d(channels, kernel: 1, weightInitializer: weightInitializer).named("fc2")
      [gate]
    }
    return try input * weigh.forward(input)
  }
}

extension SqueezeExcitation.Width {
  /// The channels between two layers; what is none is thrown.
  func squeezed(_ channels: Int, _ name: String, _ tracer: Tracer) throws(GraphError) -> Int {
    switch self {
    case .channels(let squeezed): return squeezed
    case .reduction(let reduction):
      guard reduction > 0 else {
        throw .operation(
          path: tracer.path,
          .setting(name, name: "reduction", value: "\(reduction)", allowed: "1 or more"))
      }
      return max(1, channels / reduction)
    }
  }
}
