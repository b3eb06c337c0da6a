import FoveaGraph
import FoveaLayers

extension ZooModel {
  /// FCN on ResNet-50 of output stride 8, with its second head.
  public static let fcnResNet50 = dilatedResNet(
    "fcn-resnet50", depths: [3, 4, 6, 3], summary: "fully convolutional network on ResNet-50",
    source: "J. Long et al. (2015), arXiv:1411.4038; names of torchvision",
    parameterCount: 35_322_218
  ) { FCNHead(classes: $0) }

  /// FCN on ResNet-101 of output stride 8, with its second head.
  public static let fcnResNet101 = dilatedResNet(
    "fcn-resnet101", depths: [3, 4, 23, 3], summary: "fully convolutional network on ResNet-101",
    source: "J. Long et al. (2015), arXiv:1411.4038; names of torchvision",
    parameterCount: 54_314_346
  ) { FCNHead(classes: $0) }

  /// DeepLabV3 on ResNet-50 of output stride 8, with its second head.
  public static let deepLabV3ResNet50 = dilatedResNet(
    "deeplabv3-resnet50", depths: [3, 4, 6, 3], summary: "atrous spatial pyramid on ResNet-50",
    source: "L.-C. Chen et al. (2017), arXiv:1706.05587; names of torchvision",
    parameterCount: 42_004_074
  ) { DeepLabV3Head(classes: $0) }

  /// DeepLabV3 on ResNet-101 of output stride 8, with its second head.
  public static let deepLabV3ResNet101 = dilatedResNet(
    "deeplabv3-resnet101", depths: [3, 4, 23, 3], summary: "atrous spatial pyramid on ResNet-101",
    source: "L.-C. Chen et al. (2017), arXiv:1706.05587; names of torchvision",
    parameterCount: 60_996_202
  ) { DeepLabV3Head(classes: $0) }

  /// DeepLabV3 on MobileNetV3-Large of output stride 16, with its second head.
  public static let deepLabV3MobileNetV3 = ZooModel(
    name: "deeplabv3-mobilenet-v3-large",
    summary: "atrous spatial pyramid on MobileNetV3-Large, further output aux",
    source: "L.-C. Chen et al. (2017), arXiv:1706.05587; names of torchvision",
    defaultInput: [3, 520, 520], defaultClasses: 21, parameterCount: 11_029_328
  ) { classes in
    SegmentationNetwork(
      maps: { value throws(GraphError) in
        let maps = try MobileNetV3Body(.large, isDilated: true).maps(value)
        return [maps[2], maps[5]]
      }, head: DeepLabV3Head(classes: classes), auxiliaryHead: FCNHead(classes: classes))
  }

  private static func dilatedResNet(
    _ name: String, depths: [Int], summary: String, source: String, parameterCount: Int,
    head: @escaping @Sendable (_ classes: Int) -> any Layer
  ) -> ZooModel {
    ZooModel(
      name: name, summary: summary + ", further output aux", source: source,
      defaultInput: [3, 520, 520], defaultClasses: 21, parameterCount: parameterCount
    ) { classes in
      SegmentationNetwork(
        maps: { value throws(GraphError) in
          try ResidualBody(.bottleneck, depths: depths, outputStride: 8).maps(value)
        }, head: head(classes), auxiliaryHead: FCNHead(classes: classes))
    }
  }
}
