public import FoveaGraph
import Foundation

extension GELU: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { $0 * approximate.probability($0) }]
  }
}

extension GELUGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].scaled(inputs[1]) { approximate.probability($0) + $0 * approximate.density($0) }]
  }
}

extension GELU.Approximation {
  fileprivate func probability(_ x: Double) -> Double {
    switch self {
    case .none: erfc(-x / 2.0.squareRoot()) / 2
    case .tanh: logistic(2 * argument(x))
    }
  }

  /// The slope of `probability`.
  fileprivate func density(_ x: Double) -> Double {
    switch self {
    case .none: return exp(-x * x / 2) / (2 * Double.pi).squareRoot()
    case .tanh:
      let slope = (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
      return 2 * slope * logistic(2 * argument(x)) * logistic(-2 * argument(x))
    }
  }

  private func argument(_ x: Double) -> Double {
    (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
  }
}

extension ELU: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { $0 > 0 ? $0 : Double(alpha) * expm1($0) }]
  }
}

extension ELUGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].scaled(inputs[1]) { $0 > 0 ? 1 : $0 + Double(alpha) }]
  }
}

extension PReLU: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (input, slopes) = (inputs[0], inputs[1].values)
    var output = input
    input.shape.forEachIndex { index in
      let slope = slopes.count == 1 ? slopes[0] : slopes[index[1]]
      output[index] = input[index] > 0 ? input[index] : slope * input[index]
    }
    return [output]
  }
}

extension Softplus: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let beta = Double(beta)
    return [
      inputs[0].map { beta * $0 > Double(threshold) ? $0 : log1p(exp(beta * $0)) / beta }
    ]
  }
}

extension SoftplusGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let beta = Double(beta)
    return [
      inputs[0].scaled(inputs[1]) { beta * $0 > Double(threshold) ? 1 : logistic(beta * $0) }
    ]
  }
}

extension Mish: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { $0 * tanh(log1p(exp($0))) }]
  }
}

extension MishGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [
      inputs[0].scaled(inputs[1]) { x in
        let gate = tanh(log1p(exp(x)))
        return gate + x * (1 - gate * gate) * logistic(x)
      }
    ]
  }
}
