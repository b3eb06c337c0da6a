public import FoveaGraph
import FoveaTensors

extension Dropout: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let random = context.random(stream)
    var output = inputs[0]
    // The promise is about places in memory, where images are channels-last; all elements of a shared
    // axis go by its first.
    let choices = choices(for: output.shape)
    let strides = zip(choices.dimensions, MemoryOrder.channelsLast.strides(of: choices)).map {
      extent, stride in extent == 1 ? 0 : stride
    }
    output.shape.forEachIndex { index in
      let place = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
      let isKept = random.uniform(at: UInt64(place)) >= probability
      output[index] = isKept ? output[index] / (1 - Double(probability)) : 0
    }
    return [output]
  }
}

extension DropBlock: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    let random = context.random(stream)
    let squares = squares(on: inputs[0].shape)
    let strides = MemoryOrder.channelsLast.strides(of: squares.corners)
    var mask = ReferenceTensor(inputs[0].shape, repeating: 1)
    squares.corners.forEachIndex { index in
      let place = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
      guard random.uniform(at: UInt64(place)) < squares.probability else { return }
      for y in index[2]..<index[2] + squares.side {
        for x in index[3]..<index[3] + squares.side { mask[index[0], index[1], y, x] = 0 }
      }
    }
    let kept = mask.values.reduce(0, +)
    let factor = kept == 0 ? 0 : Double(mask.values.count) / kept
    return [
      ReferenceTensor(mask.shape, zip(inputs[0].values, mask.values).map { $0 * $1 * factor })
    ]
  }
}

extension StopGradient: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  { inputs }
}

extension ReferenceContext {
  /// The random numbers of one operation at this step.
  fileprivate func random(_ stream: UInt64) -> RandomStream {
    // An odd constant (2^64 over the golden ratio) sets the steps' sequences apart.
    RandomStream(seed: seed, stream: stream &+ step &* 0x9E37_79B9_7F4A_7C15)
  }
}
