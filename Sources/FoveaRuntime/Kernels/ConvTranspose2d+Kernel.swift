internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension ConvTranspose2d: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let plain = Conv2d(rows: rows, columns: columns, groups: groups)
    var epilogue = fovea_epilogue()
    if binding.inputs.count == 3 { epilogue.bias = UnsafePointer(binding.inputs[2].floats) }
    try binding.runInputGradient(of: plain, epilogue)
  }
}

extension KernelBinding {
  /// Runs the kernels that turn a convolution's results, input 0, into its image, by the weight, input 1.
  mutating func runInputGradient(
    of convolution: Conv2d, _ epilogue: fovea_epilogue
  ) throws(RuntimeError) {
    fitVectors(toChannels: outputs[0].shape[1])
    let kernels = kernels
    let isConstant = isConstant[1]
    var geometry = convolution.geometry(image: outputs[0].shape, output: inputs[0].shape)
    geometry.weights_change = !isConstant
    geometry.algorithm = try algorithm(.inputGradient, geometry)
    let packedBytes = fovea_conv2d_input_gradient_packed_bytes(kernels, &geometry)
    let packed =
      isConstant ? try lasting(bytes: packedBytes) : try workspace(bytes: packedBytes)
    let workspace = try workspace(
      bytes: fovea_conv2d_input_gradient_workspace_bytes(kernels, &geometry))
    let arguments = keep(
      fovea_conv2d_input_gradient_arguments(
        geometry: geometry, out_gradient: inputs[0].floats, weight: inputs[1].floats,
        packed: packed, workspace: workspace, in_gradient: outputs[0].floats, epilogue: epilogue))
    try pack(isConstant: isConstant, capacity: fovea_conv2d_max_steps) {
      fovea_conv2d_input_gradient_pack_steps(kernels, arguments, $0)
    }
    try run(
      capacity: fovea_conv2d_max_steps,
      scratchBytes: fovea_conv2d_input_gradient_scratch_bytes(kernels, &geometry)
    ) { fovea_conv2d_input_gradient_steps(kernels, arguments, $0) }
  }
}
