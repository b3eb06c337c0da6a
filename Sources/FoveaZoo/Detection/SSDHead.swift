public import FoveaGraph
public import FoveaLayers

/// The heads of a single-shot detector: for each map one layer for classes and one for boxes.
///
/// A map `[N, C, H, W]` with `a` boxes a place gives `a · classes` channels, which become the rows
/// `[N, H · W · a, classes]`; those of all maps stand one after another, and so do the boxes' `[N, …, 4]`. Weights have
/// torchvision's names: `classification_head.module_list.0` … and `regression_head.module_list.0` ….
///
/// - SeeAlso: W. Liu et al., *SSD: Single Shot MultiBox Detector* (2016), arXiv:1512.02325; M. Sandler et al. (2018),
///   arXiv:1801.04381, section 6.2, for separable heads.
public struct SSDHead: Sendable {
  /// The classes of a box, the background among them.
  public let classes: Int
  /// The boxes of a place, for each map.
  public let boxes: [Int]
  /// Whether a depthwise and a 1×1 convolution stand in for each 3×3 convolution (SSD-Lite).
  public let isLite: Bool

  /// Makes heads.
  ///
  /// - Parameters:
  ///   - classes: The classes of a box, the background among them.
  ///   - boxes: The boxes of a place, for each map.
  ///   - isLite: Whether a depthwise and a 1×1 convolution stand in for each 3×3 convolution.
  public init(classes: Int, boxes: [Int], isLite: Bool) {
    self.classes = classes
    self.boxes = boxes
    self.isLite = isLite
  }

  /// Appends the heads under `name`.
  ///
  /// - Parameters:
  ///   - maps: As many maps as `boxes` has numbers.
  ///   - name: The name of the heads in the paths of their parameters.
  /// - Returns: The classes' scores, and the boxes as offsets from those of the grid.
  public func callAsFunction(
    _ maps: [SymbolicTensor], named name: String
  ) throws(GraphError) -> (classes: SymbolicTensor, boxes: SymbolicTensor) {
    func rows(_ columns: Int, _ head: String) throws(GraphError) -> SymbolicTensor {
      var results: [SymbolicTensor] = []
      for (index, (map, boxes)) in zip(maps, boxes).enumerated() {
        let layer = try prediction(boxes * columns, of: map.channels)
        let scores = try layer.named("\(name).\(head).module_list.\(index)")(map)
        let size = try scores.extent()
        let last = try permute(scores, axes: [0, 2, 3, 1])
        results.append(
          try reshape(last, [-1, size.height * size.width * boxes, columns]))
      }
      return try concatenate(results)
    }
    return (try rows(classes, "classification_head"), try rows(4, "regression_head"))
  }

  private func prediction(_ channels: Int, of inputChannels: Int) -> any Layer {
    guard isLite else {
      return Conv2d(channels, kernel: 3, padding: 1, weightInitializer: .xavierUniform())
    }
    return Sequential {
      ConvNormActivation(
        channels: inputChannels, kernel: 3, groups: inputChannels,
        normalization: BatchNorm2d(epsilon: 1e-3, momentum: 0.03), activation: ReLU6())
      Conv2d(channels, kernel: 1, weightInitializer: .normal(deviation: 0.03))
    }
  }
}
