public import FoveaGraph
import FoveaTensors

extension AllFinite: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let isFinite = inputs.allSatisfy { $0.values.allSatisfy(\.isFinite) }
    return [ReferenceTensor(.scalar, repeating: isFinite ? 1 : 0)]
  }
}

extension Select: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [inputs[0].values[0] != 0 ? inputs[1] : inputs[2]]
  }
}
