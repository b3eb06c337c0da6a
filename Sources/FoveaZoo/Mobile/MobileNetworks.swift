extension ZooModel {
  /// The networks for little time and memory.
  static let mobileNetworks: [ZooModel] = [
    mobileNetV2, mobileNetV3Large, mobileNetV3Small, efficientNetB0,
  ]
}
