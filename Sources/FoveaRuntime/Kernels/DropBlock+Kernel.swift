internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension DropBlock: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    let squares = squares(on: input.shape)
    // 0 where a square begins, and a negative number elsewhere: so the largest number that reaches a
    // pixel is 0 where a square covers it.
    let corners = try binding.workspaceOperand(squares.corners)
    try binding.fill(corners, with: -1)
    try binding.dropElements(
      from: corners.floats, to: corners.floats, count: corners.elementCount,
      squares.probability, stream)
    let mask = try binding.workspaceOperand(input.shape)
    try binding.spread(corners, overSide: squares.side, into: mask)
    // Over its mean, the mask is positive and has mean 1; where nothing is left, all is 0.
    let mean = try binding.workspaceOperand([1, 1, 1, 1])
    try binding.mean(of: mask, into: mean)
    let table = binding.kernels.pointee
    let shifted = binding.keep(
      fovea_elementwise_arguments(
        count: 1, in: mean.floats, result: nil, out: mean.floats, scale: 1, shift: -1e-12))
    try binding.run(table.scale_shift, shifted, tasks: fovea_elementwise_tasks(1))
    try binding.join(table.broadcast_divide, mask, mean, into: mask)
    try binding.join(table.broadcast_multiply, input, mask, into: output)
  }
}

extension StopGradient: ExecutableOperation {
  public func isView(inputs: [Shape], outputs: [Shape]) -> Bool { true }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    try binding.copy(
      from: input.floats, to: output.floats, extents: [output.elementCount], sourceStrides: [1],
      targetStrides: [1])
  }
}

extension KernelBinding {
  /// For each pixel, the largest number of the corners whose squares cover it.
  fileprivate mutating func spread(
    _ corners: Operand, overSide side: Int, into mask: Operand
  ) throws(RuntimeError) {
    var arguments = fovea_pool2d_arguments()
    (arguments.batch, arguments.channels) = (mask.shape[0], mask.shape[1])
    (arguments.in_height, arguments.in_width) = (corners.shape[2], corners.shape[3])
    (arguments.out_height, arguments.out_width) = (mask.shape[2], mask.shape[3])
    (arguments.kernel_height, arguments.kernel_width) = (side, side)
    (arguments.stride_height, arguments.stride_width) = (1, 1)
    (arguments.dilation_height, arguments.dilation_width) = (1, 1)
    (arguments.pad_top, arguments.pad_left) = (side - 1, side - 1)
    (arguments.pad_bottom, arguments.pad_right) = (side - 1, side - 1)
    arguments.in = UnsafePointer(corners.floats)
    arguments.out = mask.floats
    let kept = keep(arguments)
    try run(kernels.pointee.max_pool2d, kept, tasks: fovea_pool2d_tasks(kept))
  }

  fileprivate mutating func mean(of input: Operand, into output: Operand) throws(RuntimeError) {
    let plan = ReductionPlan(
      input: input.shape, output: output.shape, reduced: [0, 1, 2, 3], keepDimensions: true)
    var arguments = plan.arguments(from: input.floats, to: output.floats)
    arguments.scale = 1 / Float(input.elementCount)
    let reduction = keep(arguments)
    try run(kernels.pointee.reduce_sum, reduction, tasks: fovea_reduce_tasks(reduction))
  }
}
