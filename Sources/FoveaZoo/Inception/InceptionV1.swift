public import FoveaLayers

/// The block and the auxiliary head of GoogLeNet.
public enum InceptionV1 {
  /// Convolutions of 1×1, 3×3 and 5×5 beside a 3×3 max-pooling, joined: the size stays.
  ///
  /// Narrow 1×1 convolutions stand before the large ones.
  ///
  /// - SeeAlso: C. Szegedy et al., arXiv:1409.4842, figure 2 (b).
  public struct Block: CompositeLayer {
    /// The channels of the 1×1 convolution.
    public let pointwise: Int
    /// The channels before and behind the 3×3 convolution.
    public let medium: (reduced: Int, channels: Int)
    /// The channels before and behind the large convolution.
    public let large: (reduced: Int, channels: Int)
    /// The channels behind the pooling.
    public let pooled: Int
    let form: Form

    /// Makes a block; the numbers are columns of the paper's table 1.
    ///
    /// - Parameter form: Whether to follow the paper or torchvision.
    public init(
      pointwise: Int, medium: (reduced: Int, channels: Int), large: (reduced: Int, channels: Int),
      pooled: Int, form: Form = .torchvision
    ) {
      self.pointwise = pointwise
      self.medium = medium
      self.large = large
      self.pooled = pooled
      self.form = form
    }

    public var body: some Layer {
      Concatenate {
        form.convolution(pointwise).named("branch1")
        Sequential {
          form.convolution(medium.reduced)
          form.convolution(medium.channels, kernel: 3)
        }.named("branch2")
        Sequential {
          form.convolution(large.reduced)
          form.convolution(large.channels, kernel: form.largeKernel)
        }.named("branch3")
        Sequential {
          MaxPool2d(kernel: 3, stride: 1, padding: 1)
          form.convolution(pooled)
        }.named("branch4")
      }.inlined()
    }
  }

  /// A classifier for the maps of size 14×14, for an `AuxiliaryHead`.
  public struct Head: CompositeLayer {
    /// The number of classes.
    public let classes: Int
    let form: Form

    /// Makes a head.
    ///
    /// - Parameter form: Whether to follow the paper or torchvision.
    public init(classes: Int, form: Form = .torchvision) {
      self.classes = classes
      self.form = form
    }

    public var body: some Layer {
      // The same 4×4 grid of 14×14 pixels, in windows that lie a little differently.
      if form == .paper { AvgPool2d(kernel: 5, stride: 3) } else { AdaptiveAvgPool2d(4) }
      form.convolution(128).named("conv")
      Flatten()
      Linear(1024, weightInitializer: .normal(deviation: 0.01)).named("fc1")
      ReLU()
      Dropout(0.7).named("dropout")
      Linear(classes, weightInitializer: .normal(deviation: 0.01)).named("fc2")
    }
  }

  /// Which of the two networks called GoogLeNet.
  public enum Form: Sendable {
    /// With 5×5 convolutions and biases, without batch normalisation.
    case paper
    /// With 3×3 in place of 5×5 convolutions, and batch normalisation in place of biases.
    ///
    /// Torchvision calls the 3×3 a known mistake, which its weights need.
    case torchvision

    var largeKernel: Int { self == .paper ? 5 : 3 }

    func convolution(_ channels: Int, kernel: Int = 1, stride: Int = 1) -> any Layer {
      if self == .torchvision {
        return BasicConv2d(channels, kernel: Extent2d(kernel), stride: Extent2d(stride))
      }
      return Sequential {
        Conv2d(
          channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
          weightInitializer: .xavierUniform()
        ).named("conv")
        ReLU().named("relu")
      }
    }
  }
}
