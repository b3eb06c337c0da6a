internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

extension AllFinite: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let tasks = binding.inputs.map { fovea_elementwise_tasks($0.elementCount) }
    let total = tasks.reduce(0, +)
    let parts = try binding.workspace(bytes: total * MemoryLayout<Float>.stride)
      .assumingMemoryBound(to: Float.self)
    let table = binding.kernels.pointee
    var first = 0
    for (input, count) in zip(binding.inputs, tasks) {
      let arguments = binding.keep(
        fovea_all_finite_arguments(
          count: input.elementCount, in: input.floats, out: parts + first))
      try binding.run(table.all_finite, arguments, tasks: count)
      first += count
    }
    let arguments = binding.keep(
      fovea_all_finite_arguments(count: total, in: parts, out: binding.outputs[0].floats))
    try binding.run(table.all_finite_join, arguments, tasks: 1)
  }
}

extension Select: ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] {
    // The third first: a variable, where this is an update that may be left out.
    [(0, 2), (0, 1)]
  }

  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let count = binding.outputs[0].elementCount
    let arguments = binding.keep(
      fovea_select_arguments(
        count: count, condition: binding.inputs[0].floats, in: binding.inputs[1].floats,
        other: binding.inputs[2].floats, out: binding.outputs[0].floats))
    try binding.run(
      binding.kernels.pointee.select, arguments, tasks: fovea_elementwise_tasks(count))
  }
}
