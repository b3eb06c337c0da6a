import FoveaLayers

/// What sets the variants of a residual network apart.
///
/// - SeeAlso: T. He et al., *Bag of Tricks for Image Classification with Convolutional Neural Networks*,
///   arXiv:1812.01187, figure 2.
struct ResidualVariant: Sendable {
  /// Whether a bottleneck's first 1×1 convolution has the stride, as in the first paper; else its 3×3 has it.
  var stridesFirst = false
  /// Whether three 3×3 convolutions stand in for the first 7×7 (tweak C).
  var hasDeepStem = false
  /// Whether a projection averages what it would skip (tweak D).
  var poolsShortcut = false
}

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
struct BottleneckBlock: CompositeLayer {
  /// The channels inside; four times as many go out.
  let channels: Int
  let stride: Int
  let isProjected: Bool
  var variant = ResidualVariant()

  var body: some Layer {
    Residual(shortcut: shortcut) {
      convolution(channels, kernel: 1, stride: variant.stridesFirst ? stride : 1).named("conv1")
      BatchNorm2d().named("bn1")
      ReLU().named("relu1")
      convolution(channels, kernel: 3, stride: variant.stridesFirst ? 1 : stride).named("conv2")
      BatchNorm2d().named("bn2")
      ReLU().named("relu2")
      convolution(4 * channels, kernel: 1).named("conv3")
      BatchNorm2d().named("bn3")
    }.inlined()
    ReLU().named("relu")
  }

  private var shortcut: Sequential? {
    guard isProjected else { return nil }
    return variant.poolsShortcut
      ? pooledProjection(4 * channels, stride: stride) : projection(4 * channels, stride: stride)
  }
}

/// The layers of a residual network behind its first convolution and pooling.
struct ResidualStages: CompositeLayer {
  /// The number of blocks of each stage.
  let depths: [Int]
  var isBottleneck = false
  var variant = ResidualVariant()
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
      ? BottleneckBlock(channels: channels, stride: stride, isProjected: isFirst, variant: variant)
      : BasicBlock(channels: channels, stride: stride, isProjected: isFirst && stage > 0)
  }
}

/// The first layers for images of 224×224, which leave a 56×56 grid.
struct ResidualStem: CompositeLayer {
  var isDeep = false

  var body: some Layer {
    if isDeep {
      Sequential {
        convolution(32, kernel: 3, stride: 2)
        BatchNorm2d()
        ReLU()
        convolution(32, kernel: 3)
        BatchNorm2d()
        ReLU()
        convolution(64, kernel: 3)
      }.named("conv1")
    } else {
      convolution(64, kernel: 7, stride: 2).named("conv1")
    }
    BatchNorm2d().named("bn1")
    ReLU().named("relu")
    MaxPool2d(kernel: 3, stride: 2, padding: 1).named("maxpool")
  }
}

/// A convolution without bias that keeps the size but for its stride.
func convolution(_ channels: Int, kernel: Int, stride: Int = 1) -> Conv2d {
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

/// A projection whose stride is an average pooling's, with the places that timm gives its layers.
private func pooledProjection(_ channels: Int, stride: Int) -> Sequential {
  Sequential {
    if stride > 1 {
      AvgPool2d(kernel: 2, stride: Extent2d(stride), ceilMode: true, countIncludePad: false)
    } else {
      Identity()
    }
    convolution(channels, kernel: 1)
    BatchNorm2d()
  }
}
