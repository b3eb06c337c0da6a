import FoveaGraph
import FoveaLayers

/// Widens the channels, convolves each by itself, and narrows them again without an activation.
///
/// There is a shortcut past the block where input and output have the same shape.
struct InvertedResidual: Layer {
  let channels: Int
  let stride: Int
  /// How many times as wide as the input the block is inside.
  let expansion: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let inputChannels = input.shape[1]
    let width = inputChannels * expansion
    let branch = Sequential {
      if expansion > 1 { ConvNormActivation(channels: width, activation: ReLU6()) }
      ConvNormActivation(
        channels: width, kernel: 3, stride: stride, groups: width, activation: ReLU6())
      ConvNormActivation(channels: channels).inlined()
    }.named("conv")
    let learnt = try branch(input)
    return stride == 1 && inputChannels == channels ? try input + learnt : learnt
  }
}

extension ZooModel {
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
