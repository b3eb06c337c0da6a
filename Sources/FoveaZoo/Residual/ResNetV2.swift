import FoveaLayers

/// ResNet-50 of version 2, whose blocks normalise first, under timm's names.
private struct ResNetV2: CompositeLayer {
  var normalization: @Sendable () -> any Layer = { BatchNorm2d() }
  /// Makes each convolution but the classifier.
  var convolution = PreActivationBlock.plainConvolution
  /// Whether zeros surround the map that is pooled first, where PyTorch's padding never is the largest.
  var poolsZeros = false
  let classes: Int

  var body: some Layer {
    Sequential {
      convolution(64, 7, 2).named("conv")
      if poolsZeros { ZeroPad2d(1).named("pad") }
      MaxPool2d(kernel: 3, stride: 2, padding: poolsZeros ? 0 : 1).named("pool")
    }.named("stem")
    Sequential(
      [3, 4, 6, 3].enumerated().map { stage, depth in
        Sequential {
          Sequential(
            (0..<depth).map {
              PreActivationBlock(
                .bottleneck, channels: 256 << stage, stride: $0 == 0 && stage > 0 ? 2 : 1,
                normalization: normalization, convolution: convolution)
            }
          ).named("blocks")
        }
      }
    ).named("stages")
    normalization().named("norm")
    ReLU().named("relu")
    Sequential {
      GlobalAvgPool2d().named("global_pool")
      Conv2d(classes, kernel: 1, weightInitializer: .normal(deviation: 0.01)).named("fc")
      Flatten()
    }.named("head")
  }
}

extension ZooModel {
  /// ResNet-50 of version 2, with pre-activation, as timm has it.
  public static let resnetV2With50Layers = ZooModel(
    name: "resnetv2-50",
    summary: "resnet50 with normalisation and ReLU before each convolution, for 224×224 images",
    source: "K. He et al., arXiv:1603.05027; names of timm",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 25_549_352
  ) { classes in
    ResNetV2(classes: classes)
  }

  /// BiT's ResNet-50 of width 1, as timm has it: version 2 with group normalisation and standardised weights.
  public static let resnetV2BiT = ZooModel(
    name: "resnetv2-50x1-bit",
    summary: "resnetv2-50 with group normalisation and standardised weights, for 224×224 images",
    source: "A. Kolesnikov et al., arXiv:1912.11370; names of timm",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 25_549_352
  ) { classes in
    ResNetV2(
      normalization: { GroupNorm(groups: 32) },
      convolution: { channels, kernel, stride in
        StdConv2d(
          channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
          epsilon: 1e-8, weightInitializer: .kaimingNormal(fan: .fanOut))
      },
      poolsZeros: true, classes: classes)
  }
}
