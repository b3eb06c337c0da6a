import FoveaGraph

/// A depthwise convolution, with the 1×1 convolution that mixes its channels, beside a plain one.
public struct DepthwiseQuestion: Hashable, Codable, Sendable {
  /// What it slides over.
  public var input: MapExtents
  /// How many channels the 1×1 convolution makes.
  public var filters: Int
  /// How it slides.
  public var window: SlidingWindow
  /// Filters a channel.
  public var multiplier: Int
  /// Whether each of the convolutions adds a bias.
  public var bias: Bool

  /// Asks about a depthwise separable convolution.
  public init(
    input: MapExtents, filters: Int, window: SlidingWindow, multiplier: Int = 1, bias: Bool = true
  ) {
    self.input = input
    self.filters = filters
    self.window = window
    self.multiplier = multiplier
    self.bias = bias
  }

  /// Works it out.
  ///
  /// Results: `outputHeight`, `outputWidth`, `outputChannels`, `depthwiseWeights`, `pointwiseWeights`,
  /// `separableParameters`, `separableMultiplyAdds`, `plainParameters`, `plainMultiplyAdds`, `share` of the plain one's
  /// multiply-adds.
  ///
  /// - Throws: `ExplainError` for numbers out of range, and where the window does not fit.
  public func working() throws(ExplainError) -> Working {
    try expect("input", input.channels)
    try expect("multiplier", multiplier, in: 1...Window.largest / input.channels)
    let depthwise = try ConvolutionWork(
      ConvolutionQuestion(
        input: input, filters: input.channels * multiplier, window: window, groups: input.channels,
        bias: bias))
    let pointwise = try ConvolutionWork(
      ConvolutionQuestion(
        input: depthwise.output, filters: filters, window: SlidingWindow(1), bias: bias))
    let plain = try ConvolutionWork(
      ConvolutionQuestion(input: input, filters: filters, window: window, bias: bias))
    var working = Working(
      "Depthwise separable convolution: \(input.text) → \(pointwise.output.text)")
    try working.addOutputSize(of: depthwise.windows, on: input, output: depthwise.output)
    working.results["outputChannels"] = .count(filters)
    working.add(
      "Depthwise weights, a filter a channel", ["depthwiseWeights"], by: depthwise.weightFormula,
      is: depthwise.weights)
    working.add(
      "1×1 weights", ["pointwiseWeights"], by: pointwise.weightFormula, is: pointwise.weights)
    try working.add(
      "Parameters, bias included", "separableParameters",
      by: .symbol("depthwise", depthwise.parameters) + .symbol("1×1", pointwise.parameters))
    let multiplyAdds = try working.add(
      "Multiply-adds", "separableMultiplyAdds",
      by: depthwise.gridFormula
        * (.symbol("depthwise weights", depthwise.weights)
          + .symbol("1×1 weights", pointwise.weights)))
    working.add(
      "Multiply-adds of a plain convolution", ["plainMultiplyAdds"],
      by: plain.gridFormula * plain.weightFormula, is: plain.multiplyAdds)
    working.results["plainParameters"] = .count(plain.parameters)
    let share = Double(multiplyAdds) / Double(plain.multiplyAdds)
    working.results["share"] = .place(share)
    working.table = Working.Table(
      columns: ["layer", "weights", "parameters", "multiply-adds"],
      rows: [("depthwise", depthwise), ("1×1", pointwise), ("plain", plain)].map {
        [.text($0), .count($1.weights), .count($1.parameters), .count($1.multiplyAdds)]
      })
    let percent = (share * 10_000).rounded() / 100
    working.notes = [
      "The separable pair takes \(percent) % of the plain convolution's multiply-adds; "
        + "with one filter a channel that is 1/C_out + 1/(k_h·k_w).",
      "It is not a factorisation of every plain convolution: each channel gets one spatial filter, whatever output it "
        + "feeds.",
    ]
    working.sources = ["A. Howard et al., arXiv:1704.04861", "F. Chollet, arXiv:1610.02357"]
    return working
  }
}
