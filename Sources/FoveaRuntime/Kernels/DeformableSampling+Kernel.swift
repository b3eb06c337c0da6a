internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension DeformableSampling: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let arguments = binding.deformableArguments(
      self, image: binding.inputs[0], results: binding.outputs[0], offsets: binding.inputs[1...],
      gradient: nil)
    try binding.run(
      binding.kernels.pointee.deformable_sample, arguments,
      tasks: fovea_deformable_tasks(arguments))
  }
}

extension DeformableSamplingInputGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let arguments = binding.deformableArguments(
      sampling, image: binding.inputs[1], results: binding.inputs[0],
      offsets: binding.inputs[2...], gradient: binding.inputs[0])
    try binding.run(
      binding.kernels.pointee.deformable_input_gradient, arguments,
      tasks: fovea_deformable_input_gradient_tasks(arguments))
  }
}

extension DeformableSamplingOffsetGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let arguments = binding.deformableArguments(
      sampling, image: binding.inputs[1], results: binding.inputs[0],
      offsets: binding.inputs[2...], gradient: binding.inputs[0])
    try binding.run(
      binding.kernels.pointee.deformable_offset_gradient, arguments,
      tasks: fovea_deformable_tasks(arguments))
  }
}

extension KernelBinding {
  /// The arguments of the three kernels; `offsets` has the mask behind the offset, where there is one.
  fileprivate func deformableArguments(
    _ sampling: DeformableSampling, image: Operand, results: Operand,
    offsets: ArraySlice<Operand>, gradient: Operand?
  ) -> UnsafeMutablePointer<fovea_deformable_arguments> {
    let (rows, columns) = (sampling.rows, sampling.columns)
    return keep(
      fovea_deformable_arguments(
        batch: image.shape[0], channels: image.shape[1], groups: sampling.offsetGroups,
        in_height: image.shape[2], in_width: image.shape[3], out_height: results.shape[2],
        out_width: results.shape[3], kernel_height: rows.kernel, kernel_width: columns.kernel,
        stride_height: rows.stride, stride_width: columns.stride, dilation_height: rows.dilation,
        dilation_width: columns.dilation, pad_top: rows.padding.before,
        pad_left: columns.padding.before, in: image.floats,
        offset: offsets[offsets.startIndex].floats,
        mask: offsets.count > 1 ? offsets[offsets.startIndex + 1].floats : nil,
        gradient: gradient?.floats, out: outputs[0].floats,
        mask_out: outputs.count > 1 ? outputs[1].floats : nil))
  }
}
