internal import CFoveaKernels
public import FoveaGraph

extension RandomNormal: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let output = binding.outputs[0]
    let arguments = binding.keep(
      fovea_random_normal_arguments(
        count: output.elementCount, out: output.floats, seed: binding.seed, stream: stream,
        step: binding.step))
    try binding.run(
      binding.kernels.pointee.random_normal, arguments,
      tasks: fovea_elementwise_tasks(output.elementCount))
  }
}
