import FoveaLayers

extension ZooModel {
  /// ResNet-50 as torchvision has it, with the stride in the 3×3 convolutions ("v1.5").
  public static let resnet50 = resNet50(
    "resnet50", "50 layers of bottleneck blocks, for 224×224 images",
    source: "K. He et al., arXiv:1512.03385; names of torchvision",
    parameterCount: 25_557_032, ResidualVariant())

  /// ResNet-50 as published first: the stride is in each block's first 1×1 convolution.
  public static let resnet50V1 = resNet50(
    "resnet50-v1", "resnet50 with the stride in the first 1×1 convolution, as in the paper",
    source: "K. He et al., arXiv:1512.03385; names of torchvision",
    parameterCount: 25_557_032, ResidualVariant(stridesFirst: true))

  /// ResNet-50-B of the "bag of tricks": the stride is in the 3×3 convolution, as in torchvision's.
  public static let resnet50B = resNet50(
    "resnet50-b", "tweak B of the bag of tricks: the same network as resnet50",
    source: "T. He et al., arXiv:1812.01187; names of torchvision",
    parameterCount: 25_557_032, ResidualVariant())

  /// ResNet-50-C: B with three 3×3 convolutions in place of the first 7×7.
  public static let resnet50C = resNet50(
    "resnet50-c", "resnet50-b with three 3×3 convolutions in place of the 7×7",
    source: "T. He et al., arXiv:1812.01187; names of timm",
    parameterCount: 25_576_264, ResidualVariant(hasDeepStem: true))

  /// ResNet-50-D: C with average pooling before each strided projection.
  public static let resnet50D = resNet50(
    "resnet50-d", "resnet50-c with average pooling before strided projections",
    source: "T. He et al., arXiv:1812.01187; names of timm",
    parameterCount: 25_576_264, ResidualVariant(hasDeepStem: true, poolsShortcut: true))

  private static func resNet50(
    _ name: String, _ summary: String, source: String, parameterCount: Int,
    _ variant: ResidualVariant
  ) -> ZooModel {
    ZooModel(
      name: name, summary: summary, source: source, defaultInput: [3, 224, 224],
      defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      Sequential {
        ResidualStem(isDeep: variant.hasDeepStem).inlined()
        ResidualStages(
          depths: [3, 4, 6, 3], isBottleneck: true, variant: variant, classes: classes
        ).inlined()
      }
    }
  }
}
