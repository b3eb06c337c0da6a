internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension Conv3d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (inputs, output) = (binding.inputs, binding.outputs[0])
    var arguments = arguments(volume: inputs[0].shape, output: output.shape)
    arguments.x = UnsafePointer(inputs[0].floats)
    arguments.y = UnsafePointer(inputs[1].floats)
    if inputs.count == 3 { arguments.bias = UnsafePointer(inputs[2].floats) }
    arguments.result = output.floats
    let kept = binding.keep(arguments)
    try binding.run(binding.kernels.pointee.conv3d, kept, tasks: fovea_conv3d_tasks(kept))
  }

  /// What the kernels are told of the convolution, without memory.
  fileprivate func arguments(volume: Shape, output: Shape) -> fovea_conv3d_arguments {
    var arguments = fovea_conv3d_arguments()
    arguments.batch = volume[0]
    arguments.in_channels = volume[1]
    arguments.out_channels = output[1]
    arguments.groups = groups
    StridedPass.fill(&arguments.in, Array(volume.dimensions.suffix(3)))
    StridedPass.fill(&arguments.out, Array(output.dimensions.suffix(3)))
    StridedPass.fill(&arguments.kernel, windows.map(\.kernel))
    StridedPass.fill(&arguments.stride, windows.map(\.stride))
    StridedPass.fill(&arguments.dilation, windows.map(\.dilation))
    StridedPass.fill(&arguments.pad, windows.map(\.padding.before))
    return arguments
  }
}

extension Conv3dInputGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (gradient, weight) = (binding.inputs[0], binding.inputs[1])
    var arguments = convolution.arguments(
      volume: binding.outputs[0].shape, output: gradient.shape)
    arguments.x = UnsafePointer(gradient.floats)
    arguments.y = UnsafePointer(weight.floats)
    arguments.result = binding.outputs[0].floats
    let kept = binding.keep(arguments)
    try binding.run(
      binding.kernels.pointee.conv3d_input_gradient, kept,
      tasks: fovea_conv3d_input_gradient_tasks(kept))
  }
}

extension Conv3dWeightGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (volume, gradient) = (binding.inputs[0], binding.inputs[1])
    var arguments = convolution.arguments(volume: volume.shape, output: gradient.shape)
    arguments.x = UnsafePointer(volume.floats)
    arguments.y = UnsafePointer(gradient.floats)
    arguments.result = binding.outputs[0].floats
    let kept = binding.keep(arguments)
    try binding.run(
      binding.kernels.pointee.conv3d_weight_gradient, kept,
      tasks: fovea_conv3d_weight_gradient_tasks(kept))
  }
}
