internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// A convolution with what follows it: `activation(normalise(convolve(image)) + residual)`.
///
/// Inputs: image, weight; bias; running mean, running variance, and weight and bias of the
/// normalisation; residual; each where there is one.
struct FusedConv2d: FusableOperation {
  static let typeName = "FusedConv2d"

  /// A batch normalisation in inference.
  struct Normalisation: Hashable, Codable {
    let epsilon: Float
    let isAffine: Bool
    var inputCount: Int { isAffine ? 4 : 2 }
  }

  let convolution: Conv2d
  private(set) var normalisation: Normalisation?
  private(set) var hasResidual = false
  private(set) var activation = FusedActivation.none

  init(_ convolution: Conv2d) { self.convolution = convolution }

  var plain: any Operation { convolution }

  var name: String {
    ([Conv2d.typeName] + (normalisation == nil ? [] : [BatchNorm2d.typeName])
      + (hasResidual ? ["Add"] : []) + [activation.operationName].compactMap(\.self))
      .joined(separator: "+")
  }

  func absorbing(_ next: AbsorbableNode) -> (operation: FusedConv2d, newInputs: [Value])? {
    var joined = self
    if activation != .none { return nil }
    if let batchNorm = next.operation as? BatchNorm2d {
      guard next.position == 0, normalisation == nil, !hasResidual,
        next.isConstant.dropFirst().allSatisfy(\.self)
      else { return nil }
      joined.normalisation = Normalisation(
        epsilon: batchNorm.epsilon, isAffine: next.inputs.count == 5)
      return (joined, Array(next.inputs.dropFirst()))
    }
    if let addend = next.addend {
      guard !hasResidual else { return nil }
      joined.hasResidual = true
      return (joined, [addend])
    }
    guard let activation = FusedActivation(next.operation) else { return nil }
    joined.activation = activation
    return (joined, [])
  }

  /// Where inputs stand, for their number.
  private func positions(inputCount: Int) -> (bias: Int?, normalisation: Int?, residual: Int?) {
    let statistics = normalisation?.inputCount ?? 0
    let hasBias = inputCount - statistics - (hasResidual ? 1 : 0) == 3
    let next = hasBias ? 3 : 2
    return (
      hasBias ? 2 : nil, normalisation == nil ? nil : next,
      hasResidual ? next + statistics : nil
    )
  }

  func outputShapes(for inputs: [Shape]) throws(OperationError) -> [Shape] {
    let bias = positions(inputCount: inputs.count).bias.map { [inputs[$0]] } ?? []
    return try convolution.outputShapes(for: Array(inputs.prefix(2)) + bias)
  }

  func cost(inputs: [Shape], outputs: [Shape]) -> Cost {
    convolution.cost(inputs: Array(inputs.prefix(2)), outputs: outputs)
      + Cost(otherOperations: outputs[0].elementCount)
  }

  func spatialReach(inputs: [Shape]) -> SpatialReach { convolution.spatialReach(inputs: inputs) }

  func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    positions(inputCount: inputs.count).residual.map { [(0, $0)] } ?? []
  }

  func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    binding.fitVectors(toChannels: binding.outputs[0].shape[1])
    let kernels = binding.kernels
    let isConstant = binding.isConstant[1]
    var geometry = convolution.geometry(
      image: binding.inputs[0].shape, output: binding.outputs[0].shape)
    geometry.weights_change = !isConstant
    geometry.algorithm = try binding.algorithm(.forward, geometry)
    let (epilogue, scale) = try epilogue(&binding, channels: geometry.out_channels)
    let packedBytes = fovea_conv2d_forward_packed_bytes(kernels, &geometry)
    let packed =
      isConstant
      ? try binding.lasting(bytes: packedBytes) : try binding.workspace(bytes: packedBytes)
    let workspace = try binding.workspace(
      bytes: fovea_conv2d_forward_workspace_bytes(kernels, &geometry))
    let arguments = binding.keep(
      fovea_conv2d_forward_arguments(
        geometry: geometry, in: binding.inputs[0].floats, weight: binding.inputs[1].floats,
        weight_scale: scale, packed: packed, workspace: workspace,
        out: binding.outputs[0].floats, epilogue: epilogue))
    try binding.pack(isConstant: isConstant, capacity: fovea_conv2d_max_steps) {
      fovea_conv2d_forward_pack_steps(kernels, arguments, $0)
    }
    try binding.run(
      capacity: fovea_conv2d_max_steps,
      scratchBytes: fovea_conv2d_forward_scratch_bytes(kernels, &geometry)
    ) { fovea_conv2d_forward_steps(kernels, arguments, $0) }
  }

  /// What ends a sum, and what weights are multiplied by before, where a normalisation is folded.
  func epilogue(
    _ binding: inout KernelBinding, channels: Int
  ) throws(RuntimeError) -> (fovea_epilogue, weightScale: UnsafeMutablePointer<Float>?) {
    let positions = positions(inputCount: binding.inputs.count)
    var epilogue = fovea_epilogue(activation)
    epilogue.bias = positions.bias.map { UnsafePointer(binding.inputs[$0].floats) }
    epilogue.residual = positions.residual.map { UnsafePointer(binding.inputs[$0].floats) }
    guard let normalisation, let first = positions.normalisation else { return (epilogue, nil) }
    let folded = try binding.fold(
      normalisation, first: first, bias: epilogue.bias, channels: channels)
    epilogue.bias = UnsafePointer(folded.shift)
    return (epilogue, folded.scale)
  }
}

extension KernelBinding {
  /// Has a preparation compute what a normalisation makes of the weights and the bias before it.
  fileprivate mutating func fold(
    _ normalisation: FusedConv2d.Normalisation, first: Int, bias: UnsafePointer<Float>?,
    channels: Int
  ) throws(RuntimeError) -> (scale: UnsafeMutablePointer<Float>, shift: UnsafeMutablePointer<Float>)
  {
    let bytes = channels * MemoryLayout<Float>.stride
    let scale = try lasting(bytes: bytes).assumingMemoryBound(to: Float.self)
    let shift = try lasting(bytes: bytes).assumingMemoryBound(to: Float.self)
    var arguments = fovea_batch_norm_fold_arguments()
    arguments.channels = channels
    arguments.epsilon = normalisation.epsilon
    arguments.running_mean = UnsafePointer(inputs[first].floats)
    arguments.running_variance = UnsafePointer(inputs[first + 1].floats)
    if normalisation.isAffine {
      arguments.weight = UnsafePointer(inputs[first + 2].floats)
      arguments.bias = UnsafePointer(inputs[first + 3].floats)
    }
    arguments.convolution_bias = bias
    arguments.scale = scale
    arguments.shift = shift
    let kept = keep(arguments)
    let kernel = kernels.pointee.batch_norm_fold
    prepare(capacity: 1) { steps in
      steps[0] = fovea_step(kernel: kernel, arguments: kept, tasks: 1)
      return 1
    }
    return (scale, shift)
  }
}
