import FoveaLayers

extension ZooModel {
  /// VGG-16 (configuration D) as torchvision has it.
  public static let vgg16 = ZooModel(
    name: "vgg16",
    summary: "13 3×3 convolutions and three dense layers, for 224×224 images",
    source: "K. Simonyan and A. Zisserman, arXiv:1409.1556; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 138_357_544
  ) { classes in
    Sequential {
      Sequential {
        for stage in [[64, 64], [128, 128], [256, 256, 256], [512, 512, 512], [512, 512, 512]] {
          for channels in stage {
            Conv2d(
              channels, kernel: 3, padding: 1, weightInitializer: .kaimingNormal(fan: .fanOut))
            ReLU()
          }
          MaxPool2d(kernel: 2)
        }
      }.named("features")
      AdaptiveAvgPool2d(7).named("avgpool")
      Flatten()
      Sequential {
        Linear(4096, weightInitializer: .normal(deviation: 0.01))
        ReLU()
        Dropout()
        Linear(4096, weightInitializer: .normal(deviation: 0.01))
        ReLU()
        Dropout()
        Linear(classes, weightInitializer: .normal(deviation: 0.01))
      }.named("classifier")
    }
  }
}
