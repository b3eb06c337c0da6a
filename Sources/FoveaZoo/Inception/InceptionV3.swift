public import FoveaLayers

/// The blocks of Inception v3, with torchvision's names.
///
/// - SeeAlso: C. Szegedy et al., *Rethinking the Inception Architecture for Computer Vision*,
///   arXiv:1512.00567.
public enum InceptionV3 {
  /// Convolutions of 1×1, 5×5 and twice 3×3 beside average pooling: the size stays, 224 channels and `pooled`.
  ///
  /// Torchvision's `InceptionA`; the paper's figure 5 with one 5×5 convolution kept.
  public struct A: CompositeLayer {
    /// The channels behind the pooling.
    public let pooled: Int

    /// Makes a block.
    public init(pooled: Int) { self.pooled = pooled }

    public var body: some Layer {
      Concatenate {
        BasicConv2d(64).named("branch1x1")
        chain("branch5x5", BasicConv2d(48), BasicConv2d(64, kernel: 5))
        chain(
          "branch3x3dbl", BasicConv2d(64), BasicConv2d(96, kernel: 3), BasicConv2d(96, kernel: 3))
        averaged(pooled)
      }.inlined()
    }
  }

  /// 7×7 convolutions as pairs of 1×7 and 7×1, once and twice, beside 1×1 and pooling: 768 channels.
  ///
  /// Torchvision's `InceptionC`; the paper's figure 6.
  public struct B: CompositeLayer {
    /// The channels between the convolutions of 1×7 and 7×1.
    public let channels: Int

    /// Makes a block.
    public init(channels: Int) { self.channels = channels }

    public var body: some Layer {
      Concatenate {
        BasicConv2d(192).named("branch1x1")
        chain(
          "branch7x7", BasicConv2d(channels), BasicConv2d(channels, kernel: .oneBySeven),
          BasicConv2d(192, kernel: .sevenByOne))
        chain(
          "branch7x7dbl", BasicConv2d(channels), BasicConv2d(channels, kernel: .sevenByOne),
          BasicConv2d(channels, kernel: .oneBySeven), BasicConv2d(channels, kernel: .sevenByOne),
          BasicConv2d(192, kernel: .oneBySeven))
        averaged(192)
      }.inlined()
    }
  }

  /// Branches that end in 1×3 and 3×1 convolutions side by side: 2048 channels.
  ///
  /// Torchvision's `InceptionE`; the paper's figure 7.
  public struct C: CompositeLayer {
    /// Makes a block.
    public init() {}

    public var body: some Layer {
      Concatenate {
        BasicConv2d(320).named("branch1x1")
        Sequential {
          BasicConv2d(384).named("branch3x3_1")
          pair("branch3x3_2")
        }.inlined()
        Sequential {
          BasicConv2d(448).named("branch3x3dbl_1")
          BasicConv2d(384, kernel: 3).named("branch3x3dbl_2")
          pair("branch3x3dbl_3")
        }.inlined()
        averaged(192)
      }.inlined()
    }

    private func pair(_ name: String) -> some Layer {
      Concatenate {
        BasicConv2d(384, kernel: .oneByThree).named(name + "a")
        BasicConv2d(384, kernel: .threeByOne).named(name + "b")
      }.inlined()
    }
  }

  /// Halves the size behind blocks `A`: 480 channels and those that came in.
  ///
  /// Torchvision's `InceptionB`; the paper's figure 10.
  public struct ReductionA: CompositeLayer {
    /// Makes a block.
    public init() {}

    public var body: some Layer {
      Concatenate {
        BasicConv2d.reduction(384).named("branch3x3")
        chain("branch3x3dbl", BasicConv2d(64), BasicConv2d(96, kernel: 3), .reduction(96))
        MaxPool2d(kernel: 3, stride: 2)
      }.inlined()
    }
  }

  /// Halves the size behind blocks `B`: 512 channels and those that came in.
  ///
  /// Torchvision's `InceptionD`.
  public struct ReductionB: CompositeLayer {
    /// Makes a block.
    public init() {}

