public import FoveaGraph
public import FoveaLayers

/// The residual block of version 2: normalisation and ReLU come before each convolution, so that nothing
/// stands on the path past the blocks.
///
/// `[N, C, H, W] → [N, channels, H / stride, W / stride]`. The shortcut is the input itself, or a 1×1 convolution
/// of the first activation where the shape changes. Weights have timm's names: `norm1`, `conv1`, …,
/// `downsample.conv`. A network of such blocks ends with one normalisation and ReLU more.
///
/// - SeeAlso: K. He et al., *Identity Mappings in Deep Residual Networks*, arXiv:1603.05027.
public struct PreActivationBlock: Layer {
  /// What a block is made of.
  public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
    /// Two 3×3 convolutions.
    case basic
    /// A 3×3 convolution of a quarter of the channels between 1×1 convolutions.
    case bottleneck
  }

  /// What the block is made of.
  public let kind: Kind
  /// The channels that go out.
  public let channels: Int
  /// What height and width are divided by; a bottleneck's 3×3 convolution has the stride.
  public let stride: Int
  /// Makes each normalisation.
  public let normalization: @Sendable () -> any Layer
  /// Makes each convolution.
  public let convolution: @Sendable (_ channels: Int, _ kernel: Int, _ stride: Int) -> any Layer
  private let names: Names

  /// What the parts are called.
  struct Names: Sendable {
    let normalization: String
    let shortcut: String

    static let timm = Names(normalization: "norm", shortcut: "downsample.conv")
    static let wide = Names(normalization: "bn", shortcut: "convShortcut")
  }

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - kind: What the block is made of.
  ///   - channels: The channels that go out.
  ///   - stride: What height and width are divided by.
  ///   - normalization: Makes each normalisation; batch normalisation by default.
  ///   - convolution: Makes each convolution, such as a `StdConv2d`, of these channels, extent and stride;
  ///     it keeps the size but for its stride. Plain ones without bias by default.
  public init(
    _ kind: Kind, channels: Int, stride: Int = 1,
    normalization: @escaping @Sendable () -> any Layer = { BatchNorm2d() },
    convolution:
      @escaping @Sendable (_ channels: Int, _ kernel: Int, _ stride: Int) -> any Layer =
      Self.plainConvolution
  ) {
    self.init(
      kind, channels: channels, stride: stride, normalization: normalization,
      convolution: convolution, names: .timm)
  }

  /// Makes a convolution without bias that keeps the size but for its stride.
  @Sendable public static func plainConvolution(channels: Int, kernel: Int, stride: Int)
    -> any Layer
  {
    FoveaZoo.convolution(channels, kernel: kernel, stride: stride)
  }

  init(
    _ kind: Kind, channels: Int, stride: Int, normalization: @escaping @Sendable () -> any Layer,
    convolution:
      @escaping @Sendable (_ channels: Int, _ kernel: Int, _ stride: Int) -> any Layer =
      Self.plainConvolution,
    names: Names
  ) {
    self.kind = kind
    self.channels = channels
    self.stride = stride
    self.normalization = normalization
    self.convolution = convolution
    self.names = names
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let inputChannels = try input.channels
    let activated = try Sequential {
      normalization().named("\(names.normalization)1")
      ReLU().named("relu1")
    }.forward(input)
    var value = activated
    for (index, (width, kernel)) in convolutions.enumerated() {
      if index > 0 {
        value = try normalization().named("\(names.normalization)\(index + 1)")(value)
        value = try ReLU().named("relu\(index + 1)")(value)
      }
      // The first 3×3 convolution has the stride.
      let stride = index == (kind == .basic ? 0 : 1) ? stride : 1
      value = try convolution(width, kernel, stride).named("conv\(index + 1)")(value)
    }
    guard stride != 1 || inputChannels != channels else { return try value + input }
    let shortcut = try convolution(channels, 1, stride).named(names.shortcut)(activated)
    return try value + shortcut
  }

  private var convolutions: [(channels: Int, kernel: Int)] {
    switch kind {
    case .basic: [(channels, 3), (channels, 3)]
    case .bottleneck: [(channels / 4, 1), (channels / 4, 3), (channels, 1)]
    }
  }
}
