extension ZooModel {
  /// The networks of parallel branches, and of joined maps.
  static let inceptionNetworks: [ZooModel] = [
    googLeNet, googLeNetAux, googLeNetPaper, inceptionV2, inceptionV3, inceptionV3Aux, inceptionV4,
    inceptionResNetV2, xception, squeezeNet1_0, squeezeNet1_1,
    denseNet121, denseNet161, denseNet169, denseNet201, denseNetBC100,
    shuffleNetV2x0_5, shuffleNetV2x1_0, shuffleNetV2x1_5, shuffleNetV2x2_0,
  ]
}
