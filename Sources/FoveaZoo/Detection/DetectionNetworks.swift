extension ZooModel {
  /// The networks that find boxes.
  static let detectionNetworks: [ZooModel] = []
}
