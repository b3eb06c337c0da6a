import Foundation
import FoveaGraph
import FoveaLayers

/// A convolution with TensorFlow's padding: the output is `⌈extent / stride⌉`, with an odd pixel after.
private struct SamePaddedConvolution: Layer {
  let channels: Int
  let kernel: Int
  let stride: Int
  let groups: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    func padding(_ extent: Int) -> (before: Int, after: Int) {
      let rest = extent % stride
      let total = max(kernel - (rest == 0 ? stride : rest), 0)
      return (total / 2, total - total / 2)
    }
    _ = try input.channels
    let (rows, columns) = (padding(input.shape[2]), padding(input.shape[3]))
    return try Conv2d(
      channels, kernel: Extent2d(kernel), stride: Extent2d(stride),
      padding: .sides(
        top: rows.before, left: columns.before, bottom: rows.after, right: columns.after),
      groups: groups, bias: false, weightInitializer: .kaimingNormal(fan: .fanOut)
    ).forward(input)
  }
}

/// An inverted residual block without squeeze-and-excitation, under the names of `efficientnet_lite_pytorch`.
private struct LiteBlock: Layer {
  let channels: Int
  let kernel: Int
  let stride: Int
  let expansion: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let width = try input.channels * expansion
    let branch = Sequential {
      if expansion != 1 {
        SamePaddedConvolution(channels: width, kernel: 1, stride: 1, groups: 1)
          .named("_expand_conv")
        EfficientNetLite.normalization.named("_bn0")
        ReLU6().named("_swish0")
      }
      SamePaddedConvolution(channels: width, kernel: kernel, stride: stride, groups: width)
        .named("_depthwise_conv")
      EfficientNetLite.normalization.named("_bn1")
      ReLU6().named("_swish1")
      SamePaddedConvolution(channels: channels, kernel: 1, stride: 1, groups: 1)
        .named("_project_conv")
      EfficientNetLite.normalization.named("_bn2")
    }
    return try passing(input, by: branch.inlined(), channels: channels, stride: stride)
  }
}

/// EfficientNet for devices: ReLU6 in place of SiLU, no squeeze-and-excitation, first and last stage not scaled.
private struct EfficientNetLite: CompositeLayer {
  let width: Double
  let depth: Double
  let dropout: Float
  let classes: Int

  static let normalization = FoveaLayers.BatchNorm2d(epsilon: 1e-3, momentum: 0.01)

  var body: some Layer {
    SamePaddedConvolution(channels: 32, kernel: 3, stride: 2, groups: 1).named("_conv_stem")
    Self.normalization.named("_bn0")
    ReLU6().named("_swish0")
    Sequential(blocks).named("_blocks")
    SamePaddedConvolution(channels: 1280, kernel: 1, stride: 1, groups: 1).named("_conv_head")
    Self.normalization.named("_bn1")
    ReLU6().named("_swish1")
    GlobalAvgPool2d().named("_avg_pooling")
    Flatten()
    Dropout(dropout).named("_dropout")
    Linear(classes).named("_fc")
  }

  private var blocks: [any Layer] {
    let stages = EfficientNet.stages
    return stages.enumerated().flatMap { index, stage in
      let isFixed = index == 0 || index == stages.count - 1
      let repeats = isFixed ? stage.depth : Int((Double(stage.depth) * depth).rounded(.up))
      return (0..<repeats).map {
        LiteBlock(
          channels: roundedChannels(Double(stage.channels) * width), kernel: stage.kernel,
          stride: $0 == 0 ? stage.stride : 1, expansion: stage.expansion)
      }
    }
  }
}

extension ZooModel {
  /// EfficientNet-Lite0 under the names of PyPI's `efficientnet_lite_pytorch`.
  public static let efficientNetLite0 = efficientNetLite(0)
  /// EfficientNet-Lite1 under the names of PyPI's `efficientnet_lite_pytorch`.
  public static let efficientNetLite1 = efficientNetLite(1)
  /// EfficientNet-Lite2 under the names of PyPI's `efficientnet_lite_pytorch`.
  public static let efficientNetLite2 = efficientNetLite(2)
  /// EfficientNet-Lite3 under the names of PyPI's `efficientnet_lite_pytorch`.
  public static let efficientNetLite3 = efficientNetLite(3)
  /// EfficientNet-Lite4 under the names of PyPI's `efficientnet_lite_pytorch`.
  public static let efficientNetLite4 = efficientNetLite(4)

  /// Width, depth, the images' extent, dropout and parameters of Lite0 to Lite4.
  private static let lites: [(Double, Double, Int, Float, Int)] = [
    (1.0, 1.0, 224, 0.2, 4_652_008), (1.0, 1.1, 240, 0.2, 5_416_680),
    (1.1, 1.2, 260, 0.3, 6_092_072), (1.2, 1.4, 280, 0.3, 8_197_096),
    (1.4, 1.8, 300, 0.3, 13_006_568),
  ]

  private static func efficientNetLite(_ number: Int) -> ZooModel {
    let (width, depth, extent, dropout, parameterCount) = lites[number]
    return ZooModel(
      name: "efficientnet-lite\(number)",
      summary:
        "efficientnet-b\(number) with ReLU6 and without gates, for \(extent)×\(extent) images",
      source: "M. Tan and Q. Le, arXiv:1905.11946; names of efficientnet_lite_pytorch",
      defaultInput: [3, extent, extent], defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      EfficientNetLite(width: width, depth: depth, dropout: dropout, classes: classes)
    }
  }
}
