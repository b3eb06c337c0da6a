extension ZooModel {
  /// The residual networks.
  static let residualNetworks: [ZooModel] = [
    resnet18CIFAR, resnet20, resnet32, resnet44, resnet56, resnet110, wideResnet28,
    resnet18, resnet34, resnet50, resnet101, resnet152,
    resnet50V1, resnet50B, resnet50C, resnet50D, resnetV2With50Layers,
    resnext50, resnext101, resnext101Of64, wideResnet50, wideResnet101, seResnet50,
    regNetX400MF, regNetY400MF,
    convNeXtTiny, convNeXtSmall, convNeXtBase, convNeXtLarge,
    resnet50GroupNorm, resnetV2BiT,
  ]
}
