extension ZooModel {
  /// The networks that say a class for each pixel.
  static let segmentationNetworks: [ZooModel] = [unetPaper]
}
