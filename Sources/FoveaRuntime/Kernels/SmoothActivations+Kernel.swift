internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension GELU: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let table = binding.kernels.pointee
    try binding.activation(approximate == .tanh ? table.gelu_tanh : table.gelu)
  }
}

extension GELUGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let table = binding.kernels.pointee
    try binding.activation(
      approximate == .tanh ? table.gelu_tanh_gradient : table.gelu_gradient,
      result: binding.inputs[1].floats)
  }
}

extension ELU: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(binding.kernels.pointee.elu, slope: alpha)
  }
}

extension ELUGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(
      binding.kernels.pointee.elu_gradient, result: binding.inputs[1].floats, slope: alpha)
  }
}

extension PReLU: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, slopes) = (binding.inputs[0], binding.inputs[1])
    try binding.expectRank(input.shape, self)
    // [C] as [C, 1, 1], to broadcast over what lies behind the channels.
    let behind = Array(repeating: 1, count: max(input.shape.rank - 2, 0))
    let perChannel = Operand(
      memory: slopes.memory, shape: Shape(slopes.shape.dimensions + behind))
    try binding.join(
      binding.kernels.pointee.broadcast_prelu, input, perChannel, into: binding.outputs[0])
  }
}

extension Softplus: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(binding.kernels.pointee.softplus, slope: beta, maximum: threshold)
  }
}

extension SoftplusGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(
      binding.kernels.pointee.softplus_gradient, result: binding.inputs[1].floats, slope: beta,
      maximum: threshold)
  }
}

extension Mish: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(binding.kernels.pointee.mish)
  }
}

extension MishGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.activation(
      binding.kernels.pointee.mish_gradient, result: binding.inputs[1].floats)
  }
}
