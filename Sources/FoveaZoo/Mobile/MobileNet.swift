public import FoveaGraph
public import FoveaLayers

/// Widens the channels, convolves each by itself, and narrows them again without an activation:
/// `[N, C, H, W] → [N, channels, H / stride, W / stride]`.
///
/// The block of MobileNetV2, with torchvision's weight names (`conv.0.0`, …). There is a shortcut past it
/// where input and output have the same shape.
///
/// - SeeAlso: M. Sandler et al., arXiv:1801.04381.
public struct InvertedResidual: Layer {
  /// The channels that go out.
  public let channels: Int
  /// What height and width are divided by.
  public let stride: Int
  /// How many times as wide as the input the block is inside.
  public let expansion: Int

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - channels: The channels that go out.
  ///   - stride: What height and width are divided by.
  ///   - expansion: How many times as wide as the input the block is inside.
  public init(channels: Int, stride: Int = 1, expansion: Int = 6) {
    self.channels = channels
    self.stride = stride
    self.expansion = expansion
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let width = try input.channels * expansion
    let branch = Sequential {
      if expansion != 1 { ConvNormActivation(channels: width, activation: ReLU6()) }
      ConvNormActivation(
        channels: width, kernel: 3, stride: stride, groups: width, activation: ReLU6())
      ConvNormActivation(channels: channels).inlined()
    }
    return try passing(input, by: branch.named("conv"), channels: channels, stride: stride)
  }
}

/// A depthwise 3×3 convolution and a 1×1 convolution, under timm's names.
private struct DepthwiseSeparable: CompositeLayer {
  let inChannels: Int
  let channels: Int
  let stride: Int

  var body: some Layer {
    convolution(inChannels, kernel: 3, stride: stride, groups: inChannels).named("conv_dw")
    BatchNorm2d().named("bn1")
    ReLU6().named("act1")
    convolution(channels, kernel: 1).named("conv_pw")
    BatchNorm2d().named("bn2")
    ReLU6().named("act2")
  }
}

extension ZooModel {
  /// MobileNet, the first version, as timm has it.
  public static let mobileNetV1 = ZooModel(
    name: "mobilenetv1-100",
    summary: "13 depthwise separable convolutions, for 224×224 images",
    source: "A. Howard et al., arXiv:1704.04861; names of timm",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 4_231_976,
    ofWidth: { classes, width in
      Sequential {
        convolution(roundedChannels(32 * width), kernel: 3, stride: 2).named("conv_stem")
        BatchNorm2d().named("bn1")
        ReLU6().named("act1")
        separableStages(width: width).named("blocks")
        GlobalAvgPool2d().named("global_pool")
        Flatten()
        Linear(classes, weightInitializer: .normal(deviation: 0.01)).named("classifier")
      }
    })

  private static func separableStages(width: Double) -> Sequential {
    var inChannels = roundedChannels(32 * width)
    return Sequential(
      [(64, 1), (128, 2), (256, 2), (512, 6), (1024, 2)].enumerated().map { stage, row in
        let channels = roundedChannels(Double(row.0) * width)
        return Sequential(
          (0..<row.1).map { index in
            defer { inChannels = channels }
            return DepthwiseSeparable(
              inChannels: inChannels, channels: channels, stride: index == 0 && stage > 0 ? 2 : 1)
          })
      })
  }

  /// MobileNetV2 as torchvision has it.
  public static let mobileNetV2 = ZooModel(
    name: "mobilenet-v2",
    summary: "17 inverted residual blocks of depthwise convolutions, for 224×224 images",
    source: "M. Sandler et al., arXiv:1801.04381; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 3_504_872,
    ofWidth: { classes, width in
      Sequential {
        Sequential {
          ConvNormActivation(
            channels: roundedChannels(32 * width), kernel: 3, stride: 2, activation: ReLU6())
          for (expansion, channels, depth, stride) in [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1),
            (6, 160, 3, 2), (6, 320, 1, 1),
          ] {
            for index in 0..<depth {
              InvertedResidual(
                channels: roundedChannels(Double(channels) * width),
                stride: index == 0 ? stride : 1, expansion: expansion)
            }
          }
          ConvNormActivation(
            channels: roundedChannels(1280 * max(1, width)), activation: ReLU6())
        }.named("features")
        GlobalAvgPool2d().named("avgpool")
        Flatten()
        Sequential {
          Dropout(0.2)
          Linear(classes, weightInitializer: .normal(deviation: 0.01))
        }.named("classifier")
      }
    })
}
