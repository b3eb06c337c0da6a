extension ZooModel {
  /// The networks that are chains of layers, and those of the textbooks.
  static let classicNetworks: [ZooModel] = [
    simpleCNN, simpleCNN3v7, lenet5, alexNet, alexNetPaper, zfNet,
    vgg11, vgg13, vgg16, vgg19, vgg11BN, vgg13BN, vgg16BN, vgg19BN,
    ninCIFAR, allCNNA, allCNNB, allCNNC,
  ]
}
