public import FoveaGraph
public import FoveaLayers

/// The body of YOLOX: five halvings with cross-stage partial blocks.
///
/// - SeeAlso: A. Bochkovskiy, C.-Y. Wang, H.-Y. Liao, *YOLOv4* (2020), arXiv:2004.10934; Z. Ge et al. (2021),
///   arXiv:2107.08430.
public struct CSPDarknet: Sendable {
  /// The channels behind the first halving; they double with each.
  public let width: Int
  /// The bottlenecks of the first and the last stage; the others have three times as many.
  public let depth: Int
  /// Whether 3×3 convolutions are depthwise separable.
  public let isSeparable: Bool

  /// Makes a body.
  ///
  /// - Parameters:
  ///   - width: The channels behind the first halving; they double with each.
  ///   - depth: The bottlenecks of the first and the last stage; the others have three times as many.
  ///   - isSeparable: Whether 3×3 convolutions are depthwise separable.
  public init(width: Int, depth: Int = 1, isSeparable: Bool = false) {
    self.width = width
    self.depth = depth
    self.isSeparable = isSeparable
  }

  /// The maps of an eighth, a sixteenth and a thirty-second of the image's size.
  public func maps(_ input: SymbolicTensor) throws(GraphError) -> [SymbolicTensor] {
    var value = try Focus(width).named("stem")(input)
    var maps: [SymbolicTensor] = []
    for stage in 1...4 {
      let channels = width << stage
      let layers = Sequential {
        YOLOXConvolution(channels, kernel: 3, stride: 2, isSeparable: isSeparable)
        if stage == 4 { SpatialPyramidPooling() }
        CSPBlock(
          channels, depth: [2, 3].contains(stage) ? 3 * depth : depth, hasShortcuts: stage < 4,
          isSeparable: isSeparable)
      }
      value = try layers.named("dark\(stage + 1)")(value)
      if stage > 1 { maps.append(value) }
    }
    return maps
  }
}
