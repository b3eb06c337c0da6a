public import FoveaGraph

extension Constant: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    [ReferenceTensor(shape, repeating: Double(value))]
  }
}
