public import FoveaGraph
public import FoveaLayers

/// MobileNetV3 without its classifier: what segmentation and detection build on.
///
/// `[N, C, H, W] → [N, channels, H / 32, W / 32]`, or a sixteenth where dilated. Weights have the names of
/// torchvision's `features`: `0.0.weight`, `1.block.0.0.weight`, …
///
/// - SeeAlso: A. Howard et al., *Searching for MobileNetV3*, arXiv:1905.02244, tables 1 and 2.
public struct MobileNetV3Body: Layer {
  /// Which of the two networks.
  public enum Size: String, Hashable, Codable, Sendable, CaseIterable {
    /// For little time.
    case large
    /// For less.
    case small
  }

  /// Which of the two networks.
  public let size: Size
  /// What all channels are multiplied by.
  public let width: Double
  /// Whether the last stage dilates where it would stride.
  public let isDilated: Bool
  /// Whether the last stage has half the channels.
  public let hasReducedTail: Bool
  /// What follows each convolution.
  public let normalization: FoveaLayers.BatchNorm2d

  /// Makes a body.
  ///
  /// - Parameters:
  ///   - size: Which of the two networks.
  ///   - width: What all channels are multiplied by, rounded to multiples of 8.
  ///   - isDilated: Whether the last stage dilates where it would stride, as in LR-ASPP and DeepLabV3.
  ///   - hasReducedTail: Whether the last stage has half the channels, as in the paper's detectors.
  ///   - normalization: What follows each convolution.
  public init(
    _ size: Size, width: Double = 1, isDilated: Bool = false, hasReducedTail: Bool = false,
    normalization: FoveaLayers.BatchNorm2d = BatchNorm2d(epsilon: 1e-3, momentum: 0.01)
  ) {
    self.normalization = normalization
    self.size = size
    self.width = width
    self.isDilated = isDilated
    self.hasReducedTail = hasReducedTail
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try Sequential(layers.map(\.layer)).forward(input)
  }

  /// The maps behind the first convolution, behind each layer that strides, and behind the last: at a half, a
  /// quarter, an eighth, a sixteenth of the input's size and twice a 32nd, or a sixteenth where dilated.
  public func maps(_ input: SymbolicTensor) throws(GraphError) -> [SymbolicTensor] {
    var value = input
    var maps: [SymbolicTensor] = []
    for (layer, isStage) in layers {
      value = try layer(value)
      if isStage { maps.append(value) }
    }
    return maps
  }

  /// One row of the paper's tables.
  private typealias Row = (
    kernel: Int, expanded: Int, channels: Int, isGated: Bool, isHard: Bool, stride: Int
  )

  private static let large: [Row] = [
    (3, 16, 16, false, false, 1), (3, 64, 24, false, false, 2), (3, 72, 24, false, false, 1),
    (5, 72, 40, true, false, 2), (5, 120, 40, true, false, 1), (5, 120, 40, true, false, 1),
    (3, 240, 80, false, true, 2), (3, 200, 80, false, true, 1), (3, 184, 80, false, true, 1),
    (3, 184, 80, false, true, 1), (3, 480, 112, true, true, 1), (3, 672, 112, true, true, 1),
    (5, 672, 160, true, true, 2), (5, 960, 160, true, true, 1), (5, 960, 160, true, true, 1),
  ]
  private static let small: [Row] = [
    (3, 16, 16, true, false, 2), (3, 72, 24, false, false, 2), (3, 88, 24, false, false, 1),
    (5, 96, 40, true, true, 2), (5, 240, 40, true, true, 1), (5, 240, 40, true, true, 1),
    (5, 120, 48, true, true, 1), (5, 144, 48, true, true, 1),
    (5, 288, 96, true, true, 2), (5, 576, 96, true, true, 1), (5, 576, 96, true, true, 1),
  ]

  /// The layers, and whether their result is one of `maps`.
  var layers: [(layer: any Layer, isStage: Bool)] {
    let rows = size == .large ? Self.large : Self.small
    func scaled(_ channels: Int) -> Int { roundedChannels(Double(channels) * width) }
    var layers: [(layer: any Layer, isStage: Bool)] = [
      (
        ConvNormActivation(
          channels: scaled(16), kernel: 3, stride: 2, normalization: normalization,
          activation: Hardswish()), true
      )
    ]
    for (index, row) in rows.enumerated() {
      let isTail = index >= rows.count - 3
      let divisor = isTail && hasReducedTail ? 2 : 1
      // The tail's first row widens what comes from before it, which is not halved.
      let expanded = scaled(index > rows.count - 3 ? row.expanded / divisor : row.expanded)
      layers.append(
        (
          MBConv(
            channels: scaled(row.channels / divisor), expandedChannels: expanded,
            kernel: row.kernel, stride: isTail && isDilated ? 1 : row.stride,
            dilation: isTail && isDilated ? 2 : 1,
            gate: row.isGated
              ? SqueezeExcitation(
                squeezed: roundedChannels(Double(expanded / 4)), gate: Hardsigmoid()) : nil,
            activation: row.isHard ? Hardswish() : ReLU(), normalization: normalization,
            // Torchvision has none where a dilation stands for a stride.
            hasShortcut: row.stride == 1),
          row.stride > 1
        ))
    }
    let last = 6 * scaled((size == .large ? 160 : 96) / (hasReducedTail ? 2 : 1))
    layers.append(
      (
        ConvNormActivation(
          channels: last, normalization: normalization, activation: Hardswish()), true
      ))
    return layers
  }
}

extension ZooModel {
  /// MobileNetV3-Large as torchvision has it.
  public static let mobileNetV3Large = mobileNetV3(
    .large, "15 inverted residual blocks with hard swish, for 224×224 images",
    lastChannels: 1280, parameterCount: 5_483_032)
  /// MobileNetV3-Small as torchvision has it.
  public static let mobileNetV3Small = mobileNetV3(
    .small, "11 inverted residual blocks with hard swish, for 224×224 images",
    lastChannels: 1024, parameterCount: 2_542_856)

  private static func mobileNetV3(
    _ size: MobileNetV3Body.Size, _ summary: String, lastChannels: Int, parameterCount: Int
  ) -> ZooModel {
    ZooModel(
      name: "mobilenet-v3-\(size)", summary: summary,
      source: "A. Howard et al., arXiv:1905.02244; names of torchvision",
      defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: parameterCount,
      ofWidth: { classes, width in
        Sequential {
          MobileNetV3Body(size, width: width).named("features")
          GlobalAvgPool2d().named("avgpool")
          Flatten()
          Sequential {
            Linear(
              roundedChannels(Double(lastChannels) * width),
              weightInitializer: .normal(deviation: 0.01))
            Hardswish()
            Dropout(0.2)
            Linear(classes, weightInitializer: .normal(deviation: 0.01))
          }.named("classifier")
        }
      })
  }
}
