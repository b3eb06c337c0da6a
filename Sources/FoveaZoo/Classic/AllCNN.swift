import FoveaLayers

extension ZooModel {
  /// All-CNN-A: 5×5 convolutions, with a strided 3×3 convolution where the base network pools.
  public static let allCNNA = allCNN(
    "a", "5×5", stage: { [($0, 5)] }, parameterCount: 1_254_250)
  /// All-CNN-B: each 5×5 convolution of A has a 1×1 convolution behind it.
  public static let allCNNB = allCNN(
    "b", "5×5 and 1×1", stage: { [($0, 5), ($0, 1)] }, parameterCount: 1_300_618)
  /// All-CNN-C: two 3×3 convolutions for each 5×5 convolution of A.
  public static let allCNNC = allCNN(
    "c", "3×3", stage: { [($0, 3), ($0, 3)] }, parameterCount: 1_369_738)

  /// - Parameter stage: Channels and kernel of a stage's convolutions, from the stage's channels.
  private static func allCNN(
    _ letter: String, _ kernels: String, stage: @escaping @Sendable (Int) -> [(Int, Int)],
    parameterCount: Int
  ) -> ZooModel {
    ZooModel(
      name: "all-cnn-\(letter)",
      summary: "\(kernels) convolutions, with strides in place of pooling, for 32×32 images",
      source: "J. Springenberg et al., arXiv:1412.6806, tables 1 and 2",
      defaultInput: [3, 32, 32], defaultClasses: 10, parameterCount: parameterCount
    ) { classes in
      Sequential {
        Sequential {
          Dropout(0.2)
          for channels in [96, 192] {
            for (channels, kernel) in stage(channels) {
              convolution(channels, kernel: kernel, padding: kernel / 2)
            }
            convolution(channels, kernel: 3, stride: 2, padding: 1)
            Dropout()
          }
          // Without padding: the paper averages over 6×6 pixels of an image of 32×32.
          convolution(192, kernel: 3)
          convolution(192, kernel: 1)
          convolution(classes, kernel: 1)
        }.named("features")
        GlobalAvgPool2d().named("avgpool")
        Flatten()
      }
    }
  }

  private static func convolution(
    _ channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0
  ) -> some Layer {
    Sequential {
      Conv2d(
        channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(padding),
        weightInitializer: .kaimingNormal(fan: .fanOut))
      ReLU()
    }.inlined()
  }
}
