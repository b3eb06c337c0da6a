extension ZooModel {
  /// The residual networks.
  static let residualNetworks: [ZooModel] = [
    resnet18CIFAR, resnet18, resnet34, resnet50, resnet101, resnet152,
    resnet50V1, resnet50B, resnet50C, resnet50D,
    resnext50, resnext101, resnext101Of64, wideResnet50, wideResnet101,
  ]
}
