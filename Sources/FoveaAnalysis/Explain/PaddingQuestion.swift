import FoveaGraph

/// Which padding keeps a map's size, or divides it by the stride alone.
public struct PaddingQuestion: Hashable, Codable, Sendable {
  /// Taps.
  public var kernel: Int
  /// Pixels from one position to the next.
  public var stride: Int
  /// Pixels from one tap to the next.
  public var dilation: Int
  /// The map's extent along the axis; with a stride above 1 the answer depends on it.
  public var input: Int?

  /// Asks about a window along one axis.
  public init(kernel: Int, stride: Int = 1, dilation: Int = 1, input: Int? = nil) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.input = input
  }

  /// Works it out: a row for each convention, with the pixels before and after, and where the first window is centred.
  ///
  /// Results: `total`, `before`, `after` of the least padding, `symmetric` where one is as good; with an extent,
  /// `positions`.
  ///
  /// - Throws: `ExplainError` for numbers out of range, and `missing` for a stride above 1 without an extent.
  public func working() throws(ExplainError) -> Working {
    let bare = try checkedWindow(kernel, stride, dilation)
    if let input { try expect("input", input) }
    return stride == 1 ? try keepingSize(bare) : try divided(bare)
  }

  private func keepingSize(_ bare: Window) throws(ExplainError) -> Working {
    var working = Working("Padding that keeps the size: kernel \(kernel), dilation \(dilation)")
    let total = try working.add(
      "Padding of both ends together", "total",
      by: .symbol("d", dilation) * (.symbol("k", kernel) - 1))
    let (half, isEven) = (total / 2, total % 2 == 0)
    working.results["before"] = .count(half)
    working.results["after"] = .count(total - half)
    if isEven {
      try working.add("At each end", "symmetric", by: .symbol("d·(k − 1)", total) / 2)
    }
    var table = Self.table
    let splits = isEven ? [(half, half)] : [(half, half + 1), (half + 1, half)]
    for (index, (before, after)) in splits.enumerated() {
      let name =
        isEven
        ? "same"
        : index == 0 ? "same, odd pixel after (PyTorch, TensorFlow)" : "same, odd pixel before"
      table.rows.append(try row(name, bare, Window.Padding(before: before, after: after)))
    }
    if !isEven {
      table.rows.append(try row("symmetric, one pixel less", bare, Window.Padding(half)))
      table.rows.append(try row("symmetric, one pixel more", bare, Window.Padding(half + 1)))
      working.notes.append(
        "d·(k − 1) is odd, so no symmetric padding keeps the size: one end gets a pixel more. An odd kernel needs none "
          + "of this.")
    } else {
      working.notes.append(
        "p = (k − 1)/2 is this for an odd kernel, stride 1 and dilation 1 alone.")
    }
    table.rows.append(try row("valid", bare, Window.Padding(0)))
    table.rows.append(try row("full", bare, Window.Padding(bare.reach - 1)))
    working.table = table
    if let input { working.results["positions"] = .count(input) }
    working.sources = ["V. Dumoulin and F. Visin, arXiv:1603.07285"]
    return working
  }

  private func divided(_ bare: Window) throws(ExplainError) -> Working {
    guard let input else {
      throw .missing(
        "input",
        reason: "with a stride above 1 the padding depends on the extent; give it, as --input 224")
    }
    var working = Working(
      "Padding that makes ⌈\(input)/\(stride)⌉ positions: kernel \(kernel), stride \(stride), dilation \(dilation)"
    )
    let positions = try working.add(
      "Positions wanted", "positions",
      by: .ceiling(.symbol("H", input), .symbol("s", stride)))
    let same = try answered { () throws(OperationError) in try bare.paddedToKeep(input) }
    let (before, after) = (same.padding.before, same.padding.after)
    let needed =
      (.symbol("n", positions) - 1) * .symbol("s", stride) + .symbol("d", dilation)
      * (.symbol("k", kernel) - 1) + 1 - .symbol("H", input)
    let shortfall = try needed.result(of: "padding")
    try working.add(
      shortfall < 0 ? "Least padding (none below 0)" : "Least padding of both ends together",
      by: needed)
    working.results["total"] = .count(before + after)
    working.results["before"] = .count(before)
    working.results["after"] = .count(after)
    var table = Self.table
    table.rows.append(try row("TensorFlow SAME", bare, same.padding))
    // The least symmetric padding is half of it, rounded up.
    let symmetric = try answered { () throws(OperationError) in
      try bare.with(Window.Padding((before + after + 1) / 2))
    }
    if symmetric.positions(on: input) == positions {
      working.results["symmetric"] = .count(symmetric.padding.before)
      table.rows.append(try row("PyTorch, symmetric", bare, symmetric.padding))
      working.notes.append(
        same.padding == symmetric.padding
          ? "Both conventions agree on this extent, since the padding is even; on others they may not."
          : "The two make maps of one size whose windows lie \(symmetric.padding.before - before) pixel apart: weights "
            + "that were trained with one give other results with the other.")
    } else {
      working.notes.append("No symmetric padding makes \(positions) positions of \(input).")
    }
    table.rows.append(try row("valid", bare, Window.Padding(0)))
    working.table = table
    working.notes.append(
      "PyTorch's padding='same' takes stride 1 alone. ONNX calls TensorFlow's SAME_UPPER.")
    working.sources = ["V. Dumoulin and F. Visin, arXiv:1603.07285"]
    return working
  }

  private static let table = Working.Table(
    columns: ["convention", "before", "after", "positions", "first window's centre"], rows: [])

  private func row(
    _ name: String, _ bare: Window, _ padding: Window.Padding
  ) throws(ExplainError) -> [Working.Cell] {
    let window = try answered { () throws(OperationError) in try bare.with(padding) }
    let positions: Working.Cell
    if let input {
      positions = window.positions(on: input).map { .count($0) } ?? "does not fit"
    } else {
      let change = padding.before + padding.after + 1 - window.reach
      positions = .text(change == 0 ? "H" : change < 0 ? "H − \(-change)" : "H + \(change)")
    }
    return [
      .text(name), .count(padding.before), .count(padding.after), positions,
      .place(AxisField.identity.through(window).start),
    ]
  }
}
