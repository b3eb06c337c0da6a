public import FoveaGraph
import FoveaTensors
import Foundation

extension LocalResponseNorm: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let input = inputs[0]
    var output = input
    input.shape.forEachIndex { output[$0] *= pow(base(of: input, $0), -Double(beta)) }
    return [output]
  }

  /// The channels whose squares count for channel `index`.
  fileprivate func neighbours(of index: Int, among channels: Int) -> Range<Int> {
    max(index - size / 2, 0)..<min(index + (size - 1) / 2 + 1, channels)
  }

  /// What an element is divided by, before the power.
  fileprivate func base(of input: ReferenceTensor, _ index: [Int]) -> Double {
    let sum = neighbours(of: index[1], among: input.shape[1]).reduce(0.0) { sum, channel in
      let neighbour = input[index[0], channel, index[2], index[3]]
      return sum + neighbour * neighbour
    }
    return Double(k) + Double(alpha) / Double(size) * sum
  }
}

extension LocalResponseNormGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (gradient, input) = (inputs[0], inputs[1])
    let (alpha, beta) = (Double(normalisation.alpha), Double(normalisation.beta))
    var result = ReferenceTensor(input.shape)
    input.shape.forEachIndex { index in
      let base = normalisation.base(of: input, index)
      result[index] += gradient[index] * pow(base, -beta)
      let shared =
        -2 * alpha * beta / Double(normalisation.size) * gradient[index] * input[index]
        * pow(base, -beta - 1)
      for channel in normalisation.neighbours(of: index[1], among: input.shape[1]) {
        let place = [index[0], channel, index[2], index[3]]
        result[place] += shared * input[place]
      }
    }
    return [result]
  }
}
