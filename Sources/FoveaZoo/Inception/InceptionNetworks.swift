extension ZooModel {
  /// The networks of parallel branches, and of joined maps.
  static let inceptionNetworks: [ZooModel] = []
}
