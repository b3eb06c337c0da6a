import FoveaGraph

/// An even kernel has no pixel in its middle: padded alike on both sides, it moves the map by half a pixel.
///
/// Strides above 1 are left out where they are even: a 2×2 window with stride 2 lies in the middle of its pixels.
struct EvenKernel: LintRule {
  let identifier = "even-kernel"
  let severity = LintSeverity.warning
  let finds =
    "an even kernel with an odd stride, padded alike on both sides: the size changes by one and the map moves by half a pixel"
  let source =
    "S. Wu et al., Convolution with Even-Sized Kernels and Symmetric Padding, arXiv:1903.08385"

  func findings(in network: LintContext) -> [LintFinding] {
    network.layers.compactMap { layer in
      guard let windows = layer.windows else { return nil }
      let positions = [layer.summary.outputShape.gridHeight, layer.summary.outputShape.gridWidth]
      let faults = zip(windows, positions).filter { window, count in
        window.reach % 2 == 0 && window.stride % 2 == 1 && count > 1
          && window.padding.before == window.padding.after
      }.map(\.0)
      guard let fault = faults.first else { return nil }
      let isPadded = faults.contains { $0.padding.before > 0 }
      let extents = [layer.inputs[0].gridHeight, layer.inputs[0].gridWidth]
      return finding(
        isPadded ? .warning : .note, at: layer.path,
        "kernel \(LintText.extents(windows.map(\.kernel))) with padding \(fault.padding.before) on "
          + "both sides makes \(LintText.extents(positions)) of \(LintText.extents(extents)), moved by "
          + "half a pixel",
        numbers: [
          "kernelHeight": Double(windows[0].kernel), "kernelWidth": Double(windows[1].kernel),
          "padding": Double(fault.padding.before),
        ],
        remedy: isPadded
          ? "take an odd kernel, or pad one pixel more on one side"
          : "take an odd kernel where later layers need the middle of what they see")
    }
  }
}