    public var body: some Layer {
      Concatenate {
        chain("branch3x3", BasicConv2d(192), .reduction(320))
        chain(
          "branch7x7x3", BasicConv2d(192), BasicConv2d(192, kernel: .oneBySeven),
          BasicConv2d(192, kernel: .sevenByOne), .reduction(192))
        MaxPool2d(kernel: 3, stride: 2)
      }.inlined()
    }
  }

  /// A classifier for the maps behind the last block `B`, for an `AuxiliaryHead`.
  public struct Head: CompositeLayer {
    /// The number of classes.
    public let classes: Int

    /// Makes a head.
    public init(classes: Int) { self.classes = classes }

    public var body: some Layer {
      AvgPool2d(kernel: 5, stride: 3)
      BasicConv2d(128).named("conv0")
      BasicConv2d(768, kernel: 5, padding: 0).named("conv1")
      GlobalAvgPool2d()
      Flatten()
      Linear(classes, weightInitializer: .normal(deviation: 0.001)).named("fc")
    }
  }

  /// The mean of 3×3 pixels, zeros around the image among them, and a 1×1 convolution.
  private static func averaged(_ channels: Int) -> some Layer {
    Sequential {
      AvgPool2d(kernel: 3, stride: 1, padding: 1)
      BasicConv2d(channels).named("branch_pool")
    }.inlined()
  }
}

extension ZooModel {
  /// Inception v3 as torchvision has it, without its auxiliary head.
  ///
  /// Torchvision's `transform_input`, another scale of the channels before the network, is left to whoever
  /// reads the images.
  public static let inceptionV3 = inceptionV3(
    "inception-v3", "eleven inception blocks, some of 1×7 and 7×1 convolutions, for 299×299 images",
    hasHead: false, parameterCount: 23_834_568)

  /// Inception v3 as torchvision has it, with a head `AuxLogits` in training.
  public static let inceptionV3Aux = inceptionV3(
    "inception-v3-aux", "inception-v3 with an auxiliary head in training", hasHead: true,
    parameterCount: 27_161_264)

  private static func inceptionV3(
    _ name: String, _ summary: String, hasHead: Bool, parameterCount: Int
  ) -> ZooModel {
    ZooModel(
      name: name, summary: summary,
      source: "C. Szegedy et al., arXiv:1512.00567; names of torchvision",
      defaultInput: [3, 299, 299], defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      Sequential {
        BasicConv2d.reduction(32).named("Conv2d_1a_3x3")
        BasicConv2d(32, kernel: 3, padding: 0).named("Conv2d_2a_3x3")
        BasicConv2d(64, kernel: 3).named("Conv2d_2b_3x3")
        MaxPool2d(kernel: 3, stride: 2).named("maxpool1")
        BasicConv2d(80).named("Conv2d_3b_1x1")
        BasicConv2d(192, kernel: 3, padding: 0).named("Conv2d_4a_3x3")
        MaxPool2d(kernel: 3, stride: 2).named("maxpool2")
        for (letter, pooled) in [("b", 32), ("c", 64), ("d", 64)] {
          InceptionV3.A(pooled: pooled).named("Mixed_5\(letter)")
        }
        InceptionV3.ReductionA().named("Mixed_6a")
        for (letter, channels) in [("b", 128), ("c", 160), ("d", 160), ("e", 192)] {
          InceptionV3.B(channels: channels).named("Mixed_6\(letter)")
        }
        if hasHead { AuxiliaryHead("AuxLogits", InceptionV3.Head(classes: classes)) }
        InceptionV3.ReductionB().named("Mixed_7a")
        for letter in ["b", "c"] { InceptionV3.C().named("Mixed_7\(letter)") }
        GlobalAvgPool2d().named("avgpool")
        Dropout().named("dropout")
        Flatten()
        Linear(classes, weightInitializer: .normal(deviation: 0.01)).named("fc")
      }
    }
  }
}
