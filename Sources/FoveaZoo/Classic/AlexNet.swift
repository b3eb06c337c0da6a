import FoveaLayers

extension ZooModel {
  /// AlexNet as torchvision has it: one tower, without local response normalisation.
  ///
  /// Fewer channels than in the paper of 2012, as in A. Krizhevsky, arXiv:1404.5997, figure 2.
  public static let alexNet = ZooModel(
    name: "alexnet",
    summary: "five convolutions and three dense layers in one tower, for 224×224 images",
    source: "A. Krizhevsky, arXiv:1404.5997; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 61_100_840
  ) { classes in
    Sequential {
      Sequential {
        Conv2d(64, kernel: 11, stride: 4, padding: 2)
        ReLU()
        MaxPool2d(kernel: 3, stride: 2)
        Conv2d(192, kernel: 5, padding: 2)
        ReLU()
        MaxPool2d(kernel: 3, stride: 2)
        for channels in [384, 256, 256] {
          Conv2d(channels, kernel: 3, padding: 1)
          ReLU()
        }
        MaxPool2d(kernel: 3, stride: 2)
      }.named("features")
      AdaptiveAvgPool2d(6).named("avgpool")
      Flatten()
      Sequential {
        for _ in 0..<2 {
          Dropout()
          Linear(4096)
          ReLU()
        }
        Linear(classes)
      }.named("classifier")
    }
  }
}
