internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension RMSpropUpdate: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (1, 2), (2, 3)] + (centered ? [(3, 4)] : [])
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    var arguments = binding.update(settings: binding.inputs[centered ? 5 : 4])
    arguments.second = UnsafePointer(binding.inputs[3].floats)
    arguments.new_second = binding.outputs[2].floats
    if centered {
      arguments.third = UnsafePointer(binding.inputs[4].floats)
      arguments.new_third = binding.outputs[3].floats
    }
    arguments.weight_decay = weightDecay
    arguments.beta2 = alpha
    arguments.epsilon = epsilon
    try binding.update(binding.kernels.pointee.rmsprop_update, arguments)
  }
}

extension LionUpdate: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (1, 2)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    var arguments = binding.update(settings: binding.inputs[3])
    arguments.weight_decay = weightDecay
    arguments.beta2 = beta2
    try binding.update(binding.kernels.pointee.lion_update, arguments)
  }
}

extension AdamDirection: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 1), (1, 2), (2, 3)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    var arguments = binding.update(settings: binding.inputs[4])
    arguments.second = UnsafePointer(binding.inputs[3].floats)
    arguments.new_second = binding.outputs[2].floats
    arguments.weight_decay = weightDecay
    arguments.beta2 = beta2
    arguments.epsilon = epsilon
    try binding.update(binding.kernels.pointee.adam_direction, arguments)
  }
}
