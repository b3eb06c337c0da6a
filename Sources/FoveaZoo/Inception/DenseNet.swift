public import FoveaGraph
public import FoveaLayers

/// Layers of which each takes what came in and what all before it made: `channels + depth · growth` go out.
///
/// Each layer is a 1×1 convolution to `bottleneck · growth` channels and a 3×3 convolution to `growth`, with
/// batch normalisation and ReLU before either. The size stays. Names are torchvision's.
///
/// In training, what the normalisations and ReLUs make would take memory that grows with the square of
/// the depth (G. Pleiss et al., arXiv:1707.06990). To compute it anew in the backward pass is an option of
/// the training, `--recompute`, and none of the network.
///
/// - SeeAlso: G. Huang et al., *Densely Connected Convolutional Networks*, arXiv:1608.06993.
public struct DenseBlock: CompositeLayer {
  /// The number of layers.
  public let depth: Int
  /// The channels that each layer adds: the paper's k.
  public let growth: Int
  /// How many times `growth` channels lie between a layer's two convolutions.
  public let bottleneck: Int

  /// Makes a block.
  public init(depth: Int, growth: Int, bottleneck: Int = 4) {
    self.depth = depth
    self.growth = growth
    self.bottleneck = bottleneck
  }

  public var body: some Layer {
    for number in 1...max(depth, 1) {
      DenseLayer(growth: growth, between: bottleneck * growth).named("denselayer\(number)")
    }
  }
}

/// One layer of a dense block, joined to its input.
private struct DenseLayer: Layer {
  let growth: Int
  let between: Int

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let added = try Sequential {
      BatchNorm2d().named("norm1")
      ReLU().named("relu1")
      denseConvolution(between, kernel: 1).named("conv1")
      BatchNorm2d().named("norm2")
      ReLU().named("relu2")
      denseConvolution(growth, kernel: 3).named("conv2")
    }.forward(input)
    return try concatenate([input, added])
  }
}

/// What stands between dense blocks: half the channels, and half the size.
///
/// Batch normalisation, ReLU, a 1×1 convolution and average pooling, with torchvision's names.
///
/// - SeeAlso: G. Huang et al., arXiv:1608.06993, section 3.
public struct DenseTransition: Layer {
  /// The share of the channels that go out: the paper's θ.
  public let compression: Double

  /// Makes a transition.
  public init(compression: Double = 0.5) { self.compression = compression }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let channels = Int(Double(input.shape[1]) * compression)
    return try Sequential {
      BatchNorm2d().named("norm")
      ReLU().named("relu")
      denseConvolution(channels, kernel: 1).named("conv")
      AvgPool2d(kernel: 2).named("pool")
    }.forward(input)
  }
}

private func denseConvolution(_ channels: Int, kernel: Int, stride: Int = 1) -> some Layer {
  Conv2d(
    channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
    bias: false, weightInitializer: .kaimingNormal())
}

extension ZooModel {
  /// DenseNet-121 as torchvision has it.
  public static let denseNet121 = denseNet(
    121, depths: [6, 12, 24, 16], parameterCount: 7_978_856)
  /// DenseNet-161 as torchvision has it: wider than the others.
  public static let denseNet161 = denseNet(
    161, depths: [6, 12, 36, 24], channels: 96, growth: 48, parameterCount: 28_681_000)
  /// DenseNet-169 as torchvision has it.
  public static let denseNet169 = denseNet(
    169, depths: [6, 12, 32, 32], parameterCount: 14_149_480)
  /// DenseNet-201 as torchvision has it.
  public static let denseNet201 = denseNet(
    201, depths: [6, 12, 48, 32], parameterCount: 20_013_928)

  /// DenseNet-BC for CIFAR, of 100 layers with 12 channels each: a 3×3 first convolution, and no pooling behind it.
  public static let denseNetBC100 = ZooModel(
    name: "densenet-bc-100-12",
    summary: "three dense blocks of 16 bottleneck layers, for 32×32 images",
    source: "G. Huang et al., arXiv:1608.06993, table 2; names of torchvision's densenets",
    defaultInput: [3, 32, 32], defaultClasses: 10, parameterCount: 769_162
  ) { classes in
    Sequential {
      Sequential {
        denseConvolution(24, kernel: 3).named("conv0")
        denseStages(depths: [16, 16, 16], growth: 12).inlined()
      }.named("features")
      denseHead(classes).inlined()
    }
  }

  private static func denseNet(
    _ layers: Int, depths: [Int], channels: Int = 64, growth: Int = 32, parameterCount: Int
  ) -> ZooModel {
    ZooModel(
      name: "densenet\(layers)",
      summary: "four dense blocks of \(depths.map(String.init).joined(separator: ", ")) layers, "
        + "for 224×224 images",
      source: "G. Huang et al., arXiv:1608.06993; names of torchvision",
      defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      Sequential {
        Sequential {
          denseConvolution(channels, kernel: 7, stride: 2).named("conv0")
          BatchNorm2d().named("norm0")
          ReLU().named("relu0")
          MaxPool2d(kernel: 3, stride: 2, padding: 1).named("pool0")
          denseStages(depths: depths, growth: growth).inlined()
        }.named("features")
        denseHead(classes).inlined()
      }
    }
  }

  /// Dense blocks with transitions between them; torchvision calls the last normalisation `norm5`.
  private static func denseStages(depths: [Int], growth: Int) -> Sequential {
    Sequential {
      for (index, depth) in depths.enumerated() {
        if index > 0 { DenseTransition().named("transition\(index)") }
        DenseBlock(depth: depth, growth: growth).named("denseblock\(index + 1)")
      }
      BatchNorm2d().named("norm5")
    }
  }

  private static func denseHead(_ classes: Int) -> Sequential {
    Sequential {
      ReLU()
      GlobalAvgPool2d().named("avgpool")
      Flatten()
      Linear(classes).named("classifier")
    }
  }
}
