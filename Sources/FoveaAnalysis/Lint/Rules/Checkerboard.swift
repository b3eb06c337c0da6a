import FoveaGraph

/// A transposed convolution whose kernel is no multiple of its stride lays more taps over some pixels than others.
struct Checkerboard: LintRule {
  let identifier = "checkerboard"
  let severity = LintSeverity.warning
  let finds =
    "a transposed convolution whose kernel is no multiple of its stride: an uneven pattern"
  let source =
    "A. Odena, V. Dumoulin, C. Olah, Deconvolution and Checkerboard Artifacts, Distill 2016, "
    + "doi:10.23915/distill.00003"

  func findings(in network: LintContext) -> [LintFinding] {
    network.layers.compactMap { layer in
      guard case .transposedWindows(let rows, let columns) = layer.reach else { return nil }
      let windows = [rows, columns]
      let taps = windows.map(\.tapsPerPixel)
      guard taps.contains(where: { $0.fewest != $0.most }) else { return nil }
      let fewest = taps[0].fewest * taps[1].fewest
      let most = taps[0].most * taps[1].most
      return finding(
        at: layer.path,
        "kernel \(LintText.extents(windows.map(\.kernel))) with stride "
          + "\(LintText.extents(windows.map(\.stride))) lays \(fewest) taps over some pixels and "
          + "\(most) over others",
        numbers: [
          "fewestTaps": Double(fewest), "mostTaps": Double(most),
          "kernelHeight": Double(rows.kernel), "kernelWidth": Double(columns.kernel),
          "strideHeight": Double(rows.stride), "strideWidth": Double(columns.stride),
        ],
        remedy:
          "take a kernel that is a multiple of the stride, such as 4 with stride 2, or enlarge "
          + "by interpolation and convolve after it")
    }
  }
}

extension Window {
  /// The fewest and the most taps of a transposed convolution over one pixel, edges apart.
  fileprivate var tapsPerPixel: (fewest: Int, most: Int) {
    let common = greatestCommonDivisor(stride, dilation)
    let period = stride / common
    // Pixels between multiples of a common divisor get none.
    return (common > 1 ? 0 : kernel / period, (kernel + period - 1) / period)
  }
}
