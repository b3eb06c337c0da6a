import FoveaGraph
import FoveaLayers

/// An inverted residual block whose layers torchvision's MNASNet numbers below `layers`.
private struct MNASBlock: Layer {
  let channels: Int
  let kernel: Int
  let stride: Int
  let expansion: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let width = try input.channels * expansion
    let branch = Sequential {
      convolution(width, kernel: 1)
      ZooModel.mnasNormalization
      ReLU()
      convolution(width, kernel: kernel, stride: stride, groups: width)
      ZooModel.mnasNormalization
      ReLU()
      convolution(channels, kernel: 1)
      ZooModel.mnasNormalization
    }
    return try passing(input, by: branch.named("layers"), channels: channels, stride: stride)
  }
}

extension ZooModel {
  /// MNASNet-B1 with half the channels, as torchvision has it.
  public static let mnasNet05 = mnasNet("0-5", 0.5, 2_218_512)
  /// MNASNet-B1 with three quarters of the channels, as torchvision has it.
  public static let mnasNet075 = mnasNet("0-75", 0.75, 3_170_208)
  /// MNASNet-B1 as torchvision has it.
  public static let mnasNet10 = mnasNet("1-0", 1, 4_383_312)
  /// MNASNet-B1 with 1.3 times the channels, as torchvision has it.
  public static let mnasNet13 = mnasNet("1-3", 1.3, 6_282_256)

  fileprivate static let mnasNormalization = FoveaLayers.BatchNorm2d(momentum: 3e-4)

  private static func mnasNet(_ name: String, _ ownWidth: Double, _ parameterCount: Int) -> ZooModel
  {
    ZooModel(
      name: "mnasnet\(name)",
      summary: "16 inverted residual blocks that a search found, for 224×224 images",
      source: "M. Tan et al., arXiv:1807.11626; names of torchvision",
      defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: parameterCount,
      ofWidth: { classes, width in
        func scaled(_ channels: Int) -> Int { roundedChannels(Double(channels) * width * ownWidth) }
        return Sequential {
          Sequential {
            convolution(scaled(32), kernel: 3, stride: 2)
            mnasNormalization
            ReLU()
            convolution(scaled(32), kernel: 3, groups: scaled(32))
            mnasNormalization
            ReLU()
            convolution(scaled(16), kernel: 1)
            mnasNormalization
            for (kernel, stride, expansion, channels, depth) in [
              (3, 2, 3, 24, 3), (5, 2, 3, 40, 3), (5, 2, 6, 80, 3), (3, 1, 6, 96, 2),
              (5, 2, 6, 192, 4), (3, 1, 6, 320, 1),
            ] {
              Sequential(
                (0..<depth).map { index in
                  MNASBlock(
                    channels: scaled(channels), kernel: kernel, stride: index == 0 ? stride : 1,
                    expansion: expansion)
                })
            }
            convolution(1280, kernel: 1)
            mnasNormalization
            ReLU()
          }.named("layers")
          GlobalAvgPool2d().named("avgpool")
          Flatten()
          Sequential {
            Dropout(0.2)
            Linear(classes, weightInitializer: .kaimingUniform(a: 1, fan: .fanOut))
          }.named("classifier")
        }
      })
  }
}
