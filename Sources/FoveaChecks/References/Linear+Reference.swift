public import FoveaGraph
import FoveaTensors

extension Linear: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (rows, weight) = (inputs[0], inputs[1])
    var output = ReferenceTensor([rows.shape[0], weight.shape[0]])
    for row in 0..<rows.shape[0] {
      for feature in 0..<weight.shape[0] {
        var sum = inputs.count == 3 ? inputs[2].values[feature] : 0
        for k in 0..<weight.shape[1] {
          context.counter.multiplyAdd(rows[row, k], weight[feature, k], to: &sum)
        }
        output[row, feature] = sum
      }
    }
    return [output]
  }
}

extension MatMul: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let (left, right) = (inputs[0], inputs[1])
    let (rows, inner) = (left.shape[transposeLeft ? 1 : 0], left.shape[transposeLeft ? 0 : 1])
    let columns = right.shape[transposeRight ? 0 : 1]
    var output = ReferenceTensor([rows, columns])
    for row in 0..<rows {
      for column in 0..<columns {
        var sum = 0.0
        for k in 0..<inner {
          context.counter.multiplyAdd(
            transposeLeft ? left[k, row] : left[row, k],
            transposeRight ? right[column, k] : right[k, column], to: &sum)
        }
        output[row, column] = sum
      }
    }
    return [output]
  }
}
