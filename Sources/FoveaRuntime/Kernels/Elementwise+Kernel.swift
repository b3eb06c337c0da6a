internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension Unary: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let table = binding.kernels.pointee
    let kernel =
      switch function {
      case .exp: table.exponential
      case .log: table.logarithm
      case .sqrt: table.square_root
      case .negate: table.negate
      case .tanh: table.hyperbolic_tangent
      }
    try binding.elementwise(kernel)
  }
}

extension Scale: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.elementwise(binding.kernels.pointee.scale_shift, scale: scale, shift: shift)
  }
}

extension ReLU: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.elementwise(binding.kernels.pointee.relu)
  }
}

extension ReLUGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.elementwise(
      binding.kernels.pointee.relu_gradient, result: binding.inputs[1].floats)
  }
}

extension KernelBinding {
  /// Runs a kernel over all elements of the first input, into the first result.
  mutating func elementwise(
    _ kernel: @escaping fovea_kernel, result: UnsafePointer<Float>? = nil, scale: Float = 0,
    shift: Float = 0
  ) throws(RuntimeError) {
    let count = outputs[0].elementCount
    let arguments = keep(
      fovea_elementwise_arguments(
        count: count, in: inputs[0].floats, result: result, out: outputs[0].floats, scale: scale,
        shift: shift))
    try run(kernel, arguments, tasks: fovea_elementwise_tasks(count))
  }

  /// Runs one kernel.
  mutating func run<Arguments>(
    _ kernel: @escaping fovea_kernel, _ arguments: UnsafePointer<Arguments>, tasks: Int,
    scratchBytes: Int = 0
  ) throws(RuntimeError) {
    try run(capacity: 1, scratchBytes: scratchBytes) { steps in
      steps[0] = fovea_step(kernel: kernel, arguments: arguments, tasks: tasks)
      return 1
    }
  }
}
