import FoveaLayers

/// Two 3×3 convolutions with a shortcut past them.
struct BasicBlock: CompositeLayer {
  let channels: Int
  let stride: Int
  let isProjected: Bool

  var body: some Layer {
    Residual(shortcut: isProjected ? projection(channels, stride: stride) : nil) {
      convolution(channels, kernel: 3, stride: stride).named("conv1")
      BatchNorm2d().named("bn1")
      ReLU().named("relu1")
      convolution(channels, kernel: 3).named("conv2")
      BatchNorm2d().named("bn2")
    }.inlined()
    ReLU().named("relu")
  }
}

/// A 3×3 convolution between 1×1 convolutions that narrow and widen, with a shortcut past them.
///
/// The stride is the 3×3 convolution's, as in torchvision; in the paper it is the first one's.
struct BottleneckBlock: CompositeLayer {
  let channels: Int
  let stride: Int
  let isProjected: Bool

  var body: some Layer {
    Residual(shortcut: isProjected ? projection(4 * channels, stride: stride) : nil) {
      convolution(channels, kernel: 1).named("conv1")
      BatchNorm2d().named("bn1")
      ReLU().named("relu1")
      convolution(channels, kernel: 3, stride: stride).named("conv2")
      BatchNorm2d().named("bn2")
      ReLU().named("relu2")
      convolution(4 * channels, kernel: 1).named("conv3")
      BatchNorm2d().named("bn3")
    }.inlined()
    ReLU().named("relu")
  }
}

/// The layers of a residual network behind its first convolution and pooling.
private struct ResidualStages: CompositeLayer {
  /// The number of blocks of each stage.
  let depths: [Int]
  var isBottleneck = false
  let classes: Int

  var body: some Layer {
    for (stage, depth) in depths.enumerated() {
      Sequential((0..<depth).map { block(stage: stage, isFirst: $0 == 0) })
        .named("layer\(stage + 1)")
    }
    GlobalAvgPool2d().named("avgpool")
    Flatten()
    Linear(classes).named("fc")
  }

  private func block(stage: Int, isFirst: Bool) -> any Layer {
    let (channels, stride) = (64 << stage, isFirst && stage > 0 ? 2 : 1)
    return isBottleneck
      ? BottleneckBlock(channels: channels, stride: stride, isProjected: isFirst)
      : BasicBlock(channels: channels, stride: stride, isProjected: isFirst && stage > 0)
  }
}

/// The first layers for images of 224×224, which leave a 56×56 grid.
private struct ResidualStem: CompositeLayer {
  var body: some Layer {
    convolution(64, kernel: 7, stride: 2).named("conv1")
    BatchNorm2d().named("bn1")
    ReLU().named("relu")
    MaxPool2d(kernel: 3, stride: 2, padding: 1).named("maxpool")
  }
}

private func convolution(_ channels: Int, kernel: Int, stride: Int = 1) -> Conv2d {
  Conv2d(
    channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
    bias: false, weightInitializer: .kaimingNormal(fan: .fanOut))
}

private func projection(_ channels: Int, stride: Int) -> Sequential {
  Sequential {
    convolution(channels, kernel: 1, stride: stride)
    BatchNorm2d()
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
      ResidualStem().inlined()
      ResidualStages(depths: [2, 2, 2, 2], classes: classes).inlined()
    }
  }

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
      ResidualStages(depths: [2, 2, 2, 2], classes: classes).inlined()
    }
  }

  /// ResNet-34 as torchvision has it.
  public static let resnet34 = ZooModel(
    name: "resnet34",
    summary: "34 layers of residual blocks, for 224×224 images",
    source: "K. He et al., arXiv:1512.03385; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 21_797_672
  ) { classes in
    Sequential {
      ResidualStem().inlined()
      ResidualStages(depths: [3, 4, 6, 3], classes: classes).inlined()
    }
  }

  /// ResNet-50 as torchvision has it, with the stride in the 3×3 convolutions.
  public static let resnet50 = ZooModel(
    name: "resnet50",
    summary: "50 layers of bottleneck blocks, for 224×224 images",
    source: "K. He et al., arXiv:1512.03385; names of torchvision",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 25_557_032
  ) { classes in
    Sequential {
      ResidualStem().inlined()
      ResidualStages(depths: [3, 4, 6, 3], isBottleneck: true, classes: classes).inlined()
    }
  }
}
