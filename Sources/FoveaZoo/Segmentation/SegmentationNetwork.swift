import FoveaGraph
import FoveaLayers

/// A classifier's body whose last map a head turns into classes, enlarged to the image's size.
///
/// `[N, C, H, W] → [N, classes, H, W]`. A second head on the map before is the further output `aux`, as in torchvision,
/// where it helps training.
struct SegmentationNetwork: Layer {
  /// A body's maps, of which the head takes the last and the second head the one before.
  let maps: @Sendable (SymbolicTensor) throws(GraphError) -> [SymbolicTensor]
  let head: any Layer
  var auxiliaryHead: (any Layer)?

  func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    let tracer = input.tracer
    let maps = try tracer.scoped(.name("backbone")) { () throws(GraphError) -> [SymbolicTensor] in
      try self.maps(input)
    }
    guard let last = maps.last else { return input }
    let size = try input.extent()
    let scores = try head.named("classifier")(last)
    if let auxiliaryHead, maps.count > 1 {
      let scores = try auxiliaryHead.named("aux_classifier")(maps[maps.count - 2])
      tracer.output("aux", try interpolate(scores, size: size, mode: .bilinear))
    }
    return try interpolate(scores, size: size, mode: .bilinear)
  }
}
