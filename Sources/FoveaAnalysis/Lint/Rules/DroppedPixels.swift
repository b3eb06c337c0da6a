import FoveaGraph

/// Where the last window does not reach the edge, what is there is never seen.
struct DroppedPixels: LintRule {
  let identifier = "dropped-pixels"
  let severity = LintSeverity.warning
  let finds =
    "pixels at the bottom and right edge that no window reaches; a warning from a tenth of the map on"
  let source =
    "V. Dumoulin, F. Visin, A Guide to Convolution Arithmetic for Deep Learning, arXiv:1603.07285"

  func findings(in network: LintContext) -> [LintFinding] {
    network.layers.compactMap { layer in
      guard let windows = layer.windows, let unused = layer.summary.unusedPixels else { return nil }
      let extents = [layer.inputs[0].gridHeight, layer.inputs[0].gridWidth]
      // What a stride skips everywhere is another rule's.
      let dropped = zip(unused, windows).map { max(0, $0 - max(0, $1.stride - $1.reach)) }
      let share = zip(dropped, extents).map { Double($0) / Double($1) }.max() ?? 0
      guard share > 0 else { return nil }
      let parts = zip(dropped, ["row", "column"]).filter { $0.0 > 0 }
        .map { "the last \(LintText.counted($0.0, $0.1))" }
      let missing = zip(windows, extents).map { window, extent in
        let left = window.unusedPixels(on: extent)
        return left > 0 ? window.stride - left : 0
      }
      let isPooling = !layer.node.operation.isConvolution
      return finding(
        share >= 0.1 ? .warning : .note, at: layer.path,
        "no window reaches \(parts.joined(separator: " and ")) of the \(LintText.extents(extents)) "
          + "map, \(LintText.percent(share)) of it",
        numbers: [
          "rows": Double(dropped[0]), "columns": Double(dropped[1]), "share": share,
          "missingRows": Double(missing[0]), "missingColumns": Double(missing[1]),
        ],
        remedy: "pad \(missing[0]) more at the bottom and \(missing[1]) at the right"
          + (isPooling ? ", or pool in ceil mode" : "") + ", or take an image that fits")
    }
  }
}
