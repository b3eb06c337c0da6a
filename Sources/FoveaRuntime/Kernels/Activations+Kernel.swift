internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension LeakyReLU: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(binding.kernels.pointee.leaky_relu, slope: negativeSlope)
  }
}

extension LeakyReLUGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(
      binding.kernels.pointee.leaky_relu_gradient, result: binding.inputs[1].floats,
      slope: negativeSlope)
  }
}

extension Hardtanh: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(
      binding.kernels.pointee.hardtanh, minimum: minimum, maximum: maximum)
  }
}

extension HardtanhGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(
      binding.kernels.pointee.hardtanh_gradient, result: binding.inputs[1].floats,
      minimum: minimum, maximum: maximum)
  }
}

extension Sigmoid: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(binding.kernels.pointee.sigmoid)
  }
}

extension SiLU: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(binding.kernels.pointee.silu)
  }
}

extension SiLUGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(
      binding.kernels.pointee.silu_gradient, result: binding.inputs[1].floats)
  }
}

extension Hardsigmoid: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(binding.kernels.pointee.hardsigmoid)
  }
}

extension Hardswish: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(binding.kernels.pointee.hardswish)
  }
}

extension HardswishGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(
      binding.kernels.pointee.hardswish_gradient, result: binding.inputs[1].floats)
  }
}

extension KernelBinding {
  /// Runs a kernel over all elements of the first input, into the first result.
  mutating func activation(
    _ kernel: @escaping fovea_kernel, result: UnsafePointer<Float>? = nil, slope: Float = 0,
    minimum: Float = 0, maximum: Float = 0
  ) throws(RuntimeError) {
    let count = outputs[0].elementCount
    let arguments = keep(
      fovea_activation_arguments(
        count: count, in: inputs[0].floats, result: result, out: outputs[0].floats, slope: slope,
        minimum: minimum, maximum: maximum))
    try run(kernel, arguments, tasks: fovea_elementwise_tasks(count))
  }
}
