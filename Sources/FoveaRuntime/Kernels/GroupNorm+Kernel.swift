internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

// Every element of a result depends on many of the input; but the kernels read what they sum over
// before they write, so that results may lie over inputs all the same.

extension GroupNorm: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.normalise(
      GroupedLayout(binding.inputs[0].shape, groups: groups), epsilon: epsilon, self)
  }
}

extension GroupNormGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.normalisationGradient(
      GroupedLayout(binding.inputs[0].shape, groups: groups), self)
  }
}

extension LayerNorm: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.normalise(
      GroupedLayout(binding.inputs[0].shape, axes: axes), epsilon: epsilon, self)
  }
}

extension LayerNormGradient: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.normalisationGradient(GroupedLayout(binding.inputs[0].shape, axes: axes), self)
  }
}

extension KernelBinding {
  fileprivate mutating func normalise(
    _ layout: GroupedLayout, epsilon: Float, _ operation: any Operation
  ) throws(RuntimeError) {
    if layout.rows > 1 { fitVectors(toChannels: layout.channels) }
    let parameters = inputs.dropFirst().map {
      Operand(memory: $0.memory, shape: layout.parameterShape)
    }
    let joined = layout.hasChannelParameters ? parameters : []
    let workspace = try normalisationWorkspace(layout)
    let arguments = keep(
      fovea_group_norm_arguments(
        images: layout.images, rows: layout.rows, channels: layout.channels,
        groups: layout.groups, epsilon: epsilon, in: inputs[0].floats,
        weight: joined.first.map { UnsafePointer($0.floats) },
        bias: joined.dropFirst().first.map { UnsafePointer($0.floats) }, workspace: workspace,
        out: outputs[0].floats, mean: outputs[1].floats, inverse_deviation: outputs[2].floats))
    let table = kernels
    try run(capacity: fovea_group_norm_max_steps, scratchBytes: layout.scratchBytes) {
      fovea_group_norm_steps(table, arguments, $0)
    }
    guard !layout.hasChannelParameters, !parameters.isEmpty else { return }
    try expectRank(outputs[0].shape, operation)
    let joins = [kernels.pointee.broadcast_multiply, kernels.pointee.broadcast_add]
    for (kernel, parameter) in zip(joins, parameters) {
      try join(kernel, outputs[0], parameter, into: outputs[0])
    }
  }

  fileprivate mutating func normalisationGradient(
    _ layout: GroupedLayout, _ operation: any Operation
  ) throws(RuntimeError) {
    if layout.rows > 1 { fitVectors(toChannels: layout.channels) }
    let weight = inputs.dropFirst(4).first.map {
      Operand(memory: $0.memory, shape: layout.parameterShape)
    }
    guard !layout.hasChannelParameters, let weight else {
      try normalisationGradient(layout, upstream: inputs[1], weight: weight)
      return
    }
    try expectRank(inputs[0].shape, operation)
    let table = kernels.pointee
    // The bias' gradient first, as the input's may be written over the output's.
    try sum(inputs[1], into: outputs[2], keeping: layout.parameterAxes)
    // What the input was normalised to, times the output's gradient, makes the weight's.
    let products = try workspaceOperand(inputs[0].shape)
    func viewed(_ operand: Operand, as shape: Shape) -> Operand {
      Operand(memory: operand.memory, shape: shape)
    }
    let normalised = viewed(products, as: layout.tensorShape)
    let statistics = inputs[2...3].map { viewed($0, as: layout.statisticShape) }
    try join(
      table.broadcast_subtract, viewed(inputs[0], as: layout.tensorShape), statistics[0],
      into: normalised)
    try join(table.broadcast_multiply, normalised, statistics[1], into: normalised)
    try join(table.broadcast_multiply, products, inputs[1], into: products)
    try sum(products, into: outputs[1], keeping: layout.parameterAxes)
    // The same memory then takes the gradient of what was normalised.
    try join(table.broadcast_multiply, inputs[1], weight, into: products)
    try normalisationGradient(layout, upstream: products, weight: nil)
  }

  /// The gradient of the input from that of the output, and those of weight and bias with a weight.
  private mutating func normalisationGradient(
    _ layout: GroupedLayout, upstream: Operand, weight: Operand?
  ) throws(RuntimeError) {
    let workspace = try normalisationWorkspace(layout)
    let arguments = keep(
      fovea_group_norm_gradient_arguments(
        images: layout.images, rows: layout.rows, channels: layout.channels,
        groups: layout.groups, in: inputs[0].floats, out_gradient: upstream.floats,
        mean: inputs[2].floats, inverse_deviation: inputs[3].floats,
        weight: weight.map { UnsafePointer($0.floats) }, workspace: workspace,
        in_gradient: outputs[0].floats, weight_gradient: weight.map { _ in outputs[1].floats },
        bias_gradient: weight.map { _ in outputs[2].floats }))
    let table = kernels
    try run(capacity: fovea_group_norm_max_steps, scratchBytes: layout.scratchBytes) {
      fovea_group_norm_gradient_steps(table, arguments, $0)
    }
  }

  private mutating func normalisationWorkspace(
    _ layout: GroupedLayout
  ) throws(RuntimeError) -> UnsafeMutablePointer<Float> {
    try workspace(bytes: layout.workspaceBytes).assumingMemoryBound(to: Float.self)
  }

  /// Sums over all axes but some.
  private mutating func sum(
    _ input: Operand, into output: Operand, keeping kept: Range<Int>
  ) throws(RuntimeError) {
    let reduced = Set((0..<input.shape.rank).filter { !kept.contains($0) })
    let plan = ReductionPlan(
      input: input.shape, output: output.shape, reduced: reduced, keepDimensions: false)
    var arguments = plan.arguments(from: input.floats, to: output.floats)
    arguments.scale = 1
    let reduction = keep(arguments)
    try run(kernels.pointee.reduce_sum, reduction, tasks: fovea_reduce_tasks(reduction))
  }
}
