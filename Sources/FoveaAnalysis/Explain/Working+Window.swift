import FoveaGraph

/// Steps that all layers with a window share.
extension Working {
  /// Adds the result's height and width: one step where both axes are alike.
  mutating func addOutputSize(
    of windows: AxisPair<Window>, on input: MapExtents, output: MapExtents
  ) throws(ExplainError) {
    notes.append(
      "H height and W width of the map, k kernel, s stride, p padding at each end, d dilation.")
    let isAlike = windows.rows == windows.columns && input.height == input.width
    add(
      isAlike ? "Output height and width" : "Output height",
      isAlike ? ["outputHeight", "outputWidth"] : ["outputHeight"],
      by: Self.outputSize("H", input.height, windows.rows), is: output.height)
    addDroppedWindow(windows.rows, input.height, isAlike ? "row and column" : "row")
    guard !isAlike else { return }
    add(
      "Output width", ["outputWidth"], by: Self.outputSize("W", input.width, windows.columns),
      is: output.width)
    addDroppedWindow(windows.columns, input.width, "column")
  }

  /// `⌊(H + 2·p − d·(k − 1) − 1) / s⌋ + 1`, less the window that ceil mode drops.
  private static func outputSize(_ name: String, _ extent: Int, _ window: Window) -> Formula {
    let slack =
      .symbol(name, extent) + padding(window) - reachLessOne(window) - 1
    let stride = Formula.symbol("s", window.stride)
    guard window.ceilMode else { return .floor(slack, stride) + 1 }
    let drops = droppedStart(window, extent) != nil
    return drops ? .ceiling(slack, stride) + 1 - 1 : .ceiling(slack, stride) + 1
  }

  private static func padding(_ window: Window) -> Formula {
    let (before, after) = (window.padding.before, window.padding.after)
    return before == after ? 2 * .symbol("p", before) : .symbol("p₁", before) + .symbol("p₂", after)
  }

  /// `d·(k − 1)`.
  private static func reachLessOne(_ window: Window) -> Formula {
    .symbol("d", window.dilation) * (.symbol("k", window.kernel) - 1)
  }

  /// Where the position starts that ceil mode adds and then drops, counted from the first pixel.
  private static func droppedStart(_ window: Window, _ extent: Int) -> Int? {
    // Rounded up, the last position reaches the end, unless it was dropped.
    guard window.ceilMode, window.unusedPixels(on: extent) > 0,
      let count = window.positions(on: extent)
    else { return nil }
    return count * window.stride - window.padding.before
  }

  private mutating func addDroppedWindow(
    _ window: Window, _ extent: Int, _ axis: String
  ) {
    guard let start = Self.droppedStart(window, extent) else { return }
    notes.append(
      "Rounded up there would be one more \(axis), whose window starts at \(start), behind the last of the "
        + "pixels 0 to \(extent - 1): it would see padding alone, and is dropped, as in PyTorch.")
  }

  /// Adds what is held in memory.
  mutating func addResultMemory(_ output: MapExtents) throws(ExplainError) {
    let elements = try add(
      "Numbers in the result", "outputElements",
      by: .product(of: [
        .symbol("H_out", output.height), .symbol("W_out", output.width),
        .symbol("C_out", output.channels),
      ]))
    try add(
      "Bytes of it, in float32", "outputBytes", by: 4 * .symbol("numbers", elements))
  }

  /// Adds what one result sees, and what no window reaches.
  mutating func addEdges(of windows: AxisPair<Window>, on input: MapExtents) {
    let isAlike = windows.rows == windows.columns && input.height == input.width
    let axes = [
      (windows.rows, input.height, "Height", "Rows", "H"),
      (windows.columns, input.width, "Width", "Columns", "W"),
    ]
    for (window, extent, axis, unused, symbol) in axes {
      let field = AxisField.identity.through(window)
      let left = max(0, window.unusedPixels(on: extent) - window.padding.after)
      results["receptiveField\(axis)"] = .count(field.size)
      results["unused\(unused)"] = .count(left)
      if isAlike, axis == "Width" { continue }
      add(
        isAlike ? "Receptive field of one result" : "Receptive field, \(axis.lowercased())", [],
        by: Self.reachLessOne(window) + 1, is: field.size)
      let (one, several) =
        isAlike
        ? ("row and column", "rows and columns")
        : (String(unused.lowercased().dropLast()), unused.lowercased())
      if left > 0 {
        notes.append(
          "The last \(left == 1 ? one : "\(left) \(several)") of the map's \(extent) \(left == 1 ? "is" : "are") in no "
            + "window: the remainder of (\(symbol) + padding − reach) / s is lost at the end.")
      }
      if window.stride > window.reach {
        notes.append(
          "Stride \(window.stride) is more than the window's \(window.reach): \(window.stride - window.reach) of every "
            + "\(window.stride) \(several) are in no window.")
      }
    }
  }
}
