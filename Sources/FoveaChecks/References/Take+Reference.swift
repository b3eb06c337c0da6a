public import FoveaGraph
import FoveaTensors

extension Embedding {
  /// The rows that indices name, each of which must be one.
  fileprivate func rows(
    _ indices: ReferenceTensor, of table: Shape
  ) throws(OperationError) -> [Int] {
    for index in indices.values where !(0..<Double(table[0]) ~= index) {
      throw .setting(name, name: "index", value: "\(Int(index))", allowed: "0..<\(table[0])")
    }
    return indices.values.map { Int($0) }
  }
}

extension Embedding: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let table = inputs[0]
    let rows = try rows(inputs[1], of: table.shape)
    let values = rows.flatMap { row in (0..<table.shape[1]).map { table[row, $0] } }
    return [ReferenceTensor(Shape(inputs[1].shape.dimensions + [table.shape[1]]), values)]
  }
}

extension EmbeddingGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var result = ReferenceTensor(inputs[2].shape)
    let width = result.shape[1]
    for (place, row) in try embedding.rows(inputs[1], of: result.shape).enumerated()
    where row != embedding.paddingIndex {
      for column in 0..<width { result[row, column] += inputs[0].values[place * width + column] }
    }
    return [result]
  }
}

extension TakeElements: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let input = inputs[0]
    var output = ReferenceTensor(try outputShapes(for: [input.shape])[0])
    let (sourceCount, resultCount) = (source.elementCount, result.elementCount)
    let outer = input.values.count / (isTransposed ? resultCount : sourceCount)
    for repetition in 0..<outer {
      for (index, place) in places.enumerated() where place >= 0 {
        let inSource = repetition * sourceCount + Int(place)
        let inResult = repetition * resultCount + index
        if isTransposed {
          output.values[inSource] += input.values[inResult]
        } else {
          output.values[inResult] = input.values[inSource]
        }
      }
    }
    return [output]
  }
}
