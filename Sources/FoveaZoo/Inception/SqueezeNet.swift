public import FoveaLayers

/// A 1×1 convolution that narrows, then 1×1 and 3×3 convolutions side by side that widen; ReLU behind each.
///
/// `[N, C, H, W] → [N, expanded1x1 + expanded3x3, H, W]`, with torchvision's names.
///
/// - SeeAlso: F. Iandola et al., *SqueezeNet*, arXiv:1602.07360, figure 1.
public struct Fire: CompositeLayer {
  /// The channels between.
  public let squeezed: Int
  /// The channels of the 1×1 convolution.
  public let expanded1x1: Int
  /// The channels of the 3×3 convolution.
  public let expanded3x3: Int

  /// Makes a block.
  public init(squeezed: Int, expanded1x1: Int, expanded3x3: Int) {
    self.squeezed = squeezed
    self.expanded1x1 = expanded1x1
    self.expanded3x3 = expanded3x3
  }

  public var body: some Layer {
    convolution("squeeze", squeezed, kernel: 1)
    Concatenate {
      convolution("expand1x1", expanded1x1, kernel: 1)
      convolution("expand3x3", expanded3x3, kernel: 3)
    }.inlined()
  }

  private func convolution(_ name: String, _ channels: Int, kernel: Int) -> some Layer {
    Sequential {
      Conv2d(
        channels, kernel: Extent2d(kernel), padding: .all(kernel / 2),
        weightInitializer: .kaimingUniform()
      ).named(name)
      ReLU().named(name + "_activation")
    }.inlined()
  }
}

extension ZooModel {
  /// SqueezeNet 1.0 as torchvision has it.
  public static let squeezeNet1_0 = squeezeNet(
    "1-0", "eight fire blocks behind a 7×7 convolution, for 224×224 images",
    channels: 96, kernel: 7, poolsBehind: [3, 7], parameterCount: 1_248_424)

  /// SqueezeNet 1.1 as torchvision has it: it pools earlier, for less than half the work.
  public static let squeezeNet1_1 = squeezeNet(
    "1-1", "eight fire blocks behind a 3×3 convolution, for 224×224 images",
    channels: 64, kernel: 3, poolsBehind: [2, 4], parameterCount: 1_235_496)

  /// - Parameter poolsBehind: The fire blocks behind which there is max-pooling, counted from 1.
  private static func squeezeNet(
    _ version: String, _ summary: String, channels: Int, kernel: Int, poolsBehind: Set<Int>,
    parameterCount: Int
  ) -> ZooModel {
    ZooModel(
      name: "squeezenet\(version)", summary: summary,
      source: "F. Iandola et al., arXiv:1602.07360; names of torchvision",
      defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      Sequential {
        Sequential {
          Conv2d(
            channels, kernel: Extent2d(kernel), stride: 2, weightInitializer: .kaimingUniform())
          ReLU()
          MaxPool2d(kernel: 3, stride: 2, ceilMode: true)
          for number in 1...8 {
            // Two blocks of each width: 16, 32, 48 and 64 channels, four times as many on each side.
            let squeezed = 16 * ((number + 1) / 2)
            Fire(squeezed: squeezed, expanded1x1: 4 * squeezed, expanded3x3: 4 * squeezed)
            if poolsBehind.contains(number) { MaxPool2d(kernel: 3, stride: 2, ceilMode: true) }
          }
        }.named("features")
        Sequential {
          Dropout()
          Conv2d(classes, kernel: 1, weightInitializer: .normal(deviation: 0.01))
          ReLU()
          GlobalAvgPool2d()
        }.named("classifier")
        Flatten()
      }
    }
  }
}
