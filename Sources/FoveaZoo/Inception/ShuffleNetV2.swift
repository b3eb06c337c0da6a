public import FoveaGraph
public import FoveaLayers

/// Half of the channels pass by, the others go through 1×1, depthwise 3×3 and 1×1 convolutions; then all are mixed.
///
/// With stride 2 nothing passes by: a second branch of a depthwise and a 1×1 convolution takes all channels
/// too, and the size halves. With stride 1, `channels` come in. Names are torchvision's.
///
/// - SeeAlso: N. Ma et al., *ShuffleNet V2*, arXiv:1807.11164, figure 3 (c) and (d).
public struct ShuffleUnit: Layer {
  /// The channels that go out, an even number.
  public let channels: Int
  /// 1 or 2.
  public let stride: Int

  /// Makes a unit.
  public init(channels: Int, stride: Int = 1) {
    self.channels = channels
    self.stride = stride
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    var (first, second) = (input, input)
    if stride > 1 {
      first = try branch(of: input.shape[1], isPointwiseFirst: false).named("branch1")(input)
    } else {
      let half = input.shape[1] / 2
      first = try input.tracer.append(Slice(axis: 1, start: 0, end: half), [input])[0]
      second = try input.tracer.append(
        Slice(axis: 1, start: half, end: input.shape[1]), [input])[0]
    }
    let learnt = try branch(of: channels / 2, isPointwiseFirst: true).named("branch2")(second)
    return try channelShuffle(concatenate([first, learnt]), groups: 2)
  }

  /// - Parameter depthwise: The channels that are convolved each by itself.
  private func branch(of depthwise: Int, isPointwiseFirst: Bool) -> Sequential {
    Sequential {
      if isPointwiseFirst {
        convolution(depthwise)
        BatchNorm2d()
        ReLU()
      }
      convolution(depthwise, kernel: 3, stride: stride, groups: depthwise)
      BatchNorm2d()
      convolution(channels / 2)
      BatchNorm2d()
      ReLU()
    }
  }

  private func convolution(
    _ channels: Int, kernel: Int = 1, stride: Int = 1, groups: Int = 1
  ) -> some Layer {
    Conv2d(
      channels, kernel: Extent2d(kernel), stride: Extent2d(stride), padding: .all(kernel / 2),
      groups: groups, bias: false)
  }
}

extension ZooModel {
  /// ShuffleNet v2 of half width as torchvision has it.
  public static let shuffleNetV2x0_5 = shuffleNetV2(
    "x0-5", channels: [48, 96, 192], last: 1024, parameterCount: 1_366_792)
  /// ShuffleNet v2 as torchvision has it.
  public static let shuffleNetV2x1_0 = shuffleNetV2(
    "x1-0", channels: [116, 232, 464], last: 1024, parameterCount: 2_278_604)
  /// ShuffleNet v2 of one and a half times the width as torchvision has it.
  public static let shuffleNetV2x1_5 = shuffleNetV2(
    "x1-5", channels: [176, 352, 704], last: 1024, parameterCount: 3_503_624)
  /// ShuffleNet v2 of twice the width as torchvision has it.
  public static let shuffleNetV2x2_0 = shuffleNetV2(
    "x2-0", channels: [244, 488, 976], last: 2048, parameterCount: 7_393_996)

  /// - Parameters:
  ///   - channels: Those of the three stages, the paper's table 5.
  ///   - last: Those of the last convolution.
  private static func shuffleNetV2(
    _ width: String, channels: [Int], last: Int, parameterCount: Int
  ) -> ZooModel {
    ZooModel(
      name: "shufflenet-v2-\(width)",
      summary: "16 units of depthwise convolutions with shuffled channels, for 224×224 images",
      source: "N. Ma et al., arXiv:1807.11164; names of torchvision",
      defaultInput: [3, 224, 224], defaultClasses: 1000, parameterCount: parameterCount
    ) { classes in
      Sequential {
        ConvNormActivation(channels: 24, kernel: 3, stride: 2, activation: ReLU()).named("conv1")
        MaxPool2d(kernel: 3, stride: 2, padding: 1).named("maxpool")
        for (index, (channels, depth)) in zip(channels, [4, 8, 4]).enumerated() {
          Sequential(
            (0..<depth).map { ShuffleUnit(channels: channels, stride: $0 == 0 ? 2 : 1) }
          ).named("stage\(index + 2)")
        }
        ConvNormActivation(channels: last, activation: ReLU()).named("conv5")
        GlobalAvgPool2d()
        Flatten()
        Linear(classes).named("fc")
      }
    }
  }
}
