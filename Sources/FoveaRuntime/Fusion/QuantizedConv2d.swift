internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// A convolution on 8-bit numbers, with what is fused with it; inputs as of `FusedConv2d`.
struct QuantizedConv2d: ExecutableOperation {
  static let typeName = "QuantizedConv2d"

  let fused: FusedConv2d
  let input: Quantization.Input

  var name: String { "Quantized" + fused.name }

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    try fused.outputShapes(for: inputs)
  }

  func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    fused.cost(inputs: inputs, outputs: outputs)
  }

  func spatialReach(inputs: [Shape]) -> SpatialReach { fused.spatialReach(inputs: inputs) }

  func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    fused.overwritable(inputs: inputs, outputs: outputs)
  }

  func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let kernels = binding.kernels
    var geometry = fused.convolution.geometry(
      image: binding.inputs[0].shape, output: binding.outputs[0].shape)
    let (epilogue, scale) = try fused.epilogue(&binding, channels: geometry.out_channels)
    let packed = try binding.lasting(
      bytes: fovea_quantized_conv2d_packed_bytes(kernels, &geometry))
    let workspace = try binding.workspace(
      bytes: fovea_quantized_conv2d_workspace_bytes(kernels, &geometry))
    let arguments = binding.keep(
      fovea_quantized_conv2d_arguments(
        geometry: geometry, in: binding.inputs[0].floats, input_scale: input.scale,
        zero_point: Int32(input.zeroPoint), weight: binding.inputs[1].floats, weight_scale: scale,
        packed: packed, workspace: workspace, out: binding.outputs[0].floats, epilogue: epilogue))
    binding.prepare(capacity: fovea_conv2d_max_steps) {
      fovea_quantized_conv2d_pack_steps(kernels, arguments, $0)
    }
    try binding.run(capacity: fovea_conv2d_max_steps) {
      fovea_quantized_conv2d_steps(kernels, arguments, $0)
    }
  }
}

extension FusedConv2d {
  /// A convolution, fused or not; `nil` for other operations.
  init?(of operation: any Operation) {
    switch operation {
    case let fused as FusedConv2d: self = fused
    case let convolution as Conv2d: self.init(convolution)
    default: return nil
    }
  }
}
