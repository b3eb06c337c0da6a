internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension SGDUpdate: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (1, 2)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    var arguments = binding.update(settings: binding.inputs[3])
    arguments.weight_decay = weightDecay
    arguments.nesterov = nesterov
    try binding.update(binding.kernels.pointee.sgd_update, arguments)
  }
}

extension AdamUpdate: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (1, 2), (2, 3)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    var arguments = binding.update(settings: binding.inputs[4])
    arguments.second = UnsafePointer(binding.inputs[3].floats)
    arguments.new_second = binding.outputs[2].floats
    arguments.weight_decay = weightDecay
    arguments.beta2 = beta2
    arguments.epsilon = epsilon
    arguments.decoupled = decoupled
    try binding.update(binding.kernels.pointee.adam_update, arguments)
  }
}

extension KernelBinding {
  /// What all optimisers have in common: weight, gradient and a first state.
  func update(settings: Operand) -> fovea_optimizer_arguments {
    var arguments = fovea_optimizer_arguments()
    arguments.count = outputs[0].elementCount
    arguments.settings = UnsafePointer(settings.floats)
    arguments.weight = UnsafePointer(inputs[0].floats)
    arguments.gradient = UnsafePointer(inputs[1].floats)
    arguments.first = UnsafePointer(inputs[2].floats)
    arguments.new_weight = outputs[0].floats
    arguments.new_first = outputs[1].floats
    return arguments
  }

  mutating func update(
    _ kernel: @escaping fovea_kernel, _ arguments: fovea_optimizer_arguments
  ) throws(RuntimeError) {
    let kept = keep(arguments)
    try run(kernel, kept, tasks: fovea_elementwise_tasks(arguments.count))
  }
}
