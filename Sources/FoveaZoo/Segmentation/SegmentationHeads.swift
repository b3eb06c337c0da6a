public import FoveaGraph
public import FoveaLayers

/// A 3×3 convolution to a quarter of the channels, and a 1×1 convolution to the classes: FCN's head in torchvision.
///
/// - SeeAlso: J. Long, E. Shelhamer, T. Darrell, *Fully Convolutional Networks for Semantic Segmentation* (2015),
///   arXiv:1411.4038.
public struct FCNHead: Layer {
  /// The classes of a pixel.
  public let classes: Int

  /// Makes a head.
  ///
  /// - Parameter classes: The classes of a pixel.
  public init(classes: Int) { self.classes = classes }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let channels = try input.channels
    return try Sequential {
      ConvNormActivation(channels: channels / 4, kernel: 3, activation: ReLU()).inlined()
      Dropout(0.1)
      Conv2d(classes, kernel: 1)
    }.forward(input)
  }
}

/// Atrous spatial pyramid pooling, a 3×3 convolution, and a 1×1 convolution to the classes.
///
/// - SeeAlso: L.-C. Chen et al. (2017), arXiv:1706.05587.
public struct DeepLabV3Head: CompositeLayer {
  /// The classes of a pixel.
  public let classes: Int
  /// The dilations of the pyramid.
  public let rates: [Int]

  /// Makes a head.
  ///
  /// - Parameters:
  ///   - classes: The classes of a pixel.
  ///   - rates: The dilations of the pyramid, for maps of an eighth of the image's size.
  public init(classes: Int, rates: [Int] = [12, 24, 36]) {
    self.classes = classes
    self.rates = rates
  }

  public var body: some Layer {
    ASPP(rates: rates)
    ConvNormActivation(channels: 256, kernel: 3, activation: ReLU()).inlined()
    Conv2d(classes, kernel: 1)
  }
}

/// The decoder of DeepLabV3+: the pyramid's map, enlarged to a finer one of few channels and joined with it.
///
/// Weights have the names of VainF/DeepLabV3Plus-Pytorch: `project`, `aspp`, `classifier`.
///
/// - SeeAlso: L.-C. Chen et al., *Encoder-Decoder with Atrous Separable Convolution for Semantic Image Segmentation*
///   (2018), arXiv:1802.02611.
public struct DeepLabV3PlusDecoder: Sendable {
  /// The classes of a pixel.
  public let classes: Int
  /// The dilations of the pyramid.
  public let rates: [Int]

  /// Makes a decoder.
  ///
  /// - Parameters:
  ///   - classes: The classes of a pixel.
  ///   - rates: The dilations of the pyramid, for maps of a sixteenth of the image's size.
  public init(classes: Int, rates: [Int] = [6, 12, 18]) {
    self.classes = classes
    self.rates = rates
  }

  /// Appends the decoder under `name`.
  ///
  /// - Parameters:
  ///   - input: The map of the last stage.
  ///   - fine: A map of an early stage, whose size the result has.
  ///   - name: The name of the decoder in the paths of its parameters.
  public func callAsFunction(
    _ input: SymbolicTensor, fine: SymbolicTensor, named name: String
  ) throws(GraphError) -> SymbolicTensor {
    try input.tracer.scoped(.name(name)) { () throws(GraphError) -> SymbolicTensor in
      let detail = try ConvNormActivation(channels: 48, activation: ReLU()).named("project")(fine)
      let context = try interpolate(
        ASPP(rates: rates).named("aspp")(input), size: fine.extent(), mode: .bilinear)
      return try Sequential {
        ConvNormActivation(channels: 256, kernel: 3, activation: ReLU()).inlined()
        Conv2d(classes, kernel: 1)
      }.named("classifier")(concatenate([detail, context]))
    }
  }
}

/// Lite reduced ASPP: a 1×1 convolution of the coarse map, scaled by what its mean says, and classes of it and of a
/// finer map, added.
///
/// Weights have torchvision's names: `cbr`, `scale`, `low_classifier`, `high_classifier`.
///
/// - SeeAlso: A. Howard et al., *Searching for MobileNetV3* (2019), arXiv:1905.02244.
public struct LRASPPHead: Sendable {
  /// The classes of a pixel.
  public let classes: Int
  /// The channels of the coarse map's branch.
  public let channels: Int

  /// Makes a head.
  ///
  /// - Parameters:
  ///   - classes: The classes of a pixel.
  ///   - channels: The channels of the coarse map's branch.
  public init(classes: Int, channels: Int = 128) {
    self.classes = classes
    self.channels = channels
  }

  /// Appends the head under `name`.
  ///
  /// - Parameters:
  ///   - input: The map of the last stage.
  ///   - fine: A map of an earlier stage, whose size the result has.
  ///   - name: The name of the head in the paths of its parameters.
  public func callAsFunction(
    _ input: SymbolicTensor, fine: SymbolicTensor, named name: String
  ) throws(GraphError) -> SymbolicTensor {
    try input.tracer.scoped(.name(name)) { () throws(GraphError) -> SymbolicTensor in
      let wide = try ConvNormActivation(channels: channels, activation: ReLU()).named("cbr")(input)
      let scale = Sequential {
        GlobalAvgPool2d()
        Conv2d(channels, kernel: 1, bias: false)
        Sigmoid()
      }.named("scale")
      let scaled = try interpolate(wide * scale(input), size: fine.extent(), mode: .bilinear)
      return try Conv2d(classes, kernel: 1).named("low_classifier")(fine)
        + Conv2d(classes, kernel: 1).named("high_classifier")(scaled)
    }
  }
}
