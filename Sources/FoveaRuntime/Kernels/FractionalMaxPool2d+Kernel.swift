internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension FractionalMaxPool2d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.poolFractionally(
      self, binding.kernels.pointee.fractional_max_pool2d, pooled: binding.outputs[0].shape,
      gradient: nil)
  }
}

extension FractionalMaxPool2dGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.poolFractionally(
      pooling, binding.kernels.pointee.fractional_max_pool2d_gradient,
      pooled: binding.inputs[2].shape, gradient: binding.inputs[2].floats)
  }
}

extension RandomUniform: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let count = binding.outputs[0].elementCount
    let arguments = binding.keep(
      fovea_random_arguments(
        count: count, seed: binding.seed, stream: stream, step: binding.step,
        out: binding.outputs[0].floats))
    try binding.run(
      binding.kernels.pointee.random_uniform, arguments, tasks: fovea_elementwise_tasks(count))
  }
}

extension KernelBinding {
  fileprivate mutating func poolFractionally(
    _ pooling: FractionalMaxPool2d, _ kernel: @escaping fovea_kernel, pooled: Shape,
    gradient: UnsafePointer<Float>?
  ) throws(RuntimeError) {
    let image = inputs[0].shape
    let arguments = keep(
      fovea_fractional_pool2d_arguments(
        batch: image[0], channels: image[1], in_height: image[2], in_width: image[3],
        out_height: pooled[2], out_width: pooled[3], kernel_height: pooling.kernelHeight,
        kernel_width: pooling.kernelWidth, in: inputs[0].floats, samples: inputs[1].floats,
        out_gradient: gradient, out: outputs[0].floats))
    try run(kernel, arguments, tasks: fovea_fractional_pool2d_tasks(arguments))
  }
}
