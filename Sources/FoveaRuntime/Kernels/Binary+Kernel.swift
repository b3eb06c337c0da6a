internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension Binary: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [0, 1].filter { inputs[$0] == outputs[0] }.map { (0, $0) }
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let output = binding.outputs[0]
    try binding.expectRank(output.shape, self)
    let axes = MemoryAxes(rank: output.shape.rank)
    let operands = binding.inputs.map { axes.strides(of: $0.shape) }
    let pass = StridedPass(
      extents: axes.extents(of: output.shape),
      strides: operands + [axes.strides(of: output.shape)])
    let arguments = binding.keep(
      pass.arguments(
        left: binding.inputs[0].floats, right: binding.inputs[1].floats, result: output.floats,
        scale: 1))
    let table = binding.kernels.pointee
    let kernel =
      switch function {
      case .add: table.broadcast_add
      case .subtract: table.broadcast_subtract
      case .multiply: table.broadcast_multiply
      case .divide: table.broadcast_divide
      }
    try binding.run(kernel, arguments, tasks: fovea_strided_tasks(arguments))
  }
}

extension BroadcastTo: ExecutableOperation {
  public func isView(inputs: [Shape], outputs: [Shape]) -> Bool { inputs[0] == outputs[0] }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    try binding.expectRank(output.shape, self)
    let axes = MemoryAxes(rank: output.shape.rank)
    let copies = output.elementCount / max(input.elementCount, 1)
    try binding.copy(
      from: input.floats, to: output.floats, extents: axes.extents(of: output.shape),
      sourceStrides: axes.strides(of: input.shape), targetStrides: axes.strides(of: output.shape),
      scale: averaging ? 1 / Float(copies) : 1)
  }
}

extension Constant: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    // A copy of one number with stride 0.
    let source = binding.keep(value)
    try binding.copy(
      from: source, to: binding.outputs[0].floats, extents: [binding.outputs[0].elementCount],
      sourceStrides: [0], targetStrides: [1])
  }
}
