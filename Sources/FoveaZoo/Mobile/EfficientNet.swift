import Foundation
public import FoveaLayers

/// The networks B0 to B7 and all between: inverted residual blocks, scaled in width and depth.
///
/// `[N, C, H, W] → [N, classes]`; weight names are torchvision's. `CompoundScaling` says which width and
/// depth go together.
///
/// - SeeAlso: M. Tan and Q. Le, arXiv:1905.11946.
public struct EfficientNet: CompositeLayer {
  /// What the channels of B0 are multiplied by, rounded to multiples of 8.
  public let width: Double
  /// What the depths of B0's stages are multiplied by, rounded up.
  public let depth: Double
  /// The probability of dropout before the last layer.
  public let dropout: Float
  /// What the probability that training leaves a block out for an image rises to, from 0 at the first block.
  public let stochasticDepth: Float
  /// The number of classes.
  public let classes: Int
  private let normalization: FoveaLayers.BatchNorm2d

  /// Makes a network.
  ///
  /// - Parameters:
  ///   - width: What the channels of B0 are multiplied by.
  ///   - depth: What the depths of B0's stages are multiplied by.
  ///   - dropout: The probability of dropout before the last layer.
  ///   - stochasticDepth: What the probability that training leaves a block out for an image rises to, linearly with
  ///     the number of blocks before it (arXiv:1603.09382).
  ///   - classes: The number of classes.
  public init(
    width: Double = 1, depth: Double = 1, dropout: Float = 0.2, stochasticDepth: Float = 0.2,
    classes: Int
  ) {
    self.init(
      width: width, depth: depth, dropout: dropout, stochasticDepth: stochasticDepth,
      classes: classes, normalization: BatchNorm2d())
  }

  init(
    width: Double, depth: Double, dropout: Float, stochasticDepth: Float = 0.2, classes: Int,
    normalization: FoveaLayers.BatchNorm2d
  ) {
    self.width = width
    self.depth = depth
    self.dropout = dropout
    self.stochasticDepth = stochasticDepth
    self.classes = classes
    self.normalization = normalization
  }

  /// B0's stages.
  static let stages: [MobileStage] = [
    MobileStage(expansion: 1, kernel: 3, stride: 1, channels: 16, depth: 1),
    MobileStage(expansion: 6, kernel: 3, stride: 2, channels: 24, depth: 2),
    MobileStage(expansion: 6, kernel: 5, stride: 2, channels: 40, depth: 2),
    MobileStage(expansion: 6, kernel: 3, stride: 2, channels: 80, depth: 3),
    MobileStage(expansion: 6, kernel: 5, stride: 1, channels: 112, depth: 3),
    MobileStage(expansion: 6, kernel: 5, stride: 2, channels: 192, depth: 4),
    MobileStage(expansion: 6, kernel: 3, stride: 1, channels: 320, depth: 1),
  ]

  public var body: some Layer {
    let stages = Self.stages.map { stage in
      var stage = stage
      stage.channels = roundedChannels(Double(stage.channels) * width)
      stage.depth = Int((Double(stage.depth) * depth).rounded(.up))
      return stage
    }
    MobileStages(
      stem: roundedChannels(32 * width), stages: stages,
      lastChannels: 4 * roundedChannels(320 * width), dropout: dropout,
      stochasticDepth: stochasticDepth, classes: classes, normalization: normalization
    ).inlined()
  }
}

/// Blocks of one kind, of which the first may stride.
struct MobileStage: Sendable {
  var isFused = false
  /// How many times as wide as its input a block is inside.
  let expansion: Int
  let kernel: Int
  let stride: Int
  var channels: Int
  var depth: Int
}

/// What the networks of torchvision's `efficientnet.py` have in common.
struct MobileStages: CompositeLayer {
  let stem: Int
  let stages: [MobileStage]
  let lastChannels: Int
  let dropout: Float
  let stochasticDepth: Float
  let classes: Int
  let normalization: FoveaLayers.BatchNorm2d

  var body: some Layer {
    Sequential {
      ConvNormActivation(
        channels: stem, kernel: 3, stride: 2, normalization: normalization, activation: SiLU())
      blocks
      ConvNormActivation(
        channels: lastChannels, normalization: normalization, activation: SiLU())
    }.named("features")
    GlobalAvgPool2d().named("avgpool")
    Flatten()
    Sequential {
      Dropout(dropout)
      Linear(classes, weightInitializer: .uniform(bound: 1 / Float(classes).squareRoot()))
    }.named("classifier")
  }

