internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension BatchNorm2d: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    binding.fitVectors(toChannels: binding.inputs[0].shape[1])
    let kernels = binding.kernels
    let arguments = binding.keep(
      binding.normalisation(epsilon: epsilon, isAffine: binding.inputs.count == 5))
    try binding.run(
      capacity: fovea_batch_norm_max_steps,
      scratchBytes: fovea_batch_norm_scratch_bytes(arguments.pointee.channels)
    ) { fovea_batch_norm_inference_steps(kernels, arguments, $0) }
  }
}

extension BatchNorm2dTraining: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(Output.runningMean.rawValue, 1), (Output.runningVariance.rawValue, 2)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.normaliseInTraining(
      self, isAffine: binding.inputs.count == 5, fovea_epilogue())
  }
}

extension BatchNorm2dGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.normalisationGradient(isAffine: binding.inputs.count == 5, fovea_epilogue())
  }
}

extension KernelBinding {
  /// What inference and training have in common: image, running statistics, weight and bias.
  fileprivate func normalisation(epsilon: Float, isAffine: Bool) -> fovea_batch_norm_arguments {
    let image = inputs[0].shape
    var arguments = fovea_batch_norm_arguments()
    arguments.rows = image[0] * image[2] * image[3]
    arguments.channels = image[1]
    arguments.epsilon = epsilon
    arguments.in = UnsafePointer(inputs[0].floats)
    arguments.running_mean = UnsafePointer(inputs[1].floats)
    arguments.running_variance = UnsafePointer(inputs[2].floats)
    if isAffine {
      arguments.weight = UnsafePointer(inputs[3].floats)
      arguments.bias = UnsafePointer(inputs[4].floats)
    }
    arguments.out = outputs[0].floats
    return arguments
  }

  /// Normalises with the batch's statistics, and ends with `epilogue`.
  mutating func normaliseInTraining(
    _ operation: BatchNorm2dTraining, isAffine: Bool, _ epilogue: fovea_epilogue
  ) throws(RuntimeError) {
    fitVectors(toChannels: inputs[0].shape[1])
    var arguments = normalisation(epsilon: operation.epsilon, isAffine: isAffine)
    arguments.momentum = operation.momentum
    arguments.workspace = try workspace(
      bytes: fovea_batch_norm_workspace_bytes(arguments.rows, arguments.channels)
    ).assumingMemoryBound(to: Float.self)
    func result(_ output: BatchNorm2dTraining.Output) -> UnsafeMutablePointer<Float> {
      outputs[output.rawValue].floats
    }
    arguments.mean = result(.mean)
    arguments.inverse_deviation = result(.inverseDeviation)
    arguments.new_running_mean = result(.runningMean)
    arguments.new_running_variance = result(.runningVariance)
    arguments.epilogue = epilogue
    let kept = keep(arguments)
    let table = kernels
    try run(
      capacity: fovea_batch_norm_max_steps,
      scratchBytes: fovea_batch_norm_scratch_bytes(arguments.channels)
    ) { fovea_batch_norm_training_steps(table, kept, $0) }
  }

  /// Normalises with statistics that a batch has had, and ends with `epilogue`.
  mutating func repeatNormalisation(
    isAffine: Bool, _ epilogue: fovea_epilogue
  ) throws(RuntimeError) {
    var arguments = normalisation(epsilon: 0, isAffine: isAffine)
    arguments.mean = inputs[1].floats
    arguments.inverse_deviation = inputs[2].floats
    arguments.epilogue = epilogue
    let kept = keep(arguments)
    let table = kernels
    try run(
      capacity: fovea_batch_norm_max_steps,
      scratchBytes: fovea_batch_norm_scratch_bytes(arguments.channels)
    ) { fovea_batch_norm_repeated_steps(table, kept, $0) }
  }

  /// The gradients of normalisation in training; that of the image ends with `epilogue`.
  mutating func normalisationGradient(
    isAffine: Bool, _ epilogue: fovea_epilogue
  ) throws(RuntimeError) {
    let image = inputs[0].shape
    fitVectors(toChannels: image[1])
    let (rows, channels) = (image[0] * image[2] * image[3], image[1])
    let workspace = try workspace(bytes: fovea_batch_norm_workspace_bytes(rows, channels))
    let arguments = keep(
      fovea_batch_norm_gradient_arguments(
        rows: rows, channels: channels, in: inputs[0].floats, out_gradient: inputs[1].floats,
        mean: inputs[2].floats, inverse_deviation: inputs[3].floats,
        weight: isAffine ? UnsafePointer(inputs[4].floats) : nil,
        workspace: workspace.assumingMemoryBound(to: Float.self),
        in_gradient: outputs[0].floats, weight_gradient: outputs[1].floats,
        bias_gradient: outputs[2].floats, epilogue: epilogue))
    let table = kernels
    try run(
      capacity: fovea_batch_norm_max_steps, scratchBytes: fovea_batch_norm_scratch_bytes(channels)
    ) { fovea_batch_norm_gradient_steps(table, arguments, $0) }
  }
}
