public import FoveaGraph
public import FoveaLayers

/// A feature pyramid network: each map gets a 1×1 convolution, the next coarser result added, and a 3×3 convolution.
///
/// Weights have torchvision's names: `inner_blocks.0.0`, `layer_blocks.0.0`, ….
///
/// - SeeAlso: T.-Y. Lin et al., *Feature Pyramid Networks for Object Detection* (2017), arXiv:1612.03144.
public struct FPN: Sendable {
  /// The channels of each result.
  public let channels: Int

  /// Makes a neck.
  ///
  /// - Parameter channels: The channels of each result.
  public init(channels: Int = 256) { self.channels = channels }

  /// Appends the neck under `name`, and returns maps of the same sizes.
  ///
  /// - Parameters:
  ///   - maps: A body's maps, the finest first.
  ///   - name: The name of the neck in the paths of its parameters.
  public func callAsFunction(
    _ maps: [SymbolicTensor], named name: String
  ) throws(GraphError) -> [SymbolicTensor] {
    var results: [SymbolicTensor] = []
    var coarser: SymbolicTensor?
    for (index, map) in maps.enumerated().reversed() {
      let (inner, result) = try map.tracer.scoped(.name(name)) {
        () throws(GraphError) -> (SymbolicTensor, SymbolicTensor) in
        var inner = try Conv2d(
          channels, kernel: 1, weightInitializer: .kaimingUniform(a: 1)
        ).named("inner_blocks.\(index).0")(map)
        if let coarser {
          inner = try inner + interpolate(coarser, size: inner.extent(), mode: .nearest)
        }
        let result = try Conv2d(
          channels, kernel: 3, padding: 1, weightInitializer: .kaimingUniform(a: 1)
        ).named("layer_blocks.\(index).0")(inner)
        return (inner, result)
      }
      coarser = inner
      results.insert(result, at: 0)
    }
    return results
  }
}

/// A path aggregation network of three maps: from the coarsest up as a feature pyramid, then down again, with
/// concatenation and cross-stage partial blocks.
///
/// Weights have the names of YOLOX's `YOLOPAFPN`.
///
/// - SeeAlso: S. Liu et al., *Path Aggregation Network for Instance Segmentation* (2018), arXiv:1803.01534.
public struct PAN: Sendable {
  /// The bottlenecks of each block.
  public let depth: Int
  /// Whether 3×3 convolutions are depthwise separable.
  public let isSeparable: Bool

  /// Makes a neck.
  ///
  /// - Parameters:
  ///   - depth: The bottlenecks of each block.
  ///   - isSeparable: Whether 3×3 convolutions are depthwise separable.
  public init(depth: Int = 1, isSeparable: Bool = false) {
    self.depth = depth
    self.isSeparable = isSeparable
  }

  /// Appends the neck, and returns maps of the same sizes and channels.
  ///
  /// - Parameters:
  ///   - fine: The map of an eighth of the image's size.
  ///   - middle: The one of a sixteenth, with twice the channels.
  ///   - coarse: The one of a thirty-second, with twice the channels again.
  public func callAsFunction(
    fine: SymbolicTensor, middle: SymbolicTensor, coarse: SymbolicTensor
  ) throws(GraphError) -> [SymbolicTensor] {
    let channels = [try fine.channels, try middle.channels, try coarse.channels]
    func joined(
      _ value: SymbolicTensor, _ other: SymbolicTensor, _ channels: Int, _ name: String
    ) throws(GraphError) -> SymbolicTensor {
      let block = CSPBlock(channels, depth: depth, hasShortcuts: false, isSeparable: isSeparable)
      return try block.named(name)(concatenate([value, other]))
    }
    func enlarged(_ value: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
      try interpolate(value, scaleFactor: 2)
    }
    func halved(_ value: SymbolicTensor, _ name: String) throws(GraphError) -> SymbolicTensor {
      try YOLOXConvolution(value.channels, kernel: 3, stride: 2, isSeparable: isSeparable)
        .named(name)(value)
    }
    let lateral0 = try YOLOXConvolution(channels[1]).named("lateral_conv0")(coarse)
    let up0 = try joined(enlarged(lateral0), middle, channels[1], "C3_p4")
    let lateral1 = try YOLOXConvolution(channels[0]).named("reduce_conv1")(up0)
    let result0 = try joined(enlarged(lateral1), fine, channels[0], "C3_p3")
    let result1 = try joined(halved(result0, "bu_conv2"), lateral1, channels[1], "C3_n3")
    let result2 = try joined(halved(result1, "bu_conv1"), lateral0, channels[2], "C3_n4")
    return [result0, result1, result2]
  }
}
