public import FoveaGraph
import FoveaTensors
import Foundation

extension ReferenceTensor {
  /// `x − log Σ eˣ` along an axis.
  func logSoftmax(axis: Int) -> ReferenceTensor {
    let axis = shape.fromFirst(axis)
    let rest = shape.replacing(axis, with: 1)
    var largest = ReferenceTensor(rest, repeating: -.infinity)
    var sum = ReferenceTensor(rest)
    var result = self
    shape.forEachIndex { largest[$0] = max(largest[$0], self[$0]) }
    shape.forEachIndex { sum[$0] += exp(self[$0] - largest[$0]) }
    shape.forEachIndex { result[$0] = self[$0] - largest[$0] - log(sum[$0]) }
    return result
  }
}

extension Softmax: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].logSoftmax(axis: axis).map { exp($0) }]
  }
}

extension LogSoftmax: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].logSoftmax(axis: axis)]
  }
}
