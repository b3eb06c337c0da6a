public import FoveaGraph
import FoveaTensors

extension Linear: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (rows, weight) = (inputs[0], inputs[1])
    let output = Shape(rows.shape.dimensions.dropLast() + [weight.shape[0]])
    var result = ReferenceTensor(output)
    output.forEachIndex { index in
      let feature = index[index.count - 1]
      var sum = inputs.count == 3 ? inputs[2].values[feature] : 0
      for k in 0..<weight.shape[1] {
        context.counter.multiplyAdd(
          rows[index.dropLast() + [k]], weight[feature, k], to: &sum)
      }
      result[index] = sum
    }
    return [result]
  }
}

extension MatMul: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (left, right) = (inputs[0], inputs[1])
    let inner = left.shape[left.shape.rank - (transposeLeft ? 2 : 1)]
    let output = try outputShapes(for: inputs.map(\.shape))[0]
    var result = ReferenceTensor(output)
    output.forEachIndex { index in
      let batch = Array(index.dropLast(2))
      let (row, column) = (index[index.count - 2], index[index.count - 1])
      var sum = 0.0
      for k in 0..<inner {
        context.counter.multiplyAdd(
          left[batch + (transposeLeft ? [k, row] : [row, k])],
          right[batch + (transposeRight ? [column, k] : [k, column])], to: &sum)
      }
      result[index] = sum
    }
    return [result]
  }
}
