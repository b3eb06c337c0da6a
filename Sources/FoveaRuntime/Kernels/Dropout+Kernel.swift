internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension Dropout: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    let choices = choices(for: input.shape)
    guard choices != input.shape else {
      try binding.dropElements(
        from: input.floats, to: output.floats, count: output.elementCount, probability, stream)
      return
    }
    let factors = try binding.workspaceOperand(choices)
    try binding.fill(factors, with: 1)
    try binding.dropElements(
      from: factors.floats, to: factors.floats, count: factors.elementCount, probability, stream)
    try binding.join(binding.kernels.pointee.broadcast_multiply, input, factors, into: output)
  }
}

extension KernelBinding {
  /// Sets elements to 0 at random, and divides the others by what is left of 1.
  mutating func dropElements(
    from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, count: Int,
    _ probability: Float, _ stream: UInt64
  ) throws(RuntimeError) {
    let arguments = keep(
      fovea_dropout_arguments(
        count: count, in: source, out: target, probability: probability, seed: seed,
        stream: stream, step: step))
    try run(kernels.pointee.dropout, arguments, tasks: fovea_elementwise_tasks(count))
  }
}
