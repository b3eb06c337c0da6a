internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension Softmax: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.softmax(binding.kernels.pointee.softmax, axis: axis)
  }
}

extension LogSoftmax: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    [(0, 0)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    try binding.softmax(binding.kernels.pointee.log_softmax, axis: axis)
  }
}

extension KernelBinding {
  fileprivate mutating func softmax(
    _ kernel: @escaping fovea_kernel, axis: Int
  ) throws(RuntimeError) {
    let shape = inputs[0].shape
    let logical = shape.fromFirst(axis)
    let order = MemoryAxes(rank: shape.rank).order
    let place = order.firstIndex(of: logical) ?? 0
    let arguments = keep(
      fovea_softmax_arguments(
        outer: order[..<place].reduce(1) { $0 * shape[$1] }, length: shape[logical],
        inner: order[(place + 1)...].reduce(1) { $0 * shape[$1] }, in: inputs[0].floats,
        out: outputs[0].floats))
    guard shape.elementCount > 0 else { return }
    try run(kernel, arguments, tasks: fovea_softmax_tasks(arguments))
  }
}

extension CrossEntropy: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let kernels = binding.kernels
    var arguments = try arguments(&binding)
    arguments.loss = binding.outputs[0].floats
    let kept = binding.keep(arguments)
    try binding.run(capacity: fovea_cross_entropy_max_steps) {
      fovea_cross_entropy_steps(kernels, kept, $0)
    }
  }

  /// What loss and gradient have in common.
  fileprivate func arguments(
    _ binding: inout KernelBinding
  ) throws(RuntimeError) -> fovea_cross_entropy_arguments {
    let shape = binding.inputs[0].shape
    let (classes, path) = (shape[1], binding.path)
    var arguments = fovea_cross_entropy_arguments()
    arguments.rows = shape.elementCount / classes
    arguments.classes = classes
    arguments.logits = UnsafePointer(binding.inputs[0].floats)
    switch target {
    case .classIndices: arguments.labels = UnsafePointer(binding.inputs[1].integers)
    case .probabilities: arguments.targets = UnsafePointer(binding.inputs[1].floats)
    }
    arguments.ignore_index = ignoreIndex
    arguments.smoothing = labelSmoothing
    arguments.is_mean = reduction == .mean
    arguments.status = binding.status { row in
      .label(path: path, index: Int(row) - 1, classes: classes)
    }
    arguments.workspace = try binding.workspace(
      bytes: fovea_cross_entropy_workspace_bytes(arguments.rows, classes)
    ).assumingMemoryBound(to: Double.self)
    return arguments
  }
}

extension CrossEntropyGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let kernels = binding.kernels
    var arguments = try loss.arguments(&binding)
    arguments.gradient = UnsafePointer(binding.inputs[2].floats)
    arguments.logits_gradient = binding.outputs[0].floats
    if binding.outputs.count == 2 { arguments.targets_gradient = binding.outputs[1].floats }
    let kept = binding.keep(arguments)
    try binding.run(capacity: fovea_cross_entropy_max_steps) {
      fovea_cross_entropy_gradient_steps(kernels, kept, $0)
    }
  }
}
