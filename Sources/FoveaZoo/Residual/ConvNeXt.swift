import FoveaLayers

/// Four stages of ConvNeXt blocks behind a convolution of patches.
private struct ConvNeXt: CompositeLayer {
  let channels: [Int]
  let depths: [Int]
  let stochasticDepth: Float
  let classes: Int

  var body: some Layer {
    Sequential(features).named("features")
    GlobalAvgPool2d().named("avgpool")
    Sequential {
      LayerNorm2d()
      Flatten()
      Linear(classes, weightInitializer: .normal(deviation: 0.02))
    }.named("classifier")
  }

  private var features: [any Layer] {
    var features: [any Layer] = []
    var index: Float = 0
    let last = Float(depths.reduce(0, +) - 1)
    for (channels, depth) in zip(channels, depths) {
      features.append(
        features.isEmpty
          ? Sequential {
            patches(of: 4, channels)
            LayerNorm2d()
          }
          : Sequential {
            LayerNorm2d()
            patches(of: 2, channels)
          })
      features.append(
        Sequential(
          (0..<depth).map { _ -> any Layer in
            defer { index += 1 }
            return ConvNeXtBlock(stochasticDepth: stochasticDepth * index / last)
          }))
    }
    return features
  }

  private func patches(of extent: Int, _ channels: Int) -> FoveaLayers.Conv2d {
    Conv2d(
      channels, kernel: Extent2d(extent), stride: Extent2d(extent),
      weightInitializer: .normal(deviation: 0.02))
  }
}

extension ZooModel {
  /// ConvNeXt-T as torchvision has it.
  public static let convNeXtTiny = convNeXt(
    "tiny", 28_589_128, [96, 192, 384, 768], [3, 3, 9, 3], stochasticDepth: 0.1)
  /// ConvNeXt-S as torchvision has it.
  public static let convNeXtSmall = convNeXt(
    "small", 50_223_688, [96, 192, 384, 768], [3, 3, 27, 3], stochasticDepth: 0.4)
  /// ConvNeXt-B as torchvision has it.
  public static let convNeXtBase = convNeXt(
    "base", 88_591_464, [128, 256, 512, 1024], [3, 3, 27, 3], stochasticDepth: 0.5)
  /// ConvNeXt-L as torchvision has it.
  public static let convNeXtLarge = convNeXt(
    "large", 197_767_336, [192, 384, 768, 1536], [3, 3, 27, 3], stochasticDepth: 0.5)

  private static func convNeXt(
    _ size: String, _ parameterCount: Int, _ channels: [Int], _ depths: [Int],
    stochasticDepth: Float
  ) -> ZooModel {
    ZooModel(
      name: "convnext-\(size)",
      summary:
        "\(depths.reduce(0, +)) blocks of depthwise 7×7 convolutions, for 224×224 images",
      source: "Z. Liu et al., arXiv:2201.03545; names of torchvision",
      defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      ConvNeXt(
        channels: channels, depths: depths, stochasticDepth: stochasticDepth, classes: classes)
    }
  }
}