  private var blocks: [any Layer] {
    var inChannels = stem
    // Torchvision's rule, by which the last block stays below the full probability.
    let step = stochasticDepth / Float(stages.reduce(0) { $0 + $1.depth })
    var place: Float = 0
    return stages.map { stage in
      Sequential(
        (0..<stage.depth).map { index -> any Layer in
          defer {
            inChannels = stage.channels
            place += 1
          }
          let stride = index == 0 ? stage.stride : 1
          let expanded = inChannels * stage.expansion
          return stage.isFused
            ? FusedMBConv(
              channels: stage.channels, expandedChannels: expanded, kernel: stage.kernel,
              stride: stride, normalization: normalization, stochasticDepth: step * place)
            : MBConv(
              channels: stage.channels, expandedChannels: expanded, kernel: stage.kernel,
              stride: stride,
              gate: SqueezeExcitation(squeezed: max(1, inChannels / 4), activation: SiLU()),
              normalization: normalization, stochasticDepth: step * place)
        })
    }
  }
}

extension ZooModel {
  /// EfficientNet-B0 as torchvision has it.
  public static let efficientNetB0 = efficientNet(0)
  /// EfficientNet-B1 as torchvision has it.
  public static let efficientNetB1 = efficientNet(1)
  /// EfficientNet-B2 as torchvision has it.
  public static let efficientNetB2 = efficientNet(2)
  /// EfficientNet-B3 as torchvision has it.
  public static let efficientNetB3 = efficientNet(3)
  /// EfficientNet-B4 as torchvision has it.
  public static let efficientNetB4 = efficientNet(4)
  /// EfficientNet-B5 as torchvision has it.
  public static let efficientNetB5 = efficientNet(5)
  /// EfficientNet-B6 as torchvision has it.
  public static let efficientNetB6 = efficientNet(6)
  /// EfficientNet-B7 as torchvision has it.
  public static let efficientNetB7 = efficientNet(7)

  /// Width, depth, the images' extent, dropout and parameters of B0 to B7.
  static let efficientNets:
    [(width: Double, depth: Double, extent: Int, dropout: Float, parameterCount: Int)] = [
      (1.0, 1.0, 224, 0.2, 5_288_548), (1.0, 1.1, 240, 0.2, 7_794_184),
      (1.1, 1.2, 260, 0.3, 9_109_994), (1.2, 1.4, 300, 0.3, 12_233_232),
      (1.4, 1.8, 380, 0.4, 19_341_616), (1.6, 2.2, 456, 0.4, 30_389_784),
      (1.8, 2.6, 528, 0.5, 43_040_704), (2.0, 3.1, 600, 0.5, 66_347_960),
    ]

  static func efficientNet(_ number: Int) -> ZooModel {
    let (ownWidth, depth, extent, dropout, parameterCount) = efficientNets[number]
    let blocks = EfficientNet.stages.reduce(0) {
      $0 + Int((Double($1.depth) * depth).rounded(.up))
    }
    return ZooModel(
      name: "efficientnet-b\(number)",
      summary:
        "\(blocks) inverted residual blocks with squeeze-and-excitation, for \(extent)×\(extent) images",
      source: "M. Tan and Q. Le, arXiv:1905.11946; names of torchvision",
      defaultInput: [3, extent, extent], defaultClasses: 1000, parameterCount: parameterCount,
      ofWidth: { classes, width in
        EfficientNet(
          width: width * ownWidth, depth: depth, dropout: dropout, classes: classes,
          normalization: number < 5 ? BatchNorm2d() : BatchNorm2d(epsilon: 1e-3, momentum: 0.01))
      })
  }

  /// EfficientNetV2-S as torchvision has it.
  public static let efficientNetV2S = ZooModel(
    name: "efficientnet-v2-s",
    summary: "10 fused and 30 plain inverted residual blocks, for 384×384 images",
    source: "M. Tan and Q. Le, arXiv:2104.00298; names of torchvision",
    defaultInput: [3, 384, 384], defaultClasses: 1000, parameterCount: 21_458_488
  ) { classes in
    MobileStages(
      stem: 24,
      stages: [
        MobileStage(isFused: true, expansion: 1, kernel: 3, stride: 1, channels: 24, depth: 2),
        MobileStage(isFused: true, expansion: 4, kernel: 3, stride: 2, channels: 48, depth: 4),
        MobileStage(isFused: true, expansion: 4, kernel: 3, stride: 2, channels: 64, depth: 4),
        MobileStage(expansion: 4, kernel: 3, stride: 2, channels: 128, depth: 6),
        MobileStage(expansion: 6, kernel: 3, stride: 1, channels: 160, depth: 9),
        MobileStage(expansion: 6, kernel: 3, stride: 2, channels: 256, depth: 15),
      ],
      lastChannels: 1280, dropout: 0.2, stochasticDepth: 0.2, classes: classes,
      normalization: BatchNorm2d(epsilon: 1e-3))
  }
}
