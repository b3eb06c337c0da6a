extension ZooModel {
  /// The networks that are chains of layers, and those of the textbooks.
  static let classicNetworks: [ZooModel] = [simpleCNN, simpleCNN3v7, lenet5, vgg16]
}
