internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension MaxUnpool2d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.unpool(
      binding.kernels.pointee.max_unpool2d, values: binding.inputs[0].shape,
      plane: binding.outputs[0].shape)
  }
}

extension MaxUnpool2dGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.unpool(
      binding.kernels.pointee.max_unpool2d_gradient, values: binding.outputs[0].shape,
      plane: binding.inputs[0].shape)
  }
}

extension KernelBinding {
  /// Runs a kernel that goes through the indices of the second input.
  fileprivate mutating func unpool(
    _ kernel: @escaping fovea_kernel, values: Shape, plane: Shape
  ) throws(RuntimeError) {
    let (path, pixels) = (path, plane[2] * plane[3])
    let arguments = keep(
      fovea_unpool2d_arguments(
        batch: values[0], channels: values[1], pixels: values[2] * values[3],
        plane_pixels: pixels, in: inputs[0].floats, indices: inputs[1].integers,
        out: outputs[0].floats, status: status { _ in .unpoolIndex(path: path, pixels: pixels) }))
    try run(kernel, arguments, tasks: fovea_unpool2d_tasks(arguments))
  }
}
