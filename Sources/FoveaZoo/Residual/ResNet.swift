import FoveaGraph
import FoveaLayers

/// A residual body with global average pooling and a dense layer behind it.
struct ResidualClassifier: CompositeLayer {
  let residual: ResidualBody
  let classes: Int

  var body: some Layer {
    residual.inlined()
    ClassifierHead(classes: classes).inlined()
  }
}

/// Global average pooling and a dense layer under torchvision's names.
struct ClassifierHead: CompositeLayer {
  let classes: Int

  var body: some Layer {
    GlobalAvgPool2d().named("avgpool")
    Flatten()
    Linear(classes).named("fc")
  }
}

extension ZooModel {
  /// ResNet-18 as torchvision has it.
  public static let resnet18 = resNet(
    "resnet18", "18 layers of residual blocks", 11_689_512, .basic, [2, 2, 2, 2])
  /// ResNet-34 as torchvision has it.
  public static let resnet34 = resNet(
    "resnet34", "34 layers of residual blocks", 21_797_672, .basic, [3, 4, 6, 3])
  /// ResNet-50 as torchvision has it, with the stride in the 3×3 convolutions ("v1.5").
  public static let resnet50 = resNet(
    "resnet50", "50 layers of bottleneck blocks", 25_557_032, .bottleneck, [3, 4, 6, 3])
  /// ResNet-101 as torchvision has it.
  public static let resnet101 = resNet(
    "resnet101", "101 layers of bottleneck blocks", 44_549_160, .bottleneck, [3, 4, 23, 3])
  /// ResNet-152 as torchvision has it.
  public static let resnet152 = resNet(
    "resnet152", "152 layers of bottleneck blocks", 60_192_808, .bottleneck, [3, 8, 36, 3])

  /// ResNet-50 as published first: the stride is in each block's first 1×1 convolution.
  public static let resnet50V1 = resNet(
    "resnet50-v1", "resnet50 with the stride in the first 1×1 convolution, as in the paper",
    25_557_032, .bottleneck, [3, 4, 6, 3], ResidualOptions(variant: .v1))
  /// ResNet-50-B of the "bag of tricks": the stride is in the 3×3 convolution, as in torchvision's.
  public static let resnet50B = resNet(
    "resnet50-b", "tweak B of the bag of tricks: the same network as resnet50",
    25_557_032, .bottleneck, [3, 4, 6, 3], source: bagOfTricks + "torchvision")
  /// ResNet-50-C: B with three 3×3 convolutions in place of the first 7×7.
  public static let resnet50C = resNet(
    "resnet50-c", "resnet50-b with three 3×3 convolutions in place of the 7×7",
    25_576_264, .bottleneck, [3, 4, 6, 3], ResidualOptions(variant: .c),
    source: bagOfTricks + "timm")
  /// ResNet-50-D: C with average pooling before each strided projection.
  public static let resnet50D = resNet(
    "resnet50-d", "resnet50-c with average pooling before strided projections",
    25_576_264, .bottleneck, [3, 4, 6, 3], ResidualOptions(variant: .d),
    source: bagOfTricks + "timm")

  /// ResNeXt-50 32x4d as torchvision has it.
  public static let resnext50 = resNet(
    "resnext50-32x4d", "resnet50 with 32 groups of 4 channels", 25_028_904, .bottleneck,
    [3, 4, 6, 3], ResidualOptions(groups: 32, widthPerGroup: 4), source: aggregated)
  /// ResNeXt-101 32x8d as torchvision has it.
  public static let resnext101 = resNet(
    "resnext101-32x8d", "resnet101 with 32 groups of 8 channels", 88_791_336, .bottleneck,
    [3, 4, 23, 3], ResidualOptions(groups: 32, widthPerGroup: 8), source: aggregated)
  /// ResNeXt-101 64x4d as torchvision has it.
  public static let resnext101Of64 = resNet(
    "resnext101-64x4d", "resnet101 with 64 groups of 4 channels", 83_455_272, .bottleneck,
    [3, 4, 23, 3], ResidualOptions(groups: 64, widthPerGroup: 4), source: aggregated)
  /// Wide ResNet-50-2 as torchvision has it.
  public static let wideResnet50 = resNet(
    "wide-resnet50-2", "resnet50 with twice the channels inside blocks", 68_883_240, .bottleneck,
    [3, 4, 6, 3], ResidualOptions(widthPerGroup: 128), source: wide)
  /// Wide ResNet-101-2 as torchvision has it.
  public static let wideResnet101 = resNet(
    "wide-resnet101-2", "resnet101 with twice the channels inside blocks", 126_886_696,
    .bottleneck, [3, 4, 23, 3], ResidualOptions(widthPerGroup: 128), source: wide)

  /// SE-ResNet-50 as timm has it: squeeze-and-excitation at the end of each branch.
  public static let seResnet50 = resNet(
    "seresnet50", "resnet50 with squeeze-and-excitation", 28_088_024, .bottleneck, [3, 4, 6, 3],
    ResidualOptions(gate: { SqueezeExcitation(squeezed: roundedChannels(Double($0) / 16)) }),
    source: "J. Hu et al., arXiv:1709.01507; names of timm")

  /// ResNet-50 with group normalisation in place of batch normalisation, as timm has it.
  public static let resnet50GroupNorm = resNet(
    "resnet50-gn", "resnet50 with group normalisation", 25_557_032, .bottleneck, [3, 4, 6, 3],
    ResidualOptions(normalization: { GroupNorm(groups: 32) }),
    source: "Y. Wu and K. He, arXiv:1803.08494; names of timm")

  private static let bagOfTricks = "T. He et al., arXiv:1812.01187; names of "
  private static let aggregated = "S. Xie et al., arXiv:1611.05431; names of torchvision"
  private static let wide = "S. Zagoruyko, N. Komodakis, arXiv:1605.07146; names of torchvision"

  /// A network for images of 224×224 and the classes of ImageNet.
  private static func resNet(
    _ name: String, _ summary: String, _ parameterCount: Int, _ block: ResidualBody.Block,
    _ depths: [Int], _ options: ResidualOptions = ResidualOptions(),
    source: String = "K. He et al., arXiv:1512.03385; names of torchvision"
  ) -> ZooModel {
    ZooModel(
      name: name, summary: summary + ", for 224×224 images", source: source,
      defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      ResidualClassifier(
        residual: ResidualBody(block, depths: depths, options: options), classes: classes)
    }
  }
}
