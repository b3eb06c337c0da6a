internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension Reduce: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let input = binding.inputs[0].shape
    try binding.expectRank(input, self)
    let reduced = Set(axes.map(input.fromFirst))
    let plan = ReductionPlan(
      input: input, output: binding.outputs[0].shape, reduced: reduced,
      keepDimensions: keepDimensions)
    switch function {
    case .sum: try binding.sum(plan, scale: 1)
    case .mean: try binding.sum(plan, scale: 1 / Float(plan.reducedCount))
    case .max:
      let arguments = binding.keep(
        plan.arguments(from: binding.inputs[0].floats, to: binding.outputs[0].floats))
      try binding.run(
        binding.kernels.pointee.reduce_max, arguments, tasks: fovea_reduce_tasks(arguments))
    }
  }
}

extension SumTo: ExecutableOperation {
  public func isView(inputs: [Shape], outputs: [Shape]) -> Bool { inputs[0] == outputs[0] }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0].shape, binding.outputs[0].shape)
    try binding.expectRank(input, self)
    let missing = input.rank - output.rank
    let reduced = (0..<input.rank).filter { axis in
      axis < missing || output[axis - missing] != input[axis]
    }
    // Axes that the output lacks altogether go away; the others stay with extent 1.
    let plan = ReductionPlan(
      input: input, output: output, reduced: Set(reduced), keepDimensions: true, missing: missing)
    try binding.sum(plan, scale: averaging ? 1 / Float(plan.reducedCount) : 1)
  }
}

extension MaxGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, largest) = (binding.inputs[0].shape, binding.inputs[1].shape)
    try binding.expectRank(input, self)
    let reduced = Set((0..<input.rank).filter { largest[$0] != input[$0] })
    let plan = ReductionPlan(input: input, output: largest, reduced: reduced, keepDimensions: true)
    var arguments = plan.arguments(
      from: binding.inputs[0].floats, to: binding.outputs[0].floats)
    arguments.largest = UnsafePointer(binding.inputs[1].floats)
    arguments.gradient = UnsafePointer(binding.inputs[2].floats)
    let kept = binding.keep(arguments)
    try binding.run(
      binding.kernels.pointee.max_gradient, kept, tasks: fovea_reduce_tasks(kept))
  }
}

/// Which axes of an input stay and which go, with neighbours joined where memory allows it.
struct ReductionPlan {
  let kept: StridedPass
  let reduced: StridedPass

  /// - Parameters:
  ///   - keepDimensions: Whether reduced axes stay in the output with extent 1.
  ///   - missing: With `keepDimensions`, how many leading axes the output lacks all the same.
  init(
    input: Shape, output: Shape, reduced: Set<Int>, keepDimensions: Bool, missing: Int = 0
  ) {
    let strides = MemoryOrder.channelsLast.strides(of: input)
    let remaining = (0..<input.rank).filter { !reduced.contains($0) }
    // The output's axes as the input numbers them, in the order of the output's memory.
    let outputAxes =
      keepDimensions
      ? MemoryAxes(rank: output.rank).order.map { $0 + missing }.filter { !reduced.contains($0) }
      : MemoryAxes(rank: output.rank).order.map { remaining[$0] }
    let reducedAxes = MemoryAxes(rank: input.rank).order.filter(reduced.contains)
    kept = StridedPass(
      extents: outputAxes.map { input[$0] }, strides: [outputAxes.map { strides[$0] }])
    self.reduced = StridedPass(
      extents: reducedAxes.map { input[$0] }, strides: [reducedAxes.map { strides[$0] }])
  }

  var reducedCount: Int { reduced.extents.reduce(1, *) }

  /// Rows and columns, where the input is a dense matrix whose rows are summed.
  var matrix: (rows: Int, columns: Int)? {
    guard kept.extents.count == 1, kept.strides[0] == [1], reduced.extents.count == 1,
      reduced.strides[0] == [kept.extents[0]]
    else { return nil }
    return (reduced.extents[0], kept.extents[0])
  }

  func arguments(
    from input: UnsafePointer<Float>, to output: UnsafeMutablePointer<Float>
  ) -> fovea_reduce_arguments {
    var arguments = fovea_reduce_arguments()
    arguments.in = input
    arguments.out = output
    arguments.kept_rank = kept.extents.count
    arguments.reduced_rank = reduced.extents.count
    StridedPass.fill(&arguments.kept_extents, kept.extents)
    StridedPass.fill(&arguments.kept_strides, kept.strides[0])
    StridedPass.fill(&arguments.reduced_extents, reduced.extents)
    StridedPass.fill(&arguments.reduced_strides, reduced.strides[0])
    return arguments
  }
}

extension KernelBinding {
  /// Sums the first input into the first result.
  fileprivate mutating func sum(_ plan: ReductionPlan, scale: Float) throws(RuntimeError) {
    let kernels = kernels
    guard let (rows, columns) = plan.matrix else {
      var arguments = plan.arguments(from: inputs[0].floats, to: outputs[0].floats)
      arguments.scale = scale
      let kept = keep(arguments)
      try run(kernels.pointee.reduce_sum, kept, tasks: fovea_reduce_tasks(kept))
      return
    }
    let workspace = try workspace(bytes: fovea_reduce_rows_workspace_bytes(rows, columns))
    let arguments = keep(
      fovea_reduce_rows_arguments(
        rows: rows, columns: columns, in: inputs[0].floats,
        workspace: workspace.assumingMemoryBound(to: Double.self), out: outputs[0].floats,
        scale: scale))
    try run(capacity: fovea_reduce_rows_steps_count) {
      fovea_reduce_rows_steps(kernels, arguments, $0)
    }
  }
}
