public import FoveaGraph
import FoveaTensors

extension Reshape: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let source = inputs[0]
    if inputs.count == 2 { return [ReferenceTensor(inputs[1].shape, source.values)] }
    let known = target.filter { $0 != -1 }.reduce(1, *)
    let extents = target.map { $0 == -1 ? source.values.count / known : $0 }
    return [ReferenceTensor(Shape(extents), source.values)]
  }
}

extension Flatten: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let source = inputs[0]
    let start = startAxis < 0 ? startAxis + source.shape.rank : startAxis
    let end = endAxis < 0 ? endAxis + source.shape.rank : endAxis
    var extents: [Int] = []
    for (axis, extent) in source.shape.dimensions.enumerated() {
      if axis > start, axis <= end {
        extents[start] *= extent
      } else {
        extents.append(extent)
      }
    }
    return [ReferenceTensor(Shape(extents), source.values)]
  }
}

extension Unsqueeze: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var extents = inputs[0].shape.dimensions
    for axis in axes.sorted() { extents.insert(1, at: axis) }
    return [ReferenceTensor(Shape(extents), inputs[0].values)]
  }
}
