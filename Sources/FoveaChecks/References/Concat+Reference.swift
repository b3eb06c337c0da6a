public import FoveaGraph
import FoveaTensors

extension ReferenceTensor {
  /// Copies `part` to where it lies in this tensor, from index `start` of an axis on.
  fileprivate mutating func write(_ part: ReferenceTensor, axis: Int, from start: Int) {
    part.shape.forEachIndex { index in
      var target = index
      target[axis] += start
      self[target] = part[index]
    }
  }

  /// The part `start ..< start + extent` along an axis.
  fileprivate func part(axis: Int, from start: Int, extent: Int) -> ReferenceTensor {
    var result = ReferenceTensor(shape.replacing(axis, with: extent))
    result.shape.forEachIndex { index in
      var source = index
      source[axis] += start
      result[index] = self[source]
    }
    return result
  }
}

extension Concat: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let axis = inputs[0].shape.fromFirst(axis)
    let extent = inputs.reduce(0) { $0 + $1.shape[axis] }
    var output = ReferenceTensor(inputs[0].shape.replacing(axis, with: extent))
    var start = 0
    for input in inputs {
      output.write(input, axis: axis, from: start)
      start += input.shape[axis]
    }
    return [output]
  }
}

extension Split: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let axis = inputs[0].shape.fromFirst(axis)
    var start = 0
    return inputs.dropFirst().map { piece in
      defer { start += piece.shape[axis] }
      return inputs[0].part(axis: axis, from: start, extent: piece.shape[axis])
    }
  }
}

extension Slice: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let axis = inputs[0].shape.fromFirst(axis)
    return [inputs[0].part(axis: axis, from: start, extent: end - start)]
  }
}

extension SliceGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    var result = ReferenceTensor(inputs[1].shape)
    result.write(inputs[0], axis: result.shape.fromFirst(slice.axis), from: slice.start)
    return [result]
  }
}
