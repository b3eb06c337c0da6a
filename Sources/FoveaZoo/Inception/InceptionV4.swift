public import FoveaLayers

/// The blocks of Inception v4, with timm's names.
///
/// - SeeAlso: C. Szegedy et al., *Inception-v4, Inception-ResNet and the Impact of Residual Connections
///   on Learning*, arXiv:1602.07261, figures 3 to 9.
public enum InceptionV4 {
  /// Convolutions of 1×1, 3×3 and twice 3×3 beside average pooling: the size stays, 384 channels.
  public struct A: CompositeLayer {
    /// Makes a block.
    public init() {}

    public var body: some Layer {
      Concatenate {
        BasicConv2d(96).named("branch0")
        sequence("branch1", BasicConv2d(64), BasicConv2d(96, kernel: 3))
        sequence("branch2", BasicConv2d(64), BasicConv2d(96, kernel: 3), BasicConv2d(96, kernel: 3))
        averaged("branch3", 96)
      }.inlined()
    }
  }

  /// 7×7 convolutions as pairs of 1×7 and 7×1, once and twice, beside 1×1 and pooling: 1024 channels.
  public struct B: CompositeLayer {
    /// Makes a block.
    public init() {}

    public var body: some Layer {
      Concatenate {
        BasicConv2d(384).named("branch0")
        sequence(
          "branch1", BasicConv2d(192), BasicConv2d(224, kernel: .oneBySeven),
          BasicConv2d(256, kernel: .sevenByOne))
        sequence(
          "branch2", BasicConv2d(192), BasicConv2d(192, kernel: .sevenByOne),
          BasicConv2d(224, kernel: .oneBySeven), BasicConv2d(224, kernel: .sevenByOne),
          BasicConv2d(256, kernel: .oneBySeven))
        averaged("branch3", 128)
      }.inlined()
    }
  }

  /// Branches that end in 1×3 and 3×1 convolutions side by side: 1536 channels.
  public struct C: CompositeLayer {
    /// Makes a block.
    public init() {}

    public var body: some Layer {
      Concatenate {
        BasicConv2d(256).named("branch0")
        Sequential {
          BasicConv2d(384).named("branch1_0")
          pair("branch1_1")
        }.inlined()
        Sequential {
          BasicConv2d(384).named("branch2_0")
          BasicConv2d(448, kernel: .threeByOne).named("branch2_1")
          BasicConv2d(512, kernel: .oneByThree).named("branch2_2")
          pair("branch2_3")
        }.inlined()
        averaged("branch3", 256)
      }.inlined()
    }

    private func pair(_ name: String) -> some Layer {
      Concatenate {
        BasicConv2d(256, kernel: .oneByThree).named(name + "a")
        BasicConv2d(256, kernel: .threeByOne).named(name + "b")
      }.inlined()
    }
  }

  /// Halves the size behind blocks `A`: `strided` and `last` channels, and those that came in.
  ///
  /// Inception v4 and Inception-ResNet v2 have this block with other channels, the paper's table 1.
  public struct ReductionA: CompositeLayer {
    /// The channels of the strided convolution by itself: the paper's n.
    public let strided: Int
    /// The channels before the two 3×3 convolutions: k.
    public let first: Int
    /// The channels between them: l.
    public let second: Int
    /// The channels behind them: m.
    public let last: Int

    /// Makes a block; the channels are those of Inception v4 where left out.
    public init(strided: Int = 384, first: Int = 192, second: Int = 224, last: Int = 256) {
      self.strided = strided
      self.first = first
      self.second = second
      self.last = last
    }

    public var body: some Layer {
      Concatenate {
        BasicConv2d.reduction(strided).named("branch0")
        sequence("branch1", BasicConv2d(first), BasicConv2d(second, kernel: 3), .reduction(last))
        MaxPool2d(kernel: 3, stride: 2).named("branch2")
      }.inlined()
    }
  }

  /// Halves the size behind blocks `B`: 512 channels and those that came in.
  public struct ReductionB: CompositeLayer {
    /// Makes a block.
    public init() {}

    public var body: some Layer {
      Concatenate {
        sequence("branch0", BasicConv2d(192), .reduction(192))
        sequence(
          "branch1", BasicConv2d(256), BasicConv2d(256, kernel: .oneBySeven),
          BasicConv2d(320, kernel: .sevenByOne), .reduction(320))
        MaxPool2d(kernel: 3, stride: 2).named("branch2")
      }.inlined()
    }
  }

  /// The first layers: 384 channels, and an eighth of the size.
  struct Stem: CompositeLayer {
    var body: some Layer {
      BasicConv2d.reduction(32)
      BasicConv2d(32, kernel: 3, padding: 0)
      BasicConv2d(64, kernel: 3)
      Concatenate {
        MaxPool2d(kernel: 3, stride: 2).named("maxpool")
        BasicConv2d.reduction(96).named("conv")
      }
      Concatenate {
        sequence("branch0", BasicConv2d(64), BasicConv2d(96, kernel: 3, padding: 0))
        sequence(
          "branch1", BasicConv2d(64), BasicConv2d(64, kernel: .oneBySeven),
          BasicConv2d(64, kernel: .sevenByOne), BasicConv2d(96, kernel: 3, padding: 0))
      }
      Concatenate {
        BasicConv2d.reduction(192).named("conv")
        MaxPool2d(kernel: 3, stride: 2).named("maxpool")
      }
    }
  }

  /// The mean of 3×3 pixels, without zeros around the image, and a 1×1 convolution.
  static func averaged(_ name: String, _ channels: Int) -> some Layer {
    Sequential {
      AvgPool2d(kernel: 3, stride: 1, padding: 1, countIncludePad: false)
      BasicConv2d(channels)
    }.named(name)
  }
}

extension ZooModel {
  /// Inception v4 as timm has it.
  public static let inceptionV4 = ZooModel(
    name: "inception-v4",
    summary: "fourteen inception blocks and three reductions, for 299×299 images",
    source: "C. Szegedy et al., arXiv:1602.07261; names of timm",
    defaultInput: [3, 299, 299], defaultClasses: 1000, parameterCount: 42_679_816
  ) { classes in
    Sequential {
      Sequential {
        InceptionV4.Stem().inlined()
        for _ in 0..<4 { InceptionV4.A() }
        InceptionV4.ReductionA()
        for _ in 0..<7 { InceptionV4.B() }
        InceptionV4.ReductionB()
        for _ in 0..<3 { InceptionV4.C() }
      }.named("features")
      GlobalAvgPool2d().named("global_pool")
      Flatten()
      Linear(classes, weightInitializer: .normal(deviation: 0.01)).named("last_linear")
    }
  }
}
