internal import CFoveaKernels
import FoveaGraph
import FoveaTensors

/// Turns nodes into kernel calls, over memory that is there or not.
struct Binder {
  let graph: Graph
  let shapes: GraphShapes
  let kernels: UnsafePointer<fovea_kernel_table>
  let step: UnsafePointer<UInt64>
  let seed: UInt64
  let precision: Precision
  let tuner: AlgorithmTuner?
  let pool: ThreadPool

  /// What nodes ask for besides the memory of their values.
  struct Needs {
    /// A block for each node, in the order of the nodes.
    var workspaces: [StoragePlan.Block] = []
    var lastingBytes = 0
    var scratchBytes = 0
  }

  /// Binds each node over no memory, to learn what it asks for.
  func needs(of nodes: [Int]) throws(RuntimeError) -> Needs {
    var needs = Needs()
    let nowhere = try AlignedMemory(byteCount: 0).base
    for index in nodes {
      let binding = try bind(
        index, pointers: [:],
        allocator: BindingAllocator(workspaceBase: nowhere, lastingBase: nowhere),
        arguments: ArgumentMemory())
      let workspaceBytes = binding?.allocator.workspaceBytes ?? 0
      needs.workspaces.append(
        StoragePlan.Block(byteCount: workspaceBytes, first: index, last: index))
      needs.lastingBytes += binding?.allocator.lastingBytes ?? 0
      needs.scratchBytes = max(needs.scratchBytes, binding?.scratchBytes ?? 0)
    }
    return needs
  }

  /// What a node runs; `nil` for a source, and for a view of another value.
  func bind(
    _ index: Int, pointers: [Value: UnsafeMutableRawPointer], allocator: BindingAllocator,
    arguments: ArgumentMemory
  ) throws(RuntimeError) -> KernelBinding? {
    let node = graph.nodes[index]
    if node.operation is Input || node.operation is Variable { return nil }
    guard let executable = node.operation as? any ExecutableOperation else {
      throw .noKernel(node.operation.name, path: node.path)
    }
    let inputShapes = node.inputs.map { shapes[$0] }
    if executable.isView(inputs: inputShapes, outputs: shapes[node: index]) { return nil }
    func operand(_ value: Value) -> Operand {
      Operand(memory: pointers[value] ?? allocator.workspaceBase, shape: shapes[value])
    }
    var binding = KernelBinding(
      inputs: node.inputs.map(operand),
      outputs: shapes[node: index].indices.map { operand(Value(node: index, output: $0)) },
      path: node.path, kernels: kernels,
      isConstant: node.inputs.map {
        guard let variable = graph.nodes[$0.node].operation as? Variable else { return false }
        return graph.updates[variable.name] == nil
      }, step: step, seed: seed, precision: precision, tuner: tuner, pool: pool,
      arguments: arguments, allocator: allocator)
    try executable.bind(&binding)
    return binding
  }
}
