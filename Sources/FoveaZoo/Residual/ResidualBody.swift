public import FoveaGraph
public import FoveaLayers

/// A residual network without its classifier: what segmentation and detection build on.
///
/// `[N, C, H, W] → [N, channels, H / outputStride, W / outputStride]`. Weights have torchvision's names,
/// whatever the output stride, so that weights of a trained classifier fit a dilated body.
///
/// - SeeAlso: K. He et al., arXiv:1512.03385; F. Yu et al., *Dilated Residual Networks*, arXiv:1705.09914.
public struct ResidualBody: Layer {
  /// What stages are made of.
  public enum Block: String, Hashable, Codable, Sendable, CaseIterable {
    /// `BasicBlock`, as in ResNet-18 and 34.
    case basic
    /// `BottleneckBlock`, as in ResNet-50 and deeper.
    case bottleneck
  }

  /// What stages are made of.
  public let block: Block
  /// The number of blocks of each stage.
  public let depths: [Int]
  /// What height and width are divided by in all.
  public let outputStride: Int
  /// What all blocks have in common.
  public let options: ResidualOptions

  /// Makes a body.
  ///
  /// - Parameters:
  ///   - block: What stages are made of.
  ///   - depths: The number of blocks of each stage: `[3, 4, 6, 3]` in ResNet-50, `[3, 4, 23, 3]` in ResNet-101.
  ///   - outputStride: What height and width are divided by in all, 4 or more. Stages past it dilate where
  ///     they would stride, as by torchvision's `replace_stride_with_dilation`.
  ///   - options: What all blocks have in common.
  public init(
    _ block: Block, depths: [Int], outputStride: Int = 32,
    options: ResidualOptions = ResidualOptions()
  ) {
    self.block = block
    self.depths = depths
    self.outputStride = outputStride
    self.options = options
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    try check(at: input.tracer.path)
    return try Sequential([stem.inlined()] + stages).forward(input)
  }

  /// The maps behind each stage (`layer1`, `layer2`, …), the finest first.
  ///
  /// Under a name of its own within a layer: `try tracer.scoped(.name("backbone")) { try body.maps(input) }`.
  public func maps(_ input: SymbolicTensor) throws(GraphError) -> [SymbolicTensor] {
    try check(at: input.tracer.path)
    var value = try stem.forward(input)
    var maps: [SymbolicTensor] = []
    for stage in stages {
      value = try stage(value)
      maps.append(value)
    }
    return maps
  }

  private func check(at path: String) throws(GraphError) {
    let settings =
      [("outputStride", outputStride, 4...1 << 16), ("stages", depths.count, 1...14)]
      + depths.map { ("depth", $0, 1...1024) }
    for (name, value, allowed) in settings where !allowed.contains(value) {
      throw .operation(
        path: path,
        .setting(
          "a residual body", name: name, value: "\(value)",
          allowed: "\(allowed.lowerBound) to \(allowed.upperBound)"))
    }
  }

  private var stem: ResidualStem { ResidualStem(options: options) }

  /// The stages, each under its name.
  var stages: [any Layer] {
    var (reached, dilation) = (4, 1)
    return depths.enumerated().map { index, depth in
      let firstDilation = dilation
      var stride = index > 0 ? 2 : 1
      if reached * stride > outputStride {
        dilation *= stride
        stride = 1
      }
      reached *= stride
      let blocks = (0..<depth).map { place -> any Layer in
        let channels = 64 << index
        let stride = place == 0 ? stride : 1
        let first = place == 0 ? firstDilation : dilation
        return switch block {
        case .basic:
          BasicBlock(
            channels: channels, stride: stride, dilation: dilation, firstDilation: first,
            options: options)
        case .bottleneck:
          BottleneckBlock(
            channels: channels, stride: stride, dilation: dilation, firstDilation: first,
            options: options)
        }
      }
      return Sequential(blocks).named("layer\(index + 1)")
    }
  }
}
