import FoveaLayers

extension ZooModel {
  /// VGG-11 (configuration A).
  public static let vgg11 = vgg(11, [1, 1, 2, 2, 2], parameterCount: 132_863_336)
  /// VGG-13 (configuration B).
  public static let vgg13 = vgg(13, [2, 2, 2, 2, 2], parameterCount: 133_047_848)
  /// VGG-16 (configuration D).
  public static let vgg16 = vgg(16, [2, 2, 3, 3, 3], parameterCount: 138_357_544)
  /// VGG-19 (configuration E).
  public static let vgg19 = vgg(19, [2, 2, 4, 4, 4], parameterCount: 143_667_240)
  /// VGG-11 with batch normalisation.
  public static let vgg11BN = vgg(
    11, [1, 1, 2, 2, 2], isNormalised: true, parameterCount: 132_868_840)
  /// VGG-13 with batch normalisation.
  public static let vgg13BN = vgg(
    13, [2, 2, 2, 2, 2], isNormalised: true, parameterCount: 133_053_736)
  /// VGG-16 with batch normalisation.
  public static let vgg16BN = vgg(
    16, [2, 2, 3, 3, 3], isNormalised: true, parameterCount: 138_365_992)
  /// VGG-19 with batch normalisation.
  public static let vgg19BN = vgg(
    19, [2, 2, 4, 4, 4], isNormalised: true, parameterCount: 143_678_248)

  /// - Parameter depths: The convolutions of each of the five stages.
  private static func vgg(
    _ layers: Int, _ depths: [Int], isNormalised: Bool = false, parameterCount: Int
  ) -> ZooModel {
    ZooModel(
      name: isNormalised ? "vgg\(layers)-bn" : "vgg\(layers)",
      summary: "\(layers - 3) 3×3 convolutions and three dense layers, for 224×224 images"
        + (isNormalised ? ", with batch normalisation" : ""),
      source: "K. Simonyan and A. Zisserman, arXiv:1409.1556; names of torchvision",
      defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      Sequential {
        Sequential {
          for (stage, depth) in depths.enumerated() {
            for _ in 0..<depth {
              Conv2d(
                min(64 << stage, 512), kernel: 3, padding: 1,
                weightInitializer: .kaimingNormal(fan: .fanOut))
              if isNormalised { BatchNorm2d() }
              ReLU()
            }
            MaxPool2d(kernel: 2)
          }
        }.named("features")
        AdaptiveAvgPool2d(7).named("avgpool")
        Flatten()
        Sequential {
          for _ in 0..<2 {
            Linear(4096, weightInitializer: .normal(deviation: 0.01))
            ReLU()
            Dropout()
          }
          Linear(classes, weightInitializer: .normal(deviation: 0.01))
        }.named("classifier")
      }
    }
  }
}
