internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension Binary: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [0, 1].filter { inputs[$0] == outputs[0] }.map { (0, $0) }
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.expectRank(binding.outputs[0].shape, self)
    let table = binding.kernels.pointee
    let kernel =
      switch function {
      case .add: table.broadcast_add
      case .subtract: table.broadcast_subtract
      case .multiply: table.broadcast_multiply
      case .divide: table.broadcast_divide
      case .maximum: table.broadcast_maximum
      case .minimum: table.broadcast_minimum
      }
    try binding.join(kernel, binding.inputs[0], binding.inputs[1], into: binding.outputs[0])
  }
}

extension KernelBinding {
  /// Joins two operands that broadcast to a third, of at most `MemoryAxes.largestRank` axes.
  mutating func join(
    _ kernel: @escaping fovea_kernel, _ left: Operand, _ right: Operand, into output: Operand
  ) throws(RuntimeError) {
    let axes = MemoryAxes(rank: output.shape.rank)
    let pass = StridedPass(
      extents: axes.extents(of: output.shape),
      strides: [left, right, output].map { axes.strides(of: $0.shape) })
    let arguments = keep(
      pass.arguments(left: left.floats, right: right.floats, result: output.floats, scale: 1))
    try run(kernel, arguments, tasks: fovea_strided_tasks(arguments))
  }

  /// Memory for a tensor that is this operation's alone while it runs.
  mutating func workspaceOperand(_ shape: Shape) throws(RuntimeError) -> Operand {
    let bytes = shape.elementCount * MemoryLayout<Float>.size
    return Operand(memory: try workspace(bytes: bytes), shape: shape)
  }

  /// Writes one number into every element.
  mutating func fill(_ operand: Operand, with value: Float) throws(RuntimeError) {
    // A copy of one number with stride 0.
    try copy(
      from: keep(value), to: operand.floats, extents: [operand.elementCount], sourceStrides: [0],
      targetStrides: [1])
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
    try binding.fill(binding.outputs[0], with: value)
  }
}
