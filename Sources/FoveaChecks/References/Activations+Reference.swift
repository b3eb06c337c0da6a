public import FoveaGraph
import Foundation

extension LeakyReLU: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { $0 > 0 ? $0 : Double(negativeSlope) * $0 }]
  }
}

extension LeakyReLUGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].scaled(inputs[1]) { $0 > 0 ? 1 : Double(negativeSlope) }]
  }
}

extension Hardtanh: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { held($0, Double(minimum), Double(maximum)) }]
  }
}

extension HardtanhGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].scaled(inputs[1]) { $0 > Double(minimum) && $0 < Double(maximum) ? 1 : 0 }]
  }
}

extension Sigmoid: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map(logistic)]
  }
}

extension SiLU: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { $0 * logistic($0) }]
  }
}

extension SiLUGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].scaled(inputs[1]) { logistic($0) * (1 + $0 * logistic(-$0)) }]
  }
}

extension Hardsigmoid: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { held($0 / 6 + 0.5, 0, 1) }]
  }
}

extension Hardswish: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { $0 * held($0 / 6 + 0.5, 0, 1) }]
  }
}

extension HardswishGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].scaled(inputs[1]) { $0 <= -3 ? 0 : $0 >= 3 ? 1 : $0 / 3 + 0.5 }]
  }
}

extension ReferenceTensor {
  /// Each element of a gradient times the slope at the same element of another tensor.
  func scaled(
    _ other: ReferenceTensor, _ slope: (Double) -> Double
  ) -> ReferenceTensor {
    ReferenceTensor(shape, zip(values, other.values).map { $0 * slope($1) })
  }
}

/// The logistic function.
func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

private func held(_ x: Double, _ minimum: Double, _ maximum: Double) -> Double {
  x < minimum ? minimum : x > maximum ? maximum : x
}
