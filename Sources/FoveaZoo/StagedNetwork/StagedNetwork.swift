public import FoveaGraph
public import FoveaLayers
public import FoveaTensors

/// A classifier of stages, each of which halves the map that the one before leaves.
///
/// A 3×3 convolution (the stem) comes first, with pooling behind it where the stem divides by 4. Then come the stages, for
/// inverted blocks a 1×1 convolution to four times the channels, global average pooling and a dense layer.
public struct StagedNetwork: Hashable, Codable, Sendable {
  /// What the stages are made of.
  public enum Family: String, Hashable, Codable, Sendable, CaseIterable {
    /// 3×3 convolutions, as in VGG (arXiv:1409.1556), with batch normalisation.
    case plain
    /// Two 3×3 convolutions with a shortcut past them (arXiv:1512.03385).
    case basic
    /// 1×1, 3×3 of a quarter of the channels, 1×1, with a shortcut past them (arXiv:1512.03385).
    case bottleneck
    /// 1×1, depthwise 3×3 of six times the channels, 1×1, with a shortcut past them (arXiv:1801.04381).
    case inverted

    /// What a stage's channels are a multiple of, so that every convolution's are of 8.
    public var widthStep: Int { self == .bottleneck ? 32 : 8 }
  }

  /// What the stages are made of.
  public let family: Family
  /// What the stem divides height and width by: 1, 2 or 4.
  public let stemStride: Int
  /// The channels of each stage.
  public var widths: [Int]
  /// The blocks of each stage.
  public var depths: [Int]
  /// The features of the last layer.
  public let classes: Int

  /// Describes a network; `build(input:)` says whether it can be.
  public init(family: Family, stemStride: Int, widths: [Int], depths: [Int], classes: Int) {
    self.family = family
    self.stemStride = stemStride
    self.widths = widths
    self.depths = depths
    self.classes = classes
  }

  /// Builds the network for one input, `[C, H, W]`.
  ///
  /// - Throws: `GraphError` where shapes do not fit, or pass the largest.
  public func build(input: Shape) throws(GraphError) -> Model {
    let settings =
      [
        ("stem stride", stemStride, 1...4), ("number of stages", depths.count, 1...16),
        ("number of widths", widths.count, depths.count...depths.count),
      ] + widths.map { ("width", $0, 1...1 << 20) } + depths.map { ("depth", $0, 1...1024) }
    for (name, value, allowed) in settings where !allowed.contains(value) {
      throw .operation(
        path: "",
        .setting(
          "a staged network", name: name, value: "\(value)",
          allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"))
    }
    return try Model(input: input, function: layers.forward)
  }

  private var layers: Sequential {
    Sequential {
      ConvolutionBlock(channels: widths[0], stride: min(stemStride, 2)).named("stem")
      if stemStride == 4 { MaxPool2d(kernel: 3, stride: 2, padding: 1).named("maxpool") }
      for (index, channels) in widths.enumerated() {
        Sequential(
          (0..<depths[index]).map { block(channels, stride: $0 == 0 && index > 0 ? 2 : 1) }
        ).named("stage\(index + 1)")
      }
      if let headWidth { ConvolutionBlock(channels: headWidth, kernel: 1).named("head") }
      GlobalAvgPool2d().named("avgpool")
      Flatten()
      Linear(classes).named("classifier")
    }
  }

  /// The channels of the 1×1 convolution behind the stages.
  var headWidth: Int? { family == .inverted ? widths.last.map { $0 << 2 } : nil }

  private func block(_ channels: Int, stride: Int) -> any Layer {
    switch family {
    case .plain: ConvolutionBlock(channels: channels, stride: stride)
    case .basic: ResidualBlock(channels: channels, stride: stride)
    case .bottleneck: BottleneckResidualBlock(channels: channels, stride: stride)
    case .inverted: InvertedResidualBlock(channels: channels, stride: stride)
    }
  }
}
