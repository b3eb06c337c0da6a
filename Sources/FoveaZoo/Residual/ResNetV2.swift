import FoveaLayers

extension ZooModel {
  /// ResNet-50 of version 2, with pre-activation, as timm has it.
  public static let resnetV2With50Layers = ZooModel(
    name: "resnetv2-50",
    summary: "resnet50 with normalisation and ReLU before each convolution, for 224×224 images",
    source: "K. He et al., arXiv:1603.05027; names of timm",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 25_549_352
  ) { classes in
    Sequential {
      Sequential {
        convolution(64, kernel: 7, stride: 2).named("conv")
        MaxPool2d(kernel: 3, stride: 2, padding: 1).named("pool")
      }.named("stem")
      Sequential(
        [3, 4, 6, 3].enumerated().map { stage, depth in
          Sequential {
            Sequential(
              (0..<depth).map {
                PreActivationBlock(
                  .bottleneck, channels: 256 << stage, stride: $0 == 0 && stage > 0 ? 2 : 1)
              }
            ).named("blocks")
          }
        }
      ).named("stages")
      BatchNorm2d().named("norm")
      ReLU().named("relu")
      Sequential {
        GlobalAvgPool2d().named("global_pool")
        Conv2d(classes, kernel: 1, weightInitializer: .normal(deviation: 0.01)).named("fc")
        Flatten()
      }.named("head")
    }
  }
}
