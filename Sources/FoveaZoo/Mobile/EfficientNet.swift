import FoveaGraph
import FoveaLayers

/// An inverted residual block with a squeeze-and-excitation on its wide part.
private struct MobileBottleneck: Layer {
  let channels: Int
  let kernel: Int
  let stride: Int
  /// How many times as wide as the input the block is inside.
  let expansion: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let inputChannels = input.shape[1]
    let width = inputChannels * expansion
    let branch = Sequential {
      if expansion > 1 { ConvNormActivation(channels: width, activation: SiLU()) }
      ConvNormActivation(
        channels: width, kernel: kernel, stride: stride, groups: width, activation: SiLU())
      SqueezeExcitation(squeezed: inputChannels / 4, activation: SiLU())
      ConvNormActivation(channels: channels)
    }.named("block")
    let learnt = try branch(input)
    return stride == 1 && inputChannels == channels ? try input + learnt : learnt
  }
}

extension ZooModel {
  /// EfficientNet-B0 as torchvision has it, but without stochastic depth.
  ///
  /// Torchvision drops whole blocks at random in training; here none is ever dropped. Inference is
  /// the same.
  public static let efficientNetB0 = ZooModel(
    name: "efficientnet-b0",
    summary: "16 inverted residual blocks with squeeze-and-excitation, for 224×224 images",
    source: "M. Tan and Q. Le, arXiv:1905.11946; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 5_288_548
  ) { classes in
    Sequential {
      Sequential {
        ConvNormActivation(channels: 32, kernel: 3, stride: 2, activation: SiLU())
        for (expansion, kernel, stride, channels, depth) in [
          (1, 3, 1, 16, 1), (6, 3, 2, 24, 2), (6, 5, 2, 40, 2), (6, 3, 2, 80, 3),
          (6, 5, 1, 112, 3), (6, 5, 2, 192, 4), (6, 3, 1, 320, 1),
        ] {
          Sequential(
            (0..<depth).map { index in
              MobileBottleneck(
                channels: channels, kernel: kernel, stride: index == 0 ? stride : 1,
                expansion: expansion)
            })
        }
        ConvNormActivation(channels: 1280, activation: SiLU())
      }.named("features")
      GlobalAvgPool2d().named("avgpool")
      Flatten()
      Sequential {
        Dropout(0.2)
        Linear(classes, weightInitializer: .uniform(bound: 1 / Float(classes).squareRoot()))
      }.named("classifier")
    }
  }
}
