extension ZooModel {
  /// The networks that find boxes.
  static let detectionNetworks: [ZooModel] = [yoloxNano, yoloxTiny, yoloxS, ssdLite, ssd300]
}
