import FoveaGraph

/// Which transposed convolutions enlarge any map by a whole factor.
public struct EnlargingQuestion: Hashable, Codable, Sendable {
  /// The factor, which is the stride; 2 doubles.
  public var scale: Int
  /// The largest kernel to look at.
  public var largestKernel: Int

  /// Asks for a factor.
  public init(scale: Int, largestKernel: Int = 8) {
    self.scale = scale
    self.largestKernel = largestKernel
  }

  /// Lists them: kernel, padding, output padding, how evenly they spread.
  ///
  /// Results: `count`.
  ///
  /// - Throws: `ExplainError` for numbers out of range.
  public func working() throws(ExplainError) -> Working {
    try expect("scale", scale, in: 2...64)
    try expect("max-kernel", largestKernel, in: 1...256)
    var working = Working("Transposed convolutions that make \(scale)·H of every H")
    var table = Working.Table(
      columns: ["kernel", "stride", "padding", "output padding", "products a pixel", "spread"],
      rows: [])
    for kernel in 1...largestKernel {
      for padding in 0...kernel / 2 {
        let window = try checkedWindow(kernel, scale, 1, Window.Padding(padding))
        for outputPadding in 0..<scale where enlarges(window, outputPadding) {
          let taps = TransposedTaps(window)
          let (fewest, most) = (taps.fewest * taps.fewest, taps.most * taps.most)
          table.rows.append([
            .count(kernel), .count(scale), .count(padding), .count(outputPadding),
            .text(taps.isEven ? "\(most)" : "\(fewest) to \(most)"),
            .text(taps.isEven ? "even" : "checkerboard"),
          ])
        }
      }
    }
    working.results["count"] = .count(table.rows.count)
    working.notes = [
      "(H − 1)·s − 2·p + (k − 1) + op + 1 = s·H for every H just where k + op = s + 2·p.",
      "Checkerboard where the stride does not divide the kernel: neighbours are sums of different numbers of products.",
    ]
    if table.rows.isEmpty {
      working.notes.append("None up to kernel \(largestKernel); look further with --max-kernel.")
    }
    working.table = table
    working.sources = [
      "A. Odena, V. Dumoulin, C. Olah, Distill 2016, doi:10.23915/distill.00003"
    ]
    return working
  }

  /// Whether maps of several sizes all grow by the factor, which then every map does: size grows by the stride.
  private func enlarges(_ window: Window, _ outputPadding: Int) -> Bool {
    [1, 2, 7].allSatisfy { extent in
      window.extents(forPositions: extent)?.lowerBound == scale * extent - outputPadding
    }
  }
}
