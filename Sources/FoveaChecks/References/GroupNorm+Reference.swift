public import FoveaGraph
import FoveaTensors

extension GroupNorm: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let each = inputs[0].shape[1] / groups
    return normalised(
      inputs, epsilon: epsilon, statistics: [inputs[0].shape[0], groups],
      { [$0[0], $0[1] / each] }, parameter: { [$0[1]] })
  }
}

extension GroupNormGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let each = inputs[0].shape[1] / groups
    return normalisationGradients(
      inputs, { [$0[0], $0[1] / each] }, parameter: { [$0[1]] })
  }
}

extension LayerNorm: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let axes = axes.indices(of: inputs[0].shape)
    return normalised(
      inputs, epsilon: epsilon,
      statistics: axes.reduce(inputs[0].shape) { $0.replacing($1, with: 1) },
      // An axis of extent 1 takes any place as its only one.
      { $0 }, parameter: { Array($0[axes]) })
  }
}

extension LayerNormGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let axes = axes.indices(of: inputs[0].shape)
    return normalisationGradients(inputs, { $0 }, parameter: { Array($0[axes]) })
  }
}

/// Normalises the first input; the others are weight and bias.
///
/// - Parameters:
///   - group: The place of an element's mean and deviation.
///   - parameter: The place of an element's weight and bias.
private func normalised(
  _ inputs: [ReferenceTensor], epsilon: Float, statistics: Shape, _ group: ([Int]) -> [Int],
  parameter: ([Int]) -> [Int]
) -> [ReferenceTensor] {
  let input = inputs[0]
  let count = Double(input.values.count / statistics.elementCount)
  var mean = ReferenceTensor(statistics)
  var variance = ReferenceTensor(statistics)
  var output = input
  input.shape.forEachIndex { mean[group($0)] += input[$0] / count }
  input.shape.forEachIndex { index in
    let deviation = input[index] - mean[group(index)]
    variance[group(index)] += deviation * deviation / count
  }
  let inverseDeviation = variance.map { 1 / ($0 + Double(epsilon)).squareRoot() }
  input.shape.forEachIndex { index in
    var result = (input[index] - mean[group(index)]) * inverseDeviation[group(index)]
    if inputs.count > 1 { result *= inputs[1][parameter(index)] }
    if inputs.count > 2 { result += inputs[2][parameter(index)] }
    output[index] = result
  }
  return [output, mean, inverseDeviation]
}

/// The gradients of a normalisation from its input, the output's gradient, mean, inverse deviation and,
/// where there is one, the weight.
private func normalisationGradients(
  _ inputs: [ReferenceTensor], _ group: ([Int]) -> [Int], parameter: ([Int]) -> [Int]
) -> [ReferenceTensor] {
  let (input, gradient, mean, inverseDeviation) = (inputs[0], inputs[1], inputs[2], inputs[3])
  let weight = inputs.count == 5 ? inputs[4] : nil
  let count = Double(input.values.count / mean.values.count)
  func normalised(_ index: [Int]) -> Double {
    (input[index] - mean[group(index)]) * inverseDeviation[group(index)]
  }
  func upstream(_ index: [Int]) -> Double {
    gradient[index] * (weight.map { $0[parameter(index)] } ?? 1)
  }
  var meanGradient = ReferenceTensor(mean.shape)
  var meanProduct = ReferenceTensor(mean.shape)
  input.shape.forEachIndex { index in
    meanGradient[group(index)] += upstream(index) / count
    meanProduct[group(index)] += upstream(index) * normalised(index) / count
  }
  var inputGradient = ReferenceTensor(input.shape)
  input.shape.forEachIndex { index in
    let place = group(index)
    let centred =
      upstream(index) - meanGradient[place] - normalised(index) * meanProduct[place]
    inputGradient[index] = inverseDeviation[place] * centred
  }
  guard let weight else { return [inputGradient] }
  var weightGradient = ReferenceTensor(weight.shape)
  var biasGradient = ReferenceTensor(weight.shape)
  input.shape.forEachIndex { index in
    weightGradient[parameter(index)] += gradient[index] * normalised(index)
    biasGradient[parameter(index)] += gradient[index]
  }
  return [inputGradient, weightGradient, biasGradient]
}
