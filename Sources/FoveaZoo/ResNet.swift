import FoveaLayers

/// Two 3×3 convolutions with a shortcut past them.
struct BasicBlock: CompositeLayer {
  let channels: Int
  let stride: Int
  let isProjected: Bool

  var body: some Layer {
    Residual(shortcut: isProjected ? projection : nil) {
      convolution(stride: stride).named("conv1")
      BatchNorm2d().named("bn1")
      ReLU().named("relu1")
      convolution(stride: 1).named("conv2")
      BatchNorm2d().named("bn2")
    }.inlined()
    ReLU().named("relu")
  }

  private func convolution(stride: Int) -> Conv2d {
    Conv2d(
      channels, kernel: 3, stride: Extent2d(stride), padding: 1, bias: false,
      weightInitializer: .kaimingNormal(fan: .fanOut))
  }

  private var projection: Sequential {
    Sequential {
      Conv2d(
        channels, kernel: 1, stride: Extent2d(stride), bias: false,
        weightInitializer: .kaimingNormal(fan: .fanOut))
      BatchNorm2d()
    }
  }
}

extension ZooModel {
  /// ResNet-18 as torchvision has it.
  public static let resnet18 = ZooModel(
    name: "resnet18",
    summary: "18 layers of residual blocks, for 224×224 images",
    source: "K. He et al., arXiv:1512.03385; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 11_689_512
  ) { classes in
    Sequential {
      Conv2d(
        64, kernel: 7, stride: 2, padding: 3, bias: false,
        weightInitializer: .kaimingNormal(fan: .fanOut)
      ).named("conv1")
      BatchNorm2d().named("bn1")
      ReLU().named("relu")
      MaxPool2d(kernel: 3, stride: 2, padding: 1).named("maxpool")
      for (stage, channels) in [64, 128, 256, 512].enumerated() {
        Sequential {
          BasicBlock(channels: channels, stride: stage == 0 ? 1 : 2, isProjected: stage > 0)
          BasicBlock(channels: channels, stride: 1, isProjected: false)
        }.named("layer\(stage + 1)")
      }
      GlobalAvgPool2d().named("avgpool")
      Flatten()
      Linear(classes).named("fc")
    }
  }
}
