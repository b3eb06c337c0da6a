extension ZooModel {
  /// The residual networks.
  static let residualNetworks: [ZooModel] = [
    resnet18CIFAR, resnet18, resnet34, resnet50, resnet50V1, resnet50B, resnet50C, resnet50D,
  ]
}
