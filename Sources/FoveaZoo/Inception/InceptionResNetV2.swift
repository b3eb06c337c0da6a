public import FoveaGraph
public import FoveaLayers

/// The blocks of Inception-ResNet v2, with timm's names.
///
/// - SeeAlso: C. Szegedy et al., arXiv:1602.07261, figures 15 to 19.
public enum InceptionResNetV2 {
  /// `y = relu(x + scale · conv1×1(branches(x)))`: branches whose joined result is added to what came in.
  ///
  /// The small factor keeps deep networks of such blocks from dying early in training.
  public struct Block: Layer {
    /// The branches, joined along the channels.
    public let branches: Concatenate
    /// What the learnt part is multiplied by.
    public let scale: Float
    /// Whether ReLU comes last.
    public let isActivated: Bool

    /// Makes a block of any branches.
    public init(scale: Float, isActivated: Bool = true, @LayerBuilder _ branches: () -> Sequential)
    {
      self.branches = Concatenate(branches)
      self.scale = scale
      self.isActivated = isActivated
    }

    /// The block of the largest maps (35×35 of 299×299): 1×1, 3×3 and twice 3×3.
    public static func a(scale: Float = 0.17) -> Block {
      Block(scale: scale) {
        BasicConv2d(32).named("branch0")
        sequence("branch1", BasicConv2d(32), BasicConv2d(32, kernel: 3))
        sequence("branch2", BasicConv2d(32), BasicConv2d(48, kernel: 3), BasicConv2d(64, kernel: 3))
      }
    }

    /// The block of the medium maps (17×17): 1×1, and 7×7 as 1×7 and 7×1.
    public static func b(scale: Float = 0.1) -> Block {
      Block(scale: scale) {
        BasicConv2d(192).named("branch0")
        sequence(
          "branch1", BasicConv2d(128), BasicConv2d(160, kernel: .oneBySeven),
          BasicConv2d(192, kernel: .sevenByOne))
      }
    }

    /// The block of the smallest maps (8×8): 1×1, and 3×3 as 1×3 and 3×1.
    public static func c(scale: Float = 0.2, isActivated: Bool = true) -> Block {
      Block(scale: scale, isActivated: isActivated) {
        BasicConv2d(192).named("branch0")
        sequence(
          "branch1", BasicConv2d(192), BasicConv2d(224, kernel: .oneByThree),
          BasicConv2d(256, kernel: .threeByOne))
      }
    }

    public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
      let joined = try branches.forward(input)
      let learnt = try Conv2d(input.shape[1], kernel: 1).named("conv2d")(joined)
      let scaled = try input.tracer.append(Scale(scale, shift: 0), [learnt])[0]
      let sum = try input + scaled
      return isActivated ? try relu(sum) : sum
    }
  }

  /// Halves the size behind the blocks of the medium maps: 992 channels and those that came in.
  public struct ReductionB: CompositeLayer {
    /// Makes a block.
    public init() {}

    public var body: some Layer {
      Concatenate {
        sequence("branch0", BasicConv2d(256), .reduction(384))
        sequence("branch1", BasicConv2d(256), .reduction(288))
        sequence("branch2", BasicConv2d(256), BasicConv2d(288, kernel: 3), .reduction(320))
        MaxPool2d(kernel: 3, stride: 2).named("branch3")
      }.inlined()
    }
  }
}

extension ZooModel {
  /// Inception-ResNet v2 as timm has it.
  public static let inceptionResNetV2 = ZooModel(
    name: "inception-resnet-v2",
    summary: "forty inception blocks with shortcuts, for 299×299 images",
    source: "C. Szegedy et al., arXiv:1602.07261; names of timm",
    defaultInput: [3, 299, 299], defaultClasses: 1000, parameterCount: 55_843_464
  ) { classes in
    Sequential {
      BasicConv2d.reduction(32).named("conv2d_1a")
      BasicConv2d(32, kernel: 3, padding: 0).named("conv2d_2a")
      BasicConv2d(64, kernel: 3).named("conv2d_2b")
      MaxPool2d(kernel: 3, stride: 2).named("maxpool_3a")
      BasicConv2d(80).named("conv2d_3b")
      BasicConv2d(192, kernel: 3, padding: 0).named("conv2d_4a")
      MaxPool2d(kernel: 3, stride: 2).named("maxpool_5a")
      Concatenate {
        BasicConv2d(96).named("branch0")
        sequence("branch1", BasicConv2d(48), BasicConv2d(64, kernel: 5))
        sequence("branch2", BasicConv2d(64), BasicConv2d(96, kernel: 3), BasicConv2d(96, kernel: 3))
        InceptionV4.averaged("branch3", 64)
      }.named("mixed_5b")
      repeated(.a(), times: 10).named("repeat")
      InceptionV4.ReductionA(strided: 384, first: 256, second: 256, last: 384).named("mixed_6a")
      repeated(.b(), times: 20).named("repeat_1")
      InceptionResNetV2.ReductionB().named("mixed_7a")
      repeated(.c(), times: 9).named("repeat_2")
      InceptionResNetV2.Block.c(scale: 1, isActivated: false).named("block8")
      BasicConv2d(1536).named("conv2d_7b")
      GlobalAvgPool2d().named("global_pool")
      Flatten()
      Linear(classes, weightInitializer: .normal(deviation: 0.01)).named("classif")
    }
  }

  private static func repeated(_ block: InceptionResNetV2.Block, times: Int) -> Sequential {
    Sequential(Array(repeating: block, count: times))
  }
}
