import FoveaLayers

extension ZooModel {
  /// GoogLeNet as torchvision has it, without auxiliary heads: batch normalisation, and 3×3 for 5×5.
  ///
  /// Images are expected as the weights were trained: torchvision's `transform_input`, another scale of
  /// the channels before the network, is left to whoever reads the images.
  public static let googLeNet = googLeNet(
    "googlenet", "nine inception blocks with batch normalisation, for 224×224 images",
    parameterCount: 6_624_904)

  /// GoogLeNet as torchvision has it, with two heads `aux1` and `aux2` in training.
  public static let googLeNetAux = googLeNet(
    "googlenet-aux", "googlenet with two auxiliary heads in training", hasHeads: true,
    parameterCount: 13_004_888)

  /// GoogLeNet as published, without auxiliary heads: 5×5 convolutions, biases, local response normalisation.
  ///
  /// What the paper leaves open is as in its authors' file for Caffe.
  public static let googLeNetPaper = googLeNet(
    "googlenet-paper", "nine inception blocks with 5×5 convolutions, for 224×224 images",
    form: .paper, parameterCount: 6_998_552)

  /// - Parameter hasHeads: Whether there are auxiliary heads in training.
  private static func googLeNet(
    _ name: String, _ summary: String, form: InceptionV1.Form = .torchvision,
    hasHeads: Bool = false, parameterCount: Int
  ) -> ZooModel {
    ZooModel(
      name: name, summary: summary,
      source: "C. Szegedy et al., arXiv:1409.4842; names of torchvision",
      defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      GoogLeNet(form: form, hasHeads: hasHeads, classes: classes)
    }
  }
}

private struct GoogLeNet: CompositeLayer {
  let form: InceptionV1.Form
  let hasHeads: Bool
  let classes: Int

  var body: some Layer {
    form.convolution(64, kernel: 7, stride: 2).named("conv1")
    pool(1)
    if form == .paper { LocalResponseNorm(5).named("norm1") }
    form.convolution(64).named("conv2")
    form.convolution(192, kernel: 3).named("conv3")
    if form == .paper { LocalResponseNorm(5).named("norm2") }
    pool(2)
    block("3a", 64, (96, 128), (16, 32), 32)
    block("3b", 128, (128, 192), (32, 96), 64)
    pool(3)
    block("4a", 192, (96, 208), (16, 48), 64)
    if hasHeads { AuxiliaryHead("aux1", InceptionV1.Head(classes: classes, form: form)) }
    block("4b", 160, (112, 224), (24, 64), 64)
    block("4c", 128, (128, 256), (24, 64), 64)
    block("4d", 112, (144, 288), (32, 64), 64)
    if hasHeads { AuxiliaryHead("aux2", InceptionV1.Head(classes: classes, form: form)) }
    block("4e", 256, (160, 320), (32, 128), 128)
    pool(4, kernel: form == .paper ? 3 : 2)
    block("5a", 256, (160, 320), (32, 128), 128)
    block("5b", 384, (192, 384), (48, 128), 128)
    GlobalAvgPool2d().named("avgpool")
    Flatten()
    Dropout(form == .paper ? 0.4 : 0.2).named("dropout")
    Linear(classes, weightInitializer: .normal(deviation: 0.01)).named("fc")
  }

  private func block(
    _ name: String, _ pointwise: Int, _ medium: (Int, Int), _ large: (Int, Int), _ pooled: Int
  ) -> some Layer {
    InceptionV1.Block(
      pointwise: pointwise, medium: medium, large: large, pooled: pooled, form: form
    ).named("inception\(name)")
  }

  private func pool(_ number: Int, kernel: Int = 3) -> some Layer {
    MaxPool2d(kernel: Extent2d(kernel), stride: 2, ceilMode: true).named("maxpool\(number)")
  }
}
