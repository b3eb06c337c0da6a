import FoveaLayers

extension ZooModel {
  /// ResNet-18 for CIFAR: a first convolution of 3×3 with stride 1, and no pooling behind it.
  public static let resnet18CIFAR = ZooModel(
    name: "resnet18-cifar",
    summary: "resnet18 with a 3×3 first convolution and no max-pooling, for 32×32 images",
    source: "K. He et al., arXiv:1512.03385; names of torchvision",
    defaultInput: [3, 32, 32], defaultClasses: 10, parameterCount: 11_173_962
  ) { classes in
    Sequential {
      convolution(64, kernel: 3).named("conv1")
      BatchNorm2d().named("bn1")
      ReLU().named("relu")
      ResidualBody(.basic, depths: [2, 2, 2, 2]).stages
      ClassifierHead(classes: classes).inlined()
    }
  }
}
