import FoveaGraph
import FoveaLayers

/// A block of the first paper's networks for CIFAR: where the shape changes, its shortcut takes every second
/// pixel and adds channels of zeros ("option A"), without a parameter.
private struct CIFARBlock: Layer {
  let channels: Int
  let stride: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let sum = Residual(shortcut: stride == 1 ? nil : ZeroExtendedShortcut(stride: stride)) {
      convolution(channels, kernel: 3, stride: stride).named("conv1")
      BatchNorm2d().named("bn1")
      ReLU().named("relu1")
      convolution(channels, kernel: 3).named("conv2")
      BatchNorm2d().named("bn2")
    }
    return try ReLU().named("relu")(sum.forward(input))
  }
}

/// Every `stride`-th pixel, and as many channels of zeros behind the input's.
private struct ZeroExtendedShortcut: Layer {
  let stride: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let pixels = try AvgPool2d(kernel: 1, stride: Extent2d(stride))(input)
    let zero = try input.tracer.append(Constant(0, shape: [1, 1, 1, 1]), [])[0]
    return try concatenate([pixels, pixels * zero])
  }
}

extension ZooModel {
  /// ResNet-18 for CIFAR: a first convolution of 3×3 with stride 1, and no pooling behind it.
  public static let resnet18CIFAR = ZooModel(
    name: "resnet18-cifar",
    summary: "resnet18 with a 3×3 first convolution and no max-pooling, for 32×32 images",
    source: "K. He et al., arXiv:1512.03385; names of torchvision",
    defaultInput: [3, 32, 32], defaultClasses: 10, parameterCount: 11_173_962
  ) { classes in
    Sequential {
      convolution(64, kernel: 3).named("conv1")
      BatchNorm2d().named("bn1")
      ReLU().named("relu")
      ResidualBody(.basic, depths: [2, 2, 2, 2]).stages
      ClassifierHead(classes: classes).inlined()
    }
  }

  /// The paper's ResNet-20 for CIFAR-10.
  public static let resnet20 = resNetCIFAR(20, 269_722)
  /// The paper's ResNet-32 for CIFAR-10.
  public static let resnet32 = resNetCIFAR(32, 464_154)
  /// The paper's ResNet-44 for CIFAR-10.
  public static let resnet44 = resNetCIFAR(44, 658_586)
  /// The paper's ResNet-56 for CIFAR-10.
  public static let resnet56 = resNetCIFAR(56, 853_018)
  /// The paper's ResNet-110 for CIFAR-10.
  public static let resnet110 = resNetCIFAR(110, 1_727_962)

  private static func resNetCIFAR(_ layers: Int, _ parameterCount: Int) -> ZooModel {
    ZooModel(
      name: "resnet\(layers)-cifar",
      summary: "\(layers) layers of residual blocks of 16, 32 and 64 channels, for 32×32 images",
      source: "K. He et al., arXiv:1512.03385, §4.2",
      defaultInput: [3, 32, 32], defaultClasses: 10, parameterCount: parameterCount,
      ofWidth: { classes, width in
        func scaled(_ channels: Int) -> Int { max(1, Int((Double(channels) * width).rounded())) }
        return Sequential {
          convolution(scaled(16), kernel: 3).named("conv1")
          BatchNorm2d().named("bn1")
          ReLU().named("relu")
          for stage in 0..<3 {
            Sequential(
              (0..<(layers - 2) / 6).map {
                CIFARBlock(
                  channels: scaled(16) << stage, stride: $0 == 0 && stage > 0 ? 2 : 1)
              }
            ).named("layer\(stage + 1)")
          }
          ClassifierHead(classes: classes).inlined()
        }
      })
  }

  /// Wide ResNet-28-10 for CIFAR-10: pre-activation blocks of two 3×3 convolutions, ten times as wide.
  public static let wideResnet28 = ZooModel(
    name: "wide-resnet28-10",
    summary: "28 layers of pre-activation blocks of 160, 320 and 640 channels, for 32×32 images",
    source: "S. Zagoruyko, N. Komodakis, arXiv:1605.07146",
    defaultInput: [3, 32, 32], defaultClasses: 10, parameterCount: 36_479_194,
    ofWidth: { classes, width in
      Sequential {
        convolution(16, kernel: 3).named("conv1")
        for stage in 0..<3 {
          Sequential {
            Sequential(
              (0..<4).map {
                PreActivationBlock(
                  .basic, channels: max(1, Int((160 * width).rounded())) << stage,
                  stride: $0 == 0 && stage > 0 ? 2 : 1, normalization: { BatchNorm2d() },
                  names: .wide)
              }
            ).named("layer")
          }.named("block\(stage + 1)")
        }
        BatchNorm2d().named("bn1")
        ReLU().named("relu")
        ClassifierHead(classes: classes).inlined()
      }
    })
}
