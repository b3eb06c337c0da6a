internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension Dropout: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let count = binding.outputs[0].elementCount
    let arguments = binding.keep(
      fovea_dropout_arguments(
        count: count, in: binding.inputs[0].floats, out: binding.outputs[0].floats,
        probability: probability, seed: binding.seed, stream: stream, step: binding.step))
    try binding.run(
      binding.kernels.pointee.dropout, arguments, tasks: fovea_elementwise_tasks(count))
  }
}
