import FoveaGraph
import FoveaTensors

/// What a transposed convolution makes of a map, and what it costs.
public struct TransposedQuestion: Hashable, Codable, Sendable {
  /// What it reads.
  public var input: MapExtents
  /// How many channels it makes.
  public var filters: Int
  /// How the convolution slides whose gradient it is.
  public var window: SlidingWindow
  /// Rows and columns that are added at the end, to tell apart the sizes that the convolution would round to one.
  public var outputPadding: Int
  /// The groups that channels are cut into.
  public var groups: Int
  /// Whether a number is added for each channel that it makes.
  public var bias: Bool

  /// Asks about a transposed convolution.
  public init(
    input: MapExtents, filters: Int, window: SlidingWindow, outputPadding: Int = 0, groups: Int = 1,
    bias: Bool = true
  ) {
    self.input = input
    self.filters = filters
    self.window = window
    self.outputPadding = outputPadding
    self.groups = groups
    self.bias = bias
  }

  /// Works it out.
  ///
  /// Results: `outputHeight`, `outputWidth`, `outputChannels`, `weights`, `biases`, `parameters`, `multiplyAdds`,
  /// `flops`, `fewestTaps`, `mostTaps`.
  ///
  /// - Throws: `ExplainError` for numbers out of range, and where padding takes all of the result away.
  public func working() throws(ExplainError) -> Working {
    guard case .explicit = window.padding else {
      throw .conflict("padding", reason: "a transposed convolution takes pixels, no name")
    }
    try expect("filters", filters)
    try expect("groups", groups)
    let image = try input.shape()
    let windows = try window.windows(on: input)
    let height = try extent(windows.rows, input.height)
    let width = try extent(windows.columns, input.width)
    let result = try checkedShape([1, filters, height, width], "result")
    // The convolution that it is the gradient of goes the other way.
    guard input.channels % groups == 0, filters % groups == 0 else {
      throw .operation(
        .groups(groups, inChannels: input.channels, outChannels: filters))
    }
    let weight = try checkedShape(
      [input.channels, filters / groups, windows.rows.kernel, windows.columns.kernel], "weights")
    let operation = Conv2dInputGradient(
      convolution: Conv2d(rows: windows.rows, columns: windows.columns, groups: groups))
    let multiplyAdds = try answered { () throws(OperationError) in
      let outputs = try operation.outputShapes(for: [image, weight, result])
      return operation.cost(inputs: [image, weight, result], outputs: outputs).multiplyAdds
    }
    guard multiplyAdds < .max / 2 else { throw .tooLarge("multiply-adds") }
    let output = MapExtents(height: height, width: width, channels: filters)
    var working = Working("Transposed convolution: \(input.text) → \(output.text)")
    addSizes(&working, windows, output)
    working.results["outputChannels"] = .count(filters)
    try addCosts(&working, windows, weights: weight.elementCount, multiplyAdds: multiplyAdds)
    addOverlap(&working, windows)
    working.notes += notes(windows)
    working.sources = [
      "V. Dumoulin and F. Visin, arXiv:1603.07285",
      "A. Odena, V. Dumoulin, C. Olah, Distill 2016, doi:10.23915/distill.00003",
    ]
    return working
  }

  /// `(in − 1)·s − 2p + d·(k − 1) + 1 + output padding`.
  private func extent(_ window: Window, _ positions: Int) throws(ExplainError) -> Int {
    // A stride's worth of added pixels would be a position of their own.
    let limit = window.stride - 1
    guard 0...limit ~= outputPadding else {
      throw .outOfRange("output-padding", value: outputPadding, allowed: 0...limit)
    }
    let padding = window.padding.before + window.padding.after
    let whole = (positions - 1) * window.stride + window.reach + outputPadding
    guard whole > padding else { throw .nothingLeft(padding: padding, before: whole) }
    return whole - padding
  }

