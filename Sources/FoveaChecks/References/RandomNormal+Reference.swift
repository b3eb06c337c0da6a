public import FoveaGraph
import FoveaTensors

extension RandomNormal: ReferenceOperation {
  public func evaluate(_ inputs: [ReferenceTensor], in context: inout ReferenceContext)
    throws(OperationError) -> [ReferenceTensor]
  {
    // An odd constant (2^64 over the golden ratio) sets the steps' sequences apart.
    let random = RandomStream(
      seed: context.seed, stream: stream &+ context.step &* 0x9E37_79B9_7F4A_7C15)
    var output = inputs[0]
    // The promise is about places in memory, where images are channels-last.
    let strides = MemoryOrder.channelsLast.strides(of: output.shape)
    output.shape.forEachIndex { index in
      let place = zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
      output[index] = Double(random.normal(at: UInt64(place)))
    }
    return [output]
  }
}
