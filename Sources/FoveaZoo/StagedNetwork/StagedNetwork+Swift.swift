public import FoveaTensors

extension StagedNetwork {
  /// The network as Swift source that needs `import Fovea` and nothing else.
  ///
  /// - Parameters:
  ///   - input: One input, `[C, H, W]`.
  ///   - comment: What stands above the network, such as its costs; one line.
  public func swiftSource(input: Shape, comment: String = "") -> String {
    let stages = zip(widths, depths).enumerated().map { index, stage in
      "stage(\(index + 1), channels: \(stage.0), depth: \(stage.1)"
        + (index > 0 ? ", stride: 2)" : ")")
    }
    let stem = stemStride > 1 ? ", stride: 2" : ""
    let layers =
      ["ConvolutionBlock(channels: \(widths.first ?? 0)\(stem)).named(\"stem\")"]
      + (stemStride == 4
        ? ["MaxPool2d(kernel: 3, stride: 2, padding: 1).named(\"maxpool\")"] : [])
      + stages
      + (headWidth.map { ["ConvolutionBlock(channels: \($0), kernel: 1).named(\"head\")"] } ?? [])
      + [
        "GlobalAvgPool2d().named(\"avgpool\")", "Flatten()",
        "Linear(classes).named(\"classifier\")",
      ]
    let network = """
      /// A classifier of stages, \(family.rawValue)\(comment.isEmpty ? "" : ": \(comment)").
      ///
      ///     let model = try Model(input: DesignedNetwork.input) { DesignedNetwork().inlined() }
      struct DesignedNetwork: CompositeLayer {
        /// One image: channels, height, width.
        static let input: Shape = \(input)
        var classes = \(classes)

        var body: some Layer {
      \(layers.map { "    \($0)" }.joined(separator: "\n"))
        }

        private func stage(_ number: Int, channels: Int, depth: Int, stride: Int = 1) -> some Layer {
          Sequential(
            (0..<depth).map {
              \(family.blockName)(channels: channels, stride: $0 == 0 ? stride : 1)
            }
          ).named("stage\\(number)")
        }
      }
      """
    return
      (["import Fovea", network, Self.convolutionBlock] + [family.blockSource].compactMap(\.self))
      .joined(separator: "\n\n") + "\n"
  }

  static let convolutionBlock = """
    /// A convolution that keeps the size but for its stride, batch normalisation and, where wanted, ReLU.
    struct ConvolutionBlock: CompositeLayer {
      let channels: Int
      var kernel = 3
      var stride = 1
      var groups = 1
      var isActivated = true

      var body: some Layer {
        Conv2d(
          channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
          groups: groups, bias: false, weightInitializer: .kaimingNormal(fan: .fanOut))
        BatchNorm2d()
        if isActivated { ReLU() }
      }
    }
    """

  static let residualBlock = """
    /// Two 3×3 convolutions with a shortcut past them, a 1×1 convolution where the shape changes.
    struct ResidualBlock: Layer {
      let channels: Int
      let stride: Int

      func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        let isProjected = stride > 1 || input.shape[1] != channels
        let projection = ConvolutionBlock(
          channels: channels, kernel: 1, stride: stride, isActivated: false)
        let sum = Residual(shortcut: isProjected ? projection : nil) {
          ConvolutionBlock(channels: channels, stride: stride)
          ConvolutionBlock(channels: channels, isActivated: false)
        }
        return try relu(sum.forward(input))
      }
    }
    """

  static let bottleneckBlock = """
    /// A 3×3 convolution of a quarter of the channels between 1×1 convolutions, with a shortcut past them.
    struct BottleneckResidualBlock: Layer {
      let channels: Int
      let stride: Int

      func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        let isProjected = stride > 1 || input.shape[1] != channels
        let projection = ConvolutionBlock(
          channels: channels, kernel: 1, stride: stride, isActivated: false)
        let sum = Residual(shortcut: isProjected ? projection : nil) {
          ConvolutionBlock(channels: channels / 4, kernel: 1)
          ConvolutionBlock(channels: channels / 4, stride: stride)
          ConvolutionBlock(channels: channels, kernel: 1, isActivated: false)
        }
        return try relu(sum.forward(input))
      }
    }
    """

  static let invertedBlock = """
    /// A depthwise convolution of six times the channels between 1×1 convolutions, with a shortcut where the shape stays.
    struct InvertedResidualBlock: Layer {
      let channels: Int
      let stride: Int

      func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
        let width = 6 * input.shape[1]
        let branch = Sequential {
          ConvolutionBlock(channels: width, kernel: 1)
          ConvolutionBlock(channels: width, stride: stride, groups: width)
          ConvolutionBlock(channels: channels, kernel: 1, isActivated: false)
        }
        let learnt = try branch.forward(input)
        return stride == 1 && input.shape[1] == channels ? try input + learnt : learnt
      }
    }
    """
}

extension StagedNetwork.Family {
  /// The type of its blocks, in `StagedBlocks.swift` and in the source that is written.
  var blockName: String {
    switch self {
    case .plain: "ConvolutionBlock"
    case .basic: "ResidualBlock"
    case .bottleneck: "BottleneckResidualBlock"
    case .inverted: "InvertedResidualBlock"
    }
  }

  /// The source of its blocks; `nil` where they are the convolution block, which every network has.
  var blockSource: String? {
    switch self {
    case .plain: nil
    case .basic: StagedNetwork.residualBlock
    case .bottleneck: StagedNetwork.bottleneckBlock
    case .inverted: StagedNetwork.invertedBlock
    }
  }
}
