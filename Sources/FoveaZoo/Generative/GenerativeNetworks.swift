extension ZooModel {
  /// The networks that make images.
  static let generativeNetworks: [ZooModel] = [vae, dcganGenerator, dcganDiscriminator]
}
