public import FoveaTensors

/// `x` where it is above 0, and a learnt slope times `x` elsewhere, for each element.
///
/// Inputs: `[N, C, …]`, and the slopes, `[C]` or one for all channels, `[1]`.
///
/// - SeeAlso: K. He et al., *Delving Deep into Rectifiers*, arXiv:1502.01852.
public struct PReLU: Operation {
  public static let typeName = "PReLU"

  /// Makes the operation.
  public init() {}

  public func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try expectInputs(2...2, inputs)
    let (input, slopes) = (inputs[0], inputs[1])
    guard slopes.rank == 1 else { throw .rank("\(name) slope", expected: 1, actual: slopes) }
    guard input.rank > 0 else { throw .rank(name, expected: 2, actual: input) }
    guard slopes[0] == 1 || (input.rank > 1 && slopes[0] == input[1]) else {
      throw .shape(
        name, input: "the slopes", expected: input.rank > 1 ? [input[1]] : [1], actual: slopes)
    }
    return [input]
  }

  public func appendGradients(of node: DifferentiatedNode, to builder: inout GraphBuilder)
    throws(GraphError) -> [Value?]
  {
    let (path, gradient) = (node.path, try node.gradient())
    let (input, slopes) = (node.inputs[0], node.inputs[1])
    // [C] as [C, 1, 1], to broadcast over what lies behind the channels.
    let rank = builder.shape(of: input).rank
    let behind = rank > 2 ? Array(1...rank - 2) : []
    let perChannel = try builder.apply(Unsqueeze(axes: behind), slopes, path: path)
    let above = try builder.apply(ReLUGradient(), gradient, input, path: path)
    let below = try builder.apply(Binary(.subtract), gradient, above, path: path)
    var result: [Value?] = [nil, nil]
    if node.wanted[0] {
      let scaled = try builder.apply(Binary(.multiply), below, perChannel, path: path)
      result[0] = try builder.apply(Binary(.add), above, scaled, path: path)
    }
    if node.wanted[1] {
      let products = try builder.apply(Binary(.multiply), below, input, path: path)
      let sums = try builder.apply(SumTo(), products, perChannel, path: path)
      result[1] = try builder.apply(Reshape(), sums, slopes, path: path)
    }
    return result
  }
}