  private func addSizes(
    _ working: inout Working, _ windows: AxisPair<Window>, _ output: MapExtents
  ) {
    func formula(_ name: String, _ positions: Int, _ window: Window) -> Formula {
      let (before, after) = (window.padding.before, window.padding.after)
      let whole = (.symbol(name, positions) - 1) * .symbol("s", window.stride)
      let reach = .symbol("d", window.dilation) * (.symbol("k", window.kernel) - 1)
      let inner =
        before == after
        ? whole - 2 * .symbol("p", before)
        : whole - .symbol("p₁", before) - .symbol("p₂", after)
      return inner + reach + .symbol("op", outputPadding) + 1
    }
    let isAlike = windows.rows == windows.columns && input.height == input.width
    working.add(
      isAlike ? "Output height and width" : "Output height",
      isAlike ? ["outputHeight", "outputWidth"] : ["outputHeight"],
      by: formula("H", input.height, windows.rows), is: output.height)
    guard !isAlike else { return }
    working.add(
      "Output width", ["outputWidth"], by: formula("W", input.width, windows.columns),
      is: output.width)
  }

  private func addCosts(
    _ working: inout Working, _ windows: AxisPair<Window>, weights: Int, multiplyAdds: Int
  ) throws(ExplainError) {
    let isSquare = windows.rows.kernel == windows.columns.kernel
    let made = Formula.symbol("C_out", filters)
    working.add(
      "Weights", ["weights"],
      by: .product(of: [
        .symbol(isSquare ? "k" : "k_h", windows.rows.kernel),
        .symbol(isSquare ? "k" : "k_w", windows.columns.kernel), .symbol("C_in", input.channels),
        groups == 1 ? made : made / .symbol("g", groups),
      ]), is: weights)
    let biases = bias ? filters : 0
    working.results["biases"] = .count(biases)
    try working.add(
      "Parameters, bias included", "parameters",
      by: .symbol("weights", weights) + .symbol(bias ? "C_out" : "0", biases))
    working.add(
      "Multiply-adds, on the input grid", ["multiplyAdds"],
      by: .product(of: [
        .symbol("H", input.height), .symbol("W", input.width), .symbol("weights", weights),
      ]), is: multiplyAdds)
    try working.add(
      "FLOPs, two a multiply-add", "flops", by: 2 * .symbol("multiply-adds", multiplyAdds))
  }

  private func addOverlap(_ working: inout Working, _ windows: AxisPair<Window>) {
    let taps = [windows.rows, windows.columns].map(TransposedTaps.init)
    let (fewest, most) = (taps[0].fewest * taps[1].fewest, taps[0].most * taps[1].most)
    working.results["fewestTaps"] = .count(fewest)
    working.results["mostTaps"] = .count(most)
    if fewest == most {
      working.notes.append(
        "Every pixel inside is the sum of \(most) product\(most == 1 ? "" : "s") a channel: no checkerboard."
      )
    } else {
      working.notes.append(
        "Checkerboard: a pixel inside is the sum of \(fewest) to \(most) products a channel, by its place, since taps do "
          + "not fall evenly on a grid of the stride. Use a kernel that is a multiple of the stride, or enlarge the map and "
          + "convolve at stride 1.")
    }
  }

  private func notes(_ windows: AxisPair<Window>) -> [String] {
    var notes = [
      "H height and W width of what it reads, k kernel, s stride, p padding at each end, d dilation, op output padding.",
      "It gives back the shape that the convolution took away, not the values: it is that convolution's gradient with "
        + "respect to its input, not its inverse, so deconvolution is the wrong name.",
    ]
    if let extents = windows.rows.extents(forPositions: input.height), extents.count > 1 {
      notes.append(
        "The convolution makes \(input.height) of \(extents.lowerBound) to \(extents.upperBound) rows alike; output "
          + "padding says which of them is meant.")
    }
    return notes
  }
}

/// How many products meet in a pixel of a transposed convolution's result, along one axis.
struct TransposedTaps {
  let fewest: Int
  let most: Int

  /// Tap `j` of position `i` lands on pixel `i·stride + j·dilation`: what counts is the remainder by the stride.
  init(_ window: Window) {
    var (divisor, rest) = (window.stride, window.dilation)
    while rest > 0 { (divisor, rest) = (rest, divisor % rest) }
    let reached = window.stride / divisor
    // Where stride and dilation share a divisor, the other remainders get nothing.
    fewest = reached < window.stride ? 0 : window.kernel / reached
    most = (window.kernel + reached - 1) / reached
  }

  /// Whether all pixels get the same number of products.
  var isEven: Bool { fewest == most }
}
