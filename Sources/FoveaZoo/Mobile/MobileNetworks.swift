extension ZooModel {
  /// The networks for little time and memory.
  static let mobileNetworks: [ZooModel] = [
    mobileNetV1, mobileNetV2, mobileNetV3Large, mobileNetV3Small, ghostNet,
    mnasNet05, mnasNet075, mnasNet10, mnasNet13,
    efficientNetB0, efficientNetB1, efficientNetB2, efficientNetB3,
    efficientNetB4, efficientNetB5, efficientNetB6, efficientNetB7,
    efficientNetLite0, efficientNetLite1, efficientNetLite2, efficientNetLite3, efficientNetLite4,
    efficientNetV2S,
  ]
}
