internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension Conv2d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try FusedConv2d(self).bind(&binding)
  }

  /// What the kernels are told of a convolution; images and results are `[N, C, H, W]`.
  func geometry(image: Shape, output: Shape) -> fovea_conv2d_geometry {
    fovea_conv2d_geometry(
      batch: image[0],
      in_height: image[2], in_width: image[3], in_channels: image[1],
      out_height: output[2], out_width: output[3], out_channels: output[1],
      kernel_height: rows.kernel, kernel_width: columns.kernel,
      stride_height: rows.stride, stride_width: columns.stride,
      dilation_height: rows.dilation, dilation_width: columns.dilation,
      pad_top: rows.padding.before, pad_left: columns.padding.before, groups: groups,
      algorithm: fovea_conv2d_direct, weights_change: true)
  }
}

extension Conv2dInputGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try FusedConv2dInputGradient(self).bind(&binding)
  }
}

extension Conv2dWeightGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    binding.fitVectors(toChannels: binding.inputs[1].shape[1])
    let kernels = binding.kernels
    var geometry = convolution.geometry(
      image: binding.inputs[0].shape, output: binding.inputs[1].shape)
    geometry.algorithm = try binding.algorithm(.weightGradient, geometry)
    let workspace = try binding.workspace(
      bytes: fovea_conv2d_weight_gradient_workspace_bytes(kernels, &geometry))
    let arguments = binding.keep(
      fovea_conv2d_weight_gradient_arguments(
        geometry: geometry, in: binding.inputs[0].floats, out_gradient: binding.inputs[1].floats,
        workspace: workspace, weight_gradient: binding.outputs[0].floats))
    try binding.run(
      capacity: fovea_conv2d_max_steps,
      scratchBytes: fovea_conv2d_weight_gradient_scratch_bytes(kernels, &geometry)
    ) { fovea_conv2d_weight_gradient_steps(kernels, arguments, $0) }
  }
}

extension KernelBinding {
  /// Packs weights once where no run changes them, else each time.
  mutating func pack(
    isConstant: Bool, capacity: Int, _ fill: (UnsafeMutablePointer<fovea_step>) -> Int
  ) throws(RuntimeError) {
    if isConstant {
      prepare(capacity: capacity, fill)
    } else {
      try run(capacity: capacity, fill)
    }
  }
}
