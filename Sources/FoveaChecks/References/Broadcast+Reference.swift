public import FoveaGraph
import FoveaTensors

extension BroadcastTo: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let source = inputs[0]
    var output = ReferenceTensor(inputs[1].shape)
    let copies = Double(output.values.count) / Double(source.values.count)
    output.shape.forEachIndex { output[$0] = averaging ? source[$0] / copies : source[$0] }
    return [output]
  }
}

extension SumTo: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let source = inputs[0]
    var output = ReferenceTensor(inputs[1].shape)
    source.shape.forEachIndex { output[$0] += source[$0] }
    guard averaging else { return [output] }
    let terms = Double(source.values.count) / Double(output.values.count)
    return [output.map { $0 / terms }]
  }
}
