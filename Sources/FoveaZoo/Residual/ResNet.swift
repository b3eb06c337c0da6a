import FoveaLayers

extension ZooModel {
  /// ResNet-18 as torchvision has it.
  public static let resnet18 = ZooModel(
    name: "resnet18",
    summary: "18 layers of residual blocks, for 224×224 images",
    source: "K. He et al., arXiv:1512.03385; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 11_689_512
  ) { classes in
    Sequential {
      ResidualStem().inlined()
      ResidualStages(depths: [2, 2, 2, 2], classes: classes).inlined()
    }
  }

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
      ResidualStages(depths: [2, 2, 2, 2], classes: classes).inlined()
    }
  }

  /// ResNet-34 as torchvision has it.
  public static let resnet34 = ZooModel(
    name: "resnet34",
    summary: "34 layers of residual blocks, for 224×224 images",
    source: "K. He et al., arXiv:1512.03385; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 21_797_672
  ) { classes in
    Sequential {
      ResidualStem().inlined()
      ResidualStages(depths: [3, 4, 6, 3], classes: classes).inlined()
    }
  }
}
