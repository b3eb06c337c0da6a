public import FoveaGraph

/// Convolves over turns (and mirrors) as well as places, so that a turned image gives turned results.
///
/// | tensor | lifting | between group layers |
/// | --- | --- | --- |
/// | input | `[N, C, H, W]` | `[N, C · order, H, W]` |
/// | weight | `[outChannels, C, 1, kernel, kernel]` | `[outChannels, C, order, kernel, kernel]` |
/// | bias | `[outChannels]` | `[outChannels]` |
/// | output | `[N, outChannels · order, H', W']` | alike |
///
/// Channel `c · order + s` holds what filter `c` finds, turned by element `s` of the group. Where the input is turned
/// by `u`, so is each result, and channel `s` goes to channel `u · s`: exactly so where the windows fit the image
/// without remainder. The turned kernels are made of the weight in the graph, and an ordinary convolution runs.
///
/// - SeeAlso: T. Cohen and M. Welling, *Group Equivariant Convolutional Networks*, arXiv:1602.07576.
public struct GroupConv2d: Layer {
  /// The group.
  public let group: PlaneGroup
  /// Whether the input is an image, without the group's channels.
  public let isLifting: Bool
  /// Filters; each has a channel for each element of the group.
  public let outChannels: Int
  /// Taps along height and width.
  public let kernel: Int
  /// Pixels from one position to the next, along both axes.
  public let stride: Int
  /// Zeros at all four sides.
  public let padding: Int
  /// Whether each filter adds a number, the same for all elements.
  public let bias: Bool

  /// Makes a layer that takes an image to the group.
  public static func lifting(
    _ outChannels: Int, group: PlaneGroup, kernel: Int, stride: Int = 1, padding: Int = 0,
    bias: Bool = true
  ) -> GroupConv2d {
    GroupConv2d(
      group: group, isLifting: true, outChannels: outChannels, kernel: kernel, stride: stride,
      padding: padding, bias: bias)
  }

  /// Makes a layer from the group to the group.
  public init(
    _ outChannels: Int, group: PlaneGroup, kernel: Int, stride: Int = 1, padding: Int = 0,
    bias: Bool = true
  ) {
    self.init(
      group: group, isLifting: false, outChannels: outChannels, kernel: kernel, stride: stride,
      padding: padding, bias: bias)
  }

  private init(
    group: PlaneGroup, isLifting: Bool, outChannels: Int, kernel: Int, stride: Int, padding: Int,
    bias: Bool
  ) {
    self.group = group
    self.isLifting = isLifting
    self.outChannels = outChannels
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
    self.bias = bias
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectGroupChannels(
      of: input, isLifting ? 1 : group.order, for: "GroupConv2d")
    let window = try tracer.window(
      kernel: kernel, stride: stride, dilation: 1, padding: padding)
    let (order, inputOrder) = (group.order, isLifting ? 1 : group.order)
    guard outChannels > 0, channels > 0 else {
      throw .operation(
        path: tracer.path, .groups(1, inChannels: channels, outChannels: outChannels))
    }
    let source = [channels, inputOrder, kernel, kernel]
    let size = source.reduce(order) { $0.multipliedReportingOverflow(by: $1).partialValue }
    guard kernel <= 1024, channels <= TakeElements.largestTable,
      0...TakeElements.largestTable ~= size
    else { throw .operation(path: tracer.path, .tooLarge("GroupConv2d weight")) }
    let weight = try tracer.parameter("weight", [outChannels] + source, .pytorchDefault)
    let turned = try tracer.taking(
      weight, from: source, to: [order] + source, places: places(channels: channels))
    let dense = try tracer.append(
      FoveaGraph.Reshape([outChannels * order, channels * inputOrder, kernel, kernel]), [turned])[0]
    let convolution = FoveaGraph.Conv2d(rows: window, columns: window)
    guard bias else { return try tracer.append(convolution, [input, dense])[0] }
    let own = try tracer.parameter(
      "bias", [outChannels], .pytorchBias(fanIn: source.reduce(1, *)))
    let repeated = try tracer.taking(
      own, from: [], to: [order], places: Array(repeating: 0, count: order))
    let flat = try tracer.append(FoveaGraph.Reshape([outChannels * order]), [repeated])[0]
    return try tracer.append(convolution, [input, dense, flat])[0]
  }

  /// Where the taps of the kernel for each element of the group come from.
  private func places(channels: Int) -> [Int32] {
    let inputs = isLifting ? 1 : group.order
    var places: [Int32] = []
    for element in 0..<group.order {
      for channel in 0..<channels {
        for input in 0..<inputs {
          let plane =
            channel * inputs
            + (isLifting ? 0 : group.product(group.inverse(element), input))
          for row in 0..<kernel {
            for column in 0..<kernel {
              let tap = group.source(element, row: row, column: column, size: kernel)
              places.append(Int32((plane * kernel + tap.row) * kernel + tap.column))
            }
          }
        }
      }
    }
    return places
  }
}

/// Takes the largest (or the mean) of what the elements of the group found: `[N, C · order, H, W] → [N, C, H, W]`.
///
/// The result turns with the image, and its channels stay where they are.
public struct GroupPool2d: Layer {
  /// The group.
  public let group: PlaneGroup
  /// Whether the mean is taken.
  public let isMean: Bool

  /// Makes a layer.
  public init(group: PlaneGroup, isMean: Bool = false) {
    self.group = group
    self.isMean = isMean
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectGroupChannels(of: input, group.order, for: "GroupPool2d")
    let (height, width) = (input.shape[2], input.shape[3])
    let apart = try tracer.append(
      FoveaGraph.Reshape([-1, channels, group.order, height, width]), [input])[0]
    return try tracer.append(
      Reduce(isMean ? .mean : .max, axes: [2], keepDimensions: false), [apart])[0]
  }
}

/// Normalises each filter's channels together, so that the group's turns are kept: `[N, C · order, H, W]`, as it was.
///
/// Parameters are those of `BatchNorm2d`, of `[C]`.
public struct GroupBatchNorm2d: Layer {
  /// The group.
  public let group: PlaneGroup
  /// What is done to each filter's channels.
  public let normalisation: BatchNorm2d

  /// Makes a layer; the settings of the normalisation are PyTorch's unless told otherwise.
  public init(group: PlaneGroup, normalisation: BatchNorm2d = BatchNorm2d()) {
    self.group = group
    self.normalisation = normalisation
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectGroupChannels(of: input, group.order, for: "GroupBatchNorm2d")
    let (height, width) = (input.shape[2], input.shape[3])
    let joined = try tracer.append(
      FoveaGraph.Reshape([-1, channels, group.order * height, width]), [input])[0]
    return try tracer.append(
      FoveaGraph.Reshape([-1, channels * group.order, height, width]),
      [try normalisation.forward(joined)])[0]
  }
}

extension Tracer {
  /// The filters of an image whose channels are `order` for each of them.
  fileprivate func expectGroupChannels(
    of input: SymbolicTensor, _ order: Int, for operation: String
  ) throws(GraphError) -> Int {
    let channels = try expectChannels(of: input, nil, for: operation)
    guard channels % order == 0 else {
      throw .operation(
        path: path,
        .setting(
          operation, name: "input channels", value: "\(channels)",
          allowed: "a multiple of \(order), the group's elements; start with a lifting layer"))
    }
    return channels / order
  }
}
