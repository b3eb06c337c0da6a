public import FoveaGraph

/// Makes part of the channels by a convolution, and the others from these by a cheap one: `[N, C, H, W] → [N, channels, H', W']`.
///
/// `⌈channels / ratio⌉` channels come of a convolution with the stride; each of them gives `ratio − 1` more by a
/// depthwise convolution. Both are batch normalised and activated, and channels past the last are dropped. Weight names
/// are timm's: `primary_conv.0.weight`, …, `cheap_operation.0.weight`, ….
///
/// - SeeAlso: K. Han et al., *GhostNet: More Features from Cheap Operations*, arXiv:1911.11907.
public struct GhostModule: Layer {
  /// The channels that go out.
  public let channels: Int
  /// Taps of the first convolution, along height and width; odd.
  public let kernel: Int
  /// How many channels come of each that the first convolution makes, itself among them.
  public let ratio: Int
  /// Taps of the cheap convolution, along height and width; odd.
  public let cheapKernel: Int
  /// What height and width are divided by.
  public let stride: Int
  /// What follows both normalisations; may be none.
  public let activation: (any Layer)?

  /// Makes a module; the defaults are the paper's.
  public init(
    _ channels: Int, kernel: Int = 1, ratio: Int = 2, cheapKernel: Int = 3, stride: Int = 1,
    activation: (any Layer)? = ReLU()
  ) {
    self.channels = channels
    self.kernel = kernel
    self.ratio = ratio
    self.cheapKernel = cheapKernel
    self.stride = stride
    self.activation = activation
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    guard 1...Window.largest ~= channels, 2...Window.largest ~= ratio else {
      throw .operation(
        path: tracer.path,
        .setting(
          "GhostModule", name: "channels and ratio", value: "\(channels), \(ratio)",
          allowed: "1 to \(Window.largest), and 2 to \(Window.largest)"))
    }
    let own = (channels + ratio - 1) / ratio
    let first = Sequential {
      Conv2d(
        own, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
        bias: false)
      BatchNorm2d()
      if let activation { [activation] }
    }
    let cheap = Sequential {
      Conv2d(
        own * (ratio - 1), kernel: Extent2d(cheapKernel), padding: .all(cheapKernel / 2),
        groups: own, bias: false)
      BatchNorm2d()
      if let activation { [activation] }
    }
    let made = try first.named("primary_conv")(input)
    let all = try concatenate([made, try cheap.named("cheap_operation")(made)])
    guard all.shape[1] > channels else { return all }
    return try tracer.append(Slice(axis: 1, start: 0, end: channels), [all])[0]
  }
}
