import FoveaGraph

/// What a fully connected layer costs.
public struct LinearQuestion: Hashable, Codable, Sendable {
  /// What it reads, flattened: a row of features is a map of one pixel.
  public var input: MapExtents
  /// How many numbers it makes.
  public var outputs: Int
  /// Whether a number is added to each of them.
  public var bias: Bool

  /// Asks about a fully connected layer.
  public init(input: MapExtents, outputs: Int, bias: Bool = true) {
    self.input = input
    self.outputs = outputs
    self.bias = bias
  }

  /// Works it out.
  ///
  /// Results: `inputFeatures`, `outputFeatures`, `weights`, `biases`, `parameters`, `multiplyAdds`, `flops`.
  ///
  /// - Throws: `ExplainError` for numbers out of range.
  public func working() throws(ExplainError) -> Working {
    try expect("outputs", outputs)
    let features = try input.shape().elementCount
    let weight = try checkedShape([outputs, features], "weights").elementCount
    let isMap = input.height * input.width > 1
    var working = Working("Linear: \(isMap ? input.text : "\(features)") → \(outputs)")
    if isMap {
      working.add(
        "Inputs, flattened", ["inputFeatures"],
        by: .product(of: [
          .symbol("H", input.height), .symbol("W", input.width), .symbol("C", input.channels),
        ]), is: features)
    }
    working.results["inputFeatures"] = .count(features)
    working.results["outputFeatures"] = .count(outputs)
    working.results["biases"] = .count(bias ? outputs : 0)
    try working.add(
      "Weights", "weights", by: .symbol("in", features) * .symbol("out", outputs))
    try working.add(
      "Parameters, bias included", "parameters",
      by: .symbol("weights", weight) + .symbol(bias ? "out" : "0", bias ? outputs : 0))
    let multiplyAdds = try working.add(
      "Multiply-adds", "multiplyAdds", by: .symbol("in", features) * .symbol("out", outputs))
    try working.add(
      "FLOPs, two a multiply-add", "flops", by: 2 * .symbol("multiply-adds", multiplyAdds))
    if isMap {
      working.notes = [
        "It is a convolution with a kernel of \(input.height)×\(input.width), \(outputs) filters and no padding: the same "
          + "weights in another shape, and one position.",
        "Averaging each channel first (global average pooling) leaves \(input.channels) inputs and "
          + "\(grouped(input.channels * outputs)) weights.",
      ]
    }
    working.notes.append(
      "PyTorch: nn.Linear(\(features), \(outputs)\(bias ? "" : ", bias=False"))\(isMap ? ", after nn.Flatten()" : "")."
    )
    return working
  }
}
