public import FoveaGraph
import FoveaTensors
import Foundation

extension ReferenceTensor {
  /// The same shape, with a function of each element.
  func map(_ transform: (Double) -> Double) -> ReferenceTensor {
    ReferenceTensor(shape, values.map(transform))
  }
}

extension Unary: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    switch function {
    case .exp: [inputs[0].map { Foundation.exp($0) }]
    case .log: [inputs[0].map { Foundation.log($0) }]
    case .sqrt: [inputs[0].map { $0.squareRoot() }]
    case .negate: [inputs[0].map { -$0 }]
    case .tanh: [inputs[0].map(Foundation.tanh)]
    }
  }
}

extension Scale: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { Double(scale) * $0 + Double(shift) }]
  }
}

extension ReLU: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].map { $0 > 0 ? $0 : 0 }]
  }
}

extension ReLUGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (gradient, result) = (inputs[0], inputs[1])
    return [
      ReferenceTensor(
        gradient.shape, zip(gradient.values, result.values).map { $1 > 0 ? $0 : 0 })
    ]
  }
}

extension Binary: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (left, right) = (inputs[0], inputs[1])
    // Where an extent is 1 in one shape, the other's holds, even where that is 0.
    let rank = max(left.shape.rank, right.shape.rank)
    let extents = [left, right].map { tensor in
      Array(repeating: 1, count: rank - tensor.shape.rank) + tensor.shape.dimensions
    }
    var output = ReferenceTensor(Shape(zip(extents[0], extents[1]).map { $0 == 1 ? $1 : $0 }))
    output.shape.forEachIndex { index in
      let (a, b) = (left[index], right[index])
      output[index] =
        switch function {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        case .maximum: a.isNaN || b.isNaN ? .nan : max(a, b)
        case .minimum: a.isNaN || b.isNaN ? .nan : min(a, b)
        }
    }
    return [output]
  }
}
