public import FoveaGraph
import FoveaTensors

extension Dropout: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    // An odd constant (2^64 over the golden ratio) sets the steps' sequences apart.
    let random = RandomStream(
      seed: context.seed, stream: stream &+ context.step &* 0x9E37_79B9_7F4A_7C15)
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
