internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension LocalResponseNorm: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.normaliseResponses(
      self, input: binding.inputs[0], gradient: nil, binding.kernels.pointee.local_response_norm)
  }
}

extension LocalResponseNormGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.normaliseResponses(
      normalisation, input: binding.inputs[1], gradient: binding.inputs[0].floats,
      binding.kernels.pointee.local_response_norm_gradient)
  }
}

extension KernelBinding {
  fileprivate mutating func normaliseResponses(
    _ normalisation: LocalResponseNorm, input: Operand, gradient: UnsafePointer<Float>?,
    _ kernel: @escaping fovea_kernel
  ) throws(RuntimeError) {
    let channels = input.shape[1]
    let pixels = input.elementCount / channels
    let arguments = keep(
      fovea_local_response_norm_arguments(
        pixels: pixels, channels: channels, size: normalisation.size,
        alpha: normalisation.alpha, beta: normalisation.beta, k: normalisation.k,
        in: input.floats, gradient: gradient, out: outputs[0].floats))
    try run(
      kernel, arguments, tasks: fovea_local_response_norm_tasks(pixels, channels),
      scratchBytes: fovea_local_response_norm_scratch_bytes(channels, normalisation.size))
  }
}
