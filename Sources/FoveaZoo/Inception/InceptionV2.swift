import FoveaLayers

extension ZooModel {
  /// Inception v2, the network of the batch normalisation paper, also called BN-Inception.
  ///
  /// Each 5×5 convolution of GoogLeNet is two of 3×3 here; two blocks halve the size. Sizes at which a
  /// map of odd size is halved are refused, because convolution and pooling round differently.
  public static let inceptionV2 = ZooModel(
    name: "inception-v2",
    summary:
      "ten inception blocks of 3×3 convolutions with batch normalisation, for 224×224 images",
    source:
      "S. Ioffe and C. Szegedy, arXiv:1502.03167, figure 5; names of pretrainedmodels' bninception",
    defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: 11_295_240
  ) { classes in
    Sequential {
      convolution("conv1_7x7_s2", 64, kernel: 7, stride: 2)
      MaxPool2d(kernel: 3, stride: 2, ceilMode: true).named("pool1_3x3_s2")
      convolution("conv2_3x3_reduce", 64)
      convolution("conv2_3x3", 192, kernel: 3)
      MaxPool2d(kernel: 3, stride: 2, ceilMode: true).named("pool2_3x3_s2")
      for block in blocks { block }
      GlobalAvgPool2d().named("global_pool")
      Flatten()
      Linear(classes, weightInitializer: .normal(deviation: 0.01)).named("last_linear")
    }
  }

  /// The rows of the paper's figure 5 as Caffe's file has them, which joins 608 channels at 4c, not 576.
  private static let blocks = [
    InceptionV2Block("3a", pointwise: 64, medium: (64, 64), large: (64, 96), pooled: 32),
    InceptionV2Block("3b", pointwise: 64, medium: (64, 96), large: (64, 96), pooled: 64),
    InceptionV2Block("3c", medium: (128, 160), large: (64, 96)),
    InceptionV2Block("4a", pointwise: 224, medium: (64, 96), large: (96, 128), pooled: 128),
    InceptionV2Block("4b", pointwise: 192, medium: (96, 128), large: (96, 128), pooled: 128),
    InceptionV2Block("4c", pointwise: 160, medium: (128, 160), large: (128, 160), pooled: 128),
    InceptionV2Block("4d", pointwise: 96, medium: (128, 192), large: (160, 192), pooled: 128),
    InceptionV2Block("4e", medium: (128, 192), large: (192, 256)),
    InceptionV2Block("5a", pointwise: 352, medium: (192, 320), large: (160, 224), pooled: 128),
    InceptionV2Block(
      "5b", pointwise: 352, medium: (192, 320), large: (192, 224), pooled: 128, takesLargest: true),
  ]
}

/// Convolutions of 1×1, 3×3 and twice 3×3 beside a pooling; without the first, it halves the size.
private struct InceptionV2Block: CompositeLayer {
  let name: String
  let pointwise: Int?
  /// The channels before and behind the 3×3 convolution.
  let medium: (reduced: Int, channels: Int)
  /// The channels before and behind the two 3×3 convolutions.
  let large: (reduced: Int, channels: Int)
  /// The channels behind the pooling; it passes its own on where the block halves the size.
  let pooled: Int?
  /// Whether the pooling takes the largest pixel, else the mean.
  let takesLargest: Bool

  init(
    _ number: String, pointwise: Int? = nil, medium: (reduced: Int, channels: Int),
    large: (reduced: Int, channels: Int), pooled: Int? = nil, takesLargest: Bool = false
  ) {
    name = "inception_\(number)"
    self.pointwise = pointwise
    self.medium = medium
    self.large = large
    self.pooled = pooled
    self.takesLargest = takesLargest
  }

  var pathComponent: PathComponent { .name(name) }

  var body: some Layer {
    let stride = pooled == nil ? 2 : 1
    let prefix = name + "_"
    Concatenate {
      if let pointwise { convolution(prefix + "1x1", pointwise) }
      Sequential {
        convolution(prefix + "3x3_reduce", medium.reduced)
        convolution(prefix + "3x3", medium.channels, kernel: 3, stride: stride)
      }.inlined()
      Sequential {
        convolution(prefix + "double_3x3_reduce", large.reduced)
        convolution(prefix + "double_3x3_1", large.channels, kernel: 3)
        convolution(prefix + "double_3x3_2", large.channels, kernel: 3, stride: stride)
      }.inlined()
      if let pooled {
        Sequential {
          if takesLargest {
            MaxPool2d(kernel: 3, stride: 1, padding: 1).named("pool")
          } else {
            AvgPool2d(kernel: 3, stride: 1, padding: 1).named("pool")
          }
          convolution(prefix + "pool_proj", pooled)
        }.inlined()
      } else {
        MaxPool2d(kernel: 3, stride: 2, ceilMode: true).named("pool")
      }
    }.inlined()
  }
}

/// A convolution with batch normalisation, whose name ends in `_bn`, and ReLU.
///
/// Both names count from the root, as in Caffe, which knows no blocks.
private func convolution(
  _ name: String, _ channels: Int, kernel: Int = 1, stride: Int = 1
) -> some Layer {
  Sequential {
    Conv2d(
      channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
      weightInitializer: .kaimingNormal(fan: .fanOut)
    ).shared(as: name)
    BatchNorm2d().shared(as: name + "_bn")
    ReLU().shared(as: name + "_relu")
  }.inlined()
}
