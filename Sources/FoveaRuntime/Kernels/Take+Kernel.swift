internal import CFoveaKernels
public import FoveaGraph
import FoveaTensors

extension Embedding: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (table, indices) = (binding.inputs[0], binding.inputs[1])
    var arguments = arguments(table: table.shape, indices: indices, &binding)
    arguments.in = UnsafePointer(table.floats)
    try binding.writeRowMajor(binding.outputs[0]) { (binding, out) throws(RuntimeError) in
      arguments.out = out
      let kept = binding.keep(arguments)
      try binding.run(
        binding.kernels.pointee.embedding, kept, tasks: fovea_embedding_tasks(kept))
    }
  }

  /// What result and gradient have in common.
  fileprivate func arguments(
    table: Shape, indices: Operand, _ binding: inout KernelBinding
  ) -> fovea_embedding_arguments {
    let path = binding.path
    var arguments = fovea_embedding_arguments()
    arguments.rows = table[0]
    arguments.width = table[1]
    arguments.count = indices.elementCount
    arguments.indices = UnsafePointer(indices.integers)
    arguments.padding = paddingIndex ?? -1
    arguments.status = binding.status { place in
      .tableIndex(path: path, index: Int(place) - 1, rows: table[0])
    }
    return arguments
  }
}

extension EmbeddingGradient: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let output = binding.outputs[0]
    var arguments = embedding.arguments(
      table: output.shape, indices: binding.inputs[1], &binding)
    arguments.in = UnsafePointer(try binding.rowMajor(binding.inputs[0]))
    arguments.out = output.floats
    let kept = binding.keep(arguments)
    try binding.run(
      binding.kernels.pointee.embedding_gradient, kept,
      tasks: fovea_embedding_gradient_tasks(kept))
  }
}

extension TakeElements: ExecutableOperation {
  public func bind(_ binding: inout KernelBinding) throws(RuntimeError) {
    let (input, output) = (binding.inputs[0], binding.outputs[0])
    guard output.elementCount > 0 else { return }
    try binding.expectRank(input.shape, self)
    try binding.expectRank(output.shape, self)
    let lists = lists
    var arguments = fovea_sum_of_places_arguments()
    arguments.source = (isTransposed ? result : source).elementCount
    arguments.result = lists.starts.count - 1
    arguments.outer = output.elementCount / arguments.result
    arguments.starts = binding.keep(lists.starts)
    arguments.places = binding.keep(lists.places)
    arguments.in = UnsafePointer(try binding.rowMajor(input))
    try binding.writeRowMajor(output) { (binding, out) throws(RuntimeError) in
      arguments.out = out
      let kept = binding.keep(arguments)
      try binding.run(
        binding.kernels.pointee.sum_of_places, kept, tasks: fovea_sum_of_places_tasks(kept))
    }
  }

  /// For each element of what is computed, the elements that it is the sum of: `places[starts[i]..<starts[i + 1]]`.
  private var lists: (starts: [Int32], places: [Int32]) {
    var starts: [Int32] = [0]
    guard isTransposed else {
      starts.reserveCapacity(places.count + 1)
      for place in places { starts.append(starts[starts.count - 1] + (place < 0 ? 0 : 1)) }
      return (starts, places.filter { $0 >= 0 })
    }
    var counts = [Int32](repeating: 0, count: source.elementCount)
    for place in places where place >= 0 { counts[Int(place)] += 1 }
    for count in counts { starts.append(starts[starts.count - 1] + count) }
    var next = starts
    var uses = [Int32](repeating: 0, count: Int(starts[starts.count - 1]))
    for (use, place) in places.enumerated() where place >= 0 {
      uses[Int(next[Int(place)])] = Int32(use)
      next[Int(place)] += 1
    }
    return (starts, uses)
  }
}
