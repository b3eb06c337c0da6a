public import FoveaGraph

/// A convolution whose taps move to where they are needed: `[N, C, H, W] → [N, outChannels, H', W']`.
///
/// A convolution of the same window, `conv_offset`, finds for each position and tap how far the tap moves, and in version
/// 2 what it is multiplied by, as a sigmoid. Its weights start at zero: at first nothing moves, and all masks are 1/2.
/// Parameters are `weight` `[outChannels, C / groups, kernel, kernel]` and `bias` `[outChannels]`, torchvision's names, and
/// `conv_offset.weight` and `conv_offset.bias`, mmcv's. Offsets that come from elsewhere go to `deformConv2d`.
///
/// - SeeAlso: J. Dai et al., *Deformable Convolutional Networks*, arXiv:1703.06211; X. Zhu et al., *Deformable ConvNets
///   v2*, arXiv:1811.11168.
public struct DeformConv2d: Layer {
  /// Filters, and so channels that go out.
  public let outChannels: Int
  /// Channels are cut into this many groups, each convolved by itself.
  public let groups: Int
  /// Channels are cut into this many groups, each with offsets of its own.
  public let offsetGroups: Int
  /// Whether each filter adds a number of its own.
  public let bias: Bool
  /// Whether taps are multiplied by a mask: version 2.
  public let isModulated: Bool
  /// How the weight starts; PyTorch's way by default.
  public let weightInitializer: Initializer
  private let window: WindowSettings

  /// Makes a convolution with the input channels inferred.
  public init(
    _ outChannels: Int, kernel: Extent2d, stride: Extent2d = 1, padding: Padding = 0,
    dilation: Extent2d = 1, groups: Int = 1, offsetGroups: Int = 1, bias: Bool = true,
    isModulated: Bool = true, weightInitializer: Initializer = .pytorchDefault
  ) {
    self.outChannels = outChannels
    self.groups = groups
    self.offsetGroups = offsetGroups
    self.bias = bias
    self.isModulated = isModulated
    self.weightInitializer = weightInitializer
    window = WindowSettings(kernel: kernel, stride: stride, padding: padding, dilation: dilation)
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let channels = try tracer.expectChannels(of: input, nil, for: "DeformConv2d")
    try tracer.expectGroups(groups, dividing: channels, and: outChannels)
    let (rows, columns) = try window.windows(tracer.path)
    let most = min(channels, Window.largest)
    guard offsetGroups > 0, offsetGroups <= most, max(rows.kernel, columns.kernel) <= 1024 else {
      throw .operation(
        path: tracer.path,
        .setting(
          "DeformConv2d", name: "offset groups and kernel",
          value: "\(offsetGroups), \(rows.kernel)×\(columns.kernel)",
          allowed: "1 to \(most), and at most 1024×1024"))
    }
    let moves = 2 * offsetGroups * rows.kernel * columns.kernel
    let all = isModulated ? moves / 2 * 3 : moves
    let found = try tracer.scoped(.name("conv_offset")) { () throws(GraphError) in
      let weight = try tracer.parameter(
        "weight", [all, channels, rows.kernel, columns.kernel], .constant(0))
      let bias = try tracer.parameter("bias", [all], .constant(0))
      return try tracer.append(
        FoveaGraph.Conv2d(rows: rows, columns: columns), [input, weight, bias])[0]
    }
    var offset = found
    var mask: SymbolicTensor?
    if isModulated {
      offset = try tracer.append(Slice(axis: 1, start: 0, end: moves), [found])[0]
      mask = try sigmoid(tracer.append(Slice(axis: 1, start: moves, end: all), [found])[0])
    }
    let perFilter = [channels / groups, rows.kernel, columns.kernel]
    let weight = try tracer.parameter("weight", [outChannels] + perFilter, weightInitializer)
    let own =
      bias
      ? try tracer.parameter(
        "bias", [outChannels], .pytorchBias(fanIn: perFilter.reduce(1, *))) : nil
    return try deformConv2d(
      input, offset: offset, weight: weight, bias: own, stride: window.stride,
      padding: window.padding, dilation: window.dilation, mask: mask)
  }
}
