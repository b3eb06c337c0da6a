public import FoveaGraph
import FoveaTensors

extension Reduce: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let source = inputs[0]
    let reduced = Set(axes.map { $0 < 0 ? $0 + source.shape.rank : $0 })
    let extents = source.shape.dimensions.enumerated()
    // With reduced axes of extent 1, an index into the source is one into the result.
    var result = ReferenceTensor(
      Shape(extents.map { reduced.contains($0) ? 1 : $1 }),
      repeating: function == .max ? -.infinity : 0)
    source.shape.forEachIndex { index in
      result[index] =
        function == .max ? max(result[index], source[index]) : result[index] + source[index]
    }
    if function == .mean {
      let terms = Double(source.values.count) / Double(result.values.count)
      result = result.map { $0 / terms }
    }
    guard !keepDimensions else { return [result] }
    let remaining = extents.filter { !reduced.contains($0.offset) }.map(\.element)
    return [ReferenceTensor(Shape(remaining), result.values)]
  }
}

extension MaxGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (source, largest, gradient) = (inputs[0], inputs[1], inputs[2])
    var winners = ReferenceTensor(largest.shape)
    source.shape.forEachIndex { if source[$0] == largest[$0] { winners[$0] += 1 } }
    var result = ReferenceTensor(source.shape)
    source.shape.forEachIndex {
      if source[$0] == largest[$0] { result[$0] = gradient[$0] / winners[$0] }
    }
    return [result]
  }
}
