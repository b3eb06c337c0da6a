import FoveaGraph

/// A stride past the kernel never looks at what lies between.
///
/// Taps lie at multiples of the dilation and windows at multiples of the stride: of `s` neighbouring pixels,
/// `min(k, s / gcd(s, d))` are ever read.
struct SkippedPixels: LintRule {
  let identifier = "skipped-pixels"
  let severity = LintSeverity.warning
  let finds =
    "a stride above the kernel, or one with a common divisor with the dilation: pixels that no tap reads"
  let source =
    "T. He et al., Bag of Tricks for Image Classification with Convolutional Neural Networks, "
    + "arXiv:1812.01187, section 4.2"

  func findings(in network: LintContext) -> [LintFinding] {
    network.layers.compactMap { layer in
      guard let windows = layer.windows else { return nil }
      let used = layer.usedShare
      guard used < 1 else { return nil }
      let kernel = LintText.extents(windows.map(\.kernel))
      let stride = LintText.extents(windows.map(\.stride))
      let dilation = windows.contains { $0.dilation > 1 && $0.kernel > 1 }
      let message =
        "kernel \(kernel) with stride \(stride)"
        + (dilation ? " and dilation \(LintText.extents(windows.map(\.dilation)))" : "")
        + " reads \(LintText.percent(used)) of the pixels"
      let numbers = [
        "usedShare": used, "kernelHeight": Double(windows[0].kernel),
        "kernelWidth": Double(windows[1].kernel), "strideHeight": Double(windows[0].stride),
        "strideWidth": Double(windows[1].stride),
      ]
      let others = network.readers(ofNode: layer.node.inputs[0].node)
      if let other = others.first(where: { $0.index != layer.index && $0.usedShare == 1 }) {
        return finding(
          .note, at: layer.path, "\(message); \(other.path) reads all of them", numbers: numbers,
          remedy:
            "average-pool by the stride before a 1×1 convolution with stride 1, as ResNet-D does")
      }
      return finding(
        at: layer.path, message, numbers: numbers,
        remedy: "take a kernel as large as the stride or larger, or average-pool by the stride "
          + "before; with dilation, a stride that has no common divisor with it")
    }
  }
}

extension LintLayer {
  /// The share of its input's pixels that a tap ever reads, edges apart; 1 for layers without windows.
  fileprivate var usedShare: Double {
    guard let windows else { return 1 }
    let positions = [summary.outputShape.gridHeight, summary.outputShape.gridWidth]
    return zip(windows, positions).reduce(1) { share, axis in
      let (window, count) = axis
      let common = greatestCommonDivisor(window.stride, window.dilation)
      let read = min(window.kernel, window.stride / common)
      return count > 1 ? share * Double(read) / Double(window.stride) : share
    }
  }
}
