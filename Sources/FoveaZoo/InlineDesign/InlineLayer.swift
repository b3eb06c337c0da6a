import FoveaGraph
import FoveaLayers

/// One layer of an inline design.
struct InlineLayer: Layer, Hashable {
  enum Kind: String, CaseIterable {
    case conv, dw, separable, basic, bottleneck, inverted, maxpool, avgpool, gap, flatten, fc, relu

    /// Whether it has weights and no activation of its own at its end.
    var isLinear: Bool { [.conv, .dw, .separable, .fc].contains(self) }
    var hasWeights: Bool { isLinear || [.basic, .bottleneck, .inverted].contains(self) }
    /// Whether a kernel, or the number of features, stands behind the name.
    var takesKernel: Bool { [.conv, .dw, .separable, .maxpool, .avgpool].contains(self) }
    var takesStride: Bool { takesKernel || [.basic, .bottleneck, .inverted].contains(self) }

    /// What may stand behind it.
    var options: [Option] {
      switch self {
      case .conv: [.channels, .groups, .dilation, .padding, .bias, .batchNorm]
      case .dw: [.dilation, .padding, .bias, .batchNorm]
      case .separable: [.channels, .dilation, .padding, .bias, .batchNorm]
      case .basic, .bottleneck: [.channels]
      case .inverted: [.channels, .expansion]
      case .maxpool, .avgpool: [.padding]
      case .gap, .flatten, .fc, .relu: []
      }
    }
  }

  /// A setting behind a layer: a letter with a number, or a word.
  enum Option: String, CaseIterable {
    case channels = "c"
    case groups = "g"
    case dilation = "d"
    case padding = "p"
    case expansion = "x"
    case bias
    case batchNorm = "bn"

    var isNumber: Bool { rawValue.count == 1 }
    /// How it is written, for messages.
    var example: String { isNumber ? "\(rawValue)\(self == .padding ? 0 : 4)" : rawValue }
    var least: Int { self == .padding ? 0 : 1 }
  }

  let kind: Kind
  /// As it was written: `conv3x3`.
  let name: String
  /// Height and width of the window, for those that have one.
  var kernel = Extent2d(1)
  var stride: Int?
  /// The features of a dense layer.
  var features: Int?
  var numbers: [Option: Int] = [:]
  var flags: Set<Option> = []

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let channels = input.shape[1]
    let wanted = numbers[.channels] ?? channels
    let stride = stride ?? 1
    switch kind {
    case .conv:
      return try normalized(window(wanted, groups: numbers[.groups] ?? 1).forward(input))
    case .dw: return try normalized(window(channels, groups: channels).forward(input))
    case .separable:
      let filtered = try normalized(
        window(channels, groups: channels).named("depthwise")(input), "depthwise-bn")
      let point = Conv2d(wanted, kernel: 1, bias: flags.contains(.bias)).named("pointwise")
      return try normalized(point(filtered))
    case .basic:
      return try BasicBlock(channels: wanted, stride: stride).forward(input)
    case .bottleneck:
      guard wanted.isMultiple(of: 4) else {
        throw .operation(
          path: input.tracer.path,
          .setting("bottleneck", name: "channels", value: "\(wanted)", allowed: "a multiple of 4"))
      }
      return try BottleneckBlock(channels: wanted / 4, stride: stride).forward(input)
    case .inverted:
      let expansion = numbers[.expansion] ?? 6
      return try InvertedResidual(channels: wanted, stride: stride, expansion: expansion)
        .forward(input)
    case .maxpool:
      return try MaxPool2d(
        kernel: kernel, stride: self.stride.map { Extent2d($0) },
        padding: .all(numbers[.padding] ?? 0)
      ).forward(input)
    case .avgpool:
      return try AvgPool2d(
        kernel: kernel, stride: self.stride.map { Extent2d($0) },
        padding: .all(numbers[.padding] ?? 0)
      ).forward(input)
    case .gap: return try GlobalAvgPool2d().forward(input)
    case .flatten: return try Flatten().forward(input)
    case .fc:
      let row = input.shape.rank == 2 ? input : try Flatten().forward(input)
      return try Linear(features ?? row.shape[1]).forward(row)
    case .relu: return try relu(input)
    }
  }

  private func window(_ channels: Int, groups: Int) -> some Layer {
    let dilation = numbers[.dilation] ?? 1
    // Kernels of even size have the odd pixel behind.
    let (rows, columns) = (dilation * (kernel.height - 1), dilation * (kernel.width - 1))
    let same = Padding.sides(
      top: rows / 2, left: columns / 2, bottom: rows - rows / 2, right: columns - columns / 2)
    return Conv2d(
      channels, kernel: kernel, stride: Extent2d(stride ?? 1),
      padding: numbers[.padding].map { .all($0) } ?? same, dilation: Extent2d(dilation),
      groups: groups, bias: flags.contains(.bias))
  }

  private func normalized(_ value: SymbolicTensor, _ name: String = "bn") throws(GraphError)
    -> SymbolicTensor
  {
    flags.contains(.batchNorm) ? try BatchNorm2d().named(name)(value) : value
  }
}
