extension ZooModel {
  /// The networks that say a class for each pixel.
  static let segmentationNetworks: [ZooModel] = [
    fcnResNet50, fcnResNet101, deepLabV3ResNet50, deepLabV3ResNet101, deepLabV3MobileNetV3,
    deepLabV3Plus, lraspp, unet, unetBilinear, unetPaper, segnet,
  ]
}
