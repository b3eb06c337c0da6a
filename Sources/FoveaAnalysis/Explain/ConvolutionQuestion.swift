import FoveaGraph
import FoveaTensors

/// What a convolution makes of a map, and what it costs.
public struct ConvolutionQuestion: Hashable, Codable, Sendable {
  /// What it slides over.
  public var input: MapExtents
  /// How many filters there are, which is how many channels it makes.
  public var filters: Int
  /// How it slides.
  public var window: SlidingWindow
  /// The groups that channels are cut into.
  public var groups: Int
  /// Whether a number is added for each filter.
  public var bias: Bool

  /// Asks about a convolution.
  public init(
    input: MapExtents, filters: Int, window: SlidingWindow, groups: Int = 1, bias: Bool = true
  ) {
    self.input = input
    self.filters = filters
    self.window = window
    self.groups = groups
    self.bias = bias
  }

  /// Works it out.
  ///
  /// Results: `outputHeight`, `outputWidth`, `outputChannels`, `weights`, `biases`, `parameters`, `multiplyAdds`,
  /// `biasAdditions`, `flops`, `outputElements`, `outputBytes`, `unusedRows`, `unusedColumns`,
  /// `receptiveFieldHeight`, `receptiveFieldWidth`.
  ///
  /// - Throws: `ExplainError` for numbers out of range, and where the window does not fit.
  public func working() throws(ExplainError) -> Working {
    try ConvolutionWork(self).working
  }
}

/// A convolution that has been checked, with the operation's own answers.
struct ConvolutionWork {
  let question: ConvolutionQuestion
  let windows: AxisPair<Window>
  let output: MapExtents
  let weights: Int
  let multiplyAdds: Int

  init(_ question: ConvolutionQuestion) throws(ExplainError) {
    try expect("filters", question.filters)
    try expect("groups", question.groups)
    let image = try question.input.shape()
    let windows = try question.window.windows(on: question.input)
    let weight = try checkedShape(
      [
        question.filters, max(1, question.input.channels / question.groups), windows.rows.kernel,
        windows.columns.kernel,
      ], "weights")
    let convolution = Conv2d(rows: windows.rows, columns: windows.columns, groups: question.groups)
    let output = try answered { () throws(OperationError) in
      try convolution.outputShapes(for: [image, weight])[0]
    }
    self.question = question
    self.windows = windows
    self.output = MapExtents(height: output[2], width: output[3], channels: output[1])
    weights = weight.elementCount
    multiplyAdds = convolution.cost(inputs: [image, weight], outputs: [output]).multiplyAdds
    guard multiplyAdds < .max / 2 else { throw .tooLarge("multiply-adds") }
  }

  var parameters: Int { weights + (question.bias ? question.filters : 0) }

  /// `k·k·C_in·C_out`, where kernel and groups may each be two.
  var weightFormula: Formula {
    let kernel = question.window.kernel
    let isSquare = kernel.rows == kernel.columns
    let channels = Formula.symbol("C_in", question.input.channels)
    return .product(of: [
      .symbol(isSquare ? "k" : "k_h", kernel.rows),
      .symbol(isSquare ? "k" : "k_w", kernel.columns),
      question.groups == 1 ? channels : channels / .symbol("g", question.groups),
      .symbol("C_out", question.filters),
    ])
  }

  /// `H_out·W_out`.
  var gridFormula: Formula {
    .symbol("H_out", output.height) * .symbol("W_out", output.width)
  }

  var working: Working {
    get throws(ExplainError) {
      let biases = question.bias ? question.filters : 0
      var working = Working("Convolution: \(question.input.text) → \(output.text)")
      try working.addOutputSize(of: windows, on: question.input, output: output)
      working.add("Weights", ["weights"], by: weightFormula, is: weights)
      let bias = Formula.symbol(question.bias ? "C_out" : "0", biases)
      try working.add(
        "Parameters, bias included", "parameters", by: .symbol("weights", weights) + bias)
      working.add(
        "Multiply-adds, on the output grid", ["multiplyAdds"],
        by: gridFormula * .symbol("weights", weights), is: multiplyAdds)
      try working.add("Bias additions, apart", "biasAdditions", by: gridFormula * bias)
      try working.add(
        "FLOPs, two a multiply-add", "flops", by: 2 * .symbol("multiply-adds", multiplyAdds))
      try working.addResultMemory(output)
      working.addEdges(of: windows, on: question.input)
      working.results["outputChannels"] = .count(output.channels)
      working.results["biases"] = .count(biases)
      working.notes += notes
      working.sources = ["V. Dumoulin and F. Visin, arXiv:1603.07285"]
      return working
    }
  }

  private var notes: [String] {
    var notes = [pyTorch]
    let (input, kernel) = (question.input, question.window.kernel)
    if output.height == 1, output.width == 1, kernel.rows == input.height,
      kernel.columns == input.width, windows.rows.padding == Window.Padding(0),
      windows.columns.padding == Window.Padding(0), question.groups == 1
    {
      notes.append(
        "The kernel covers the whole map and there is no padding, so there is one position: this is a fully connected "
          + "layer of \(grouped(input.height * input.width * input.channels)) inputs.")
    }
    if question.groups > 1 {
      notes.append(
        "Each filter sees the \(input.channels / question.groups) channels of its own group: weights and multiply-adds "
          + "are those of a plain convolution divided by \(question.groups).")
    }
    return notes
  }

  private var pyTorch: String {
    func pair(_ pair: AxisPair<Int>) -> String {
      pair.rows == pair.columns ? "\(pair.rows)" : "(\(pair.rows), \(pair.columns))"
    }
    let (rows, columns) = (windows.rows.padding, windows.columns.padding)
    let isSymmetric = rows.before == rows.after && columns.before == columns.after
    var call =
      "nn.Conv2d(\(question.input.channels), \(question.filters), kernel_size=\(pair(question.window.kernel))"
    let settings = [
      ("stride", pair(question.window.stride), "1"),
      (
        "padding", isSymmetric ? pair(AxisPair(rows: rows.before, columns: columns.before)) : "0",
        "0"
      ),
      ("dilation", pair(question.window.dilation), "1"), ("groups", "\(question.groups)", "1"),
      ("bias", question.bias ? "True" : "False", "True"),
    ]
    for (name, value, standard) in settings where value != standard { call += ", \(name)=\(value)" }
    let pad =
      isSymmetric
      ? ""
      : "nn.ZeroPad2d((\(columns.before), \(columns.after), \(rows.before), \(rows.after))), then "
    return
      "PyTorch: \(pad)\(call)), on [N, \(question.input.channels), \(question.input.height), \(question.input.width)]."
  }
}
