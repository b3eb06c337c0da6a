import FoveaGraph

/// What a pooling layer makes of a map.
public struct PoolingQuestion: Hashable, Codable, Sendable {
  /// What becomes of the numbers under a window.
  public enum Kind: String, Hashable, Codable, Sendable, CaseIterable {
    /// The largest.
    case max
    /// Their mean.
    case average
  }

  /// What it slides over.
  public var input: MapExtents
  /// How it slides.
  public var window: SlidingWindow
  /// What becomes of the numbers under a window.
  public var kind: Kind
  /// Whether a last window may hang over the end (`ceil_mode`).
  public var ceilMode: Bool

  /// Asks about a pooling.
  public init(
    input: MapExtents, window: SlidingWindow, kind: Kind = .max, ceilMode: Bool = false
  ) {
    self.input = input
    self.window = window
    self.kind = kind
    self.ceilMode = ceilMode
  }

  /// Works it out.
  ///
  /// Results: `outputHeight`, `outputWidth`, `outputChannels`, `parameters`, `operations`, `outputElements`,
  /// `outputBytes`, `unusedRows`, `unusedColumns`, `receptiveFieldHeight`, `receptiveFieldWidth`.
  ///
  /// - Throws: `ExplainError` for numbers out of range, for padding of more than half the kernel, and where the window
  ///   does not fit.
  public func working() throws(ExplainError) -> Working {
    let image = try input.shape()
    let windows = try window.windows(on: input, ceilMode: ceilMode)
    let (shape, cost) = try answered { () throws(OperationError) in
      let operation: any Operation =
        kind == .max
        ? MaxPool2d(rows: windows.rows, columns: windows.columns)
        : AvgPool2d(rows: windows.rows, columns: windows.columns)
      let outputs = try operation.outputShapes(for: [image])
      return (outputs[0], operation.cost(inputs: [image], outputs: outputs))
    }
    guard cost.otherOperations < .max else { throw .tooLarge("operations") }
    let output = MapExtents(height: shape[2], width: shape[3], channels: shape[1])
    var working = Working(
      "\(kind == .max ? "Max" : "Average") pooling: \(input.text) → \(output.text)")
    try working.addOutputSize(of: windows, on: input, output: output)
    working.results["outputChannels"] = .count(output.channels)
    try working.add("Parameters", "parameters", by: 0)
    try working.addResultMemory(output)
    let isSquare = windows.rows.kernel == windows.columns.kernel
    working.add(
      kind == .max ? "Comparisons" : "Additions", ["operations"],
      by: .product(of: [
        .symbol("numbers", shape.elementCount),
        .symbol(isSquare ? "k" : "k_h", windows.rows.kernel),
        .symbol(isSquare ? "k" : "k_w", windows.columns.kernel),
      ]), is: cost.otherOperations)
    working.addEdges(of: windows, on: input)
    working.notes += [
      "Each channel is pooled by itself, so their number stays, and nothing is learned.",
      "Pooling lowers the resolution and widens what later layers see: one step there is now \(steps) here.",
    ]
    if kind == .average, windows.rows.padding != Window.Padding(0) {
      working.notes.append(
        "Padding counts in the mean, as in PyTorch's count_include_pad=True and ONNX's count_include_pad=1."
      )
    }
    working.sources = ["V. Dumoulin and F. Visin, arXiv:1603.07285"]
    return working
  }

  private var steps: String {
    window.stride.rows == window.stride.columns
      ? "\(window.stride.rows) pixel\(window.stride.rows == 1 ? "" : "s")"
      : "\(window.stride.rows) rows or \(window.stride.columns) columns"
  }
}
