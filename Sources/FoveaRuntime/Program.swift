internal import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

/// A graph that is planned for certain input shapes and ready to run.
///
/// Planning finds what is needed and when, lays every value out in one arena, and turns each node
/// into kernel calls. A run then allocates nothing, and gives the same bits for any number of threads.
/// Not for several threads at once.
public final class Program {
  /// The graph that runs.
  public let graph: Graph
  /// The memory of all values between a program's inputs and outputs, in bytes.
  public let arenaByteCount: Int
  /// Weights in the order of the kernels, which a program keeps beside the store's, in bytes.
  public let preparedByteCount: Int

  private let shapes: GraphShapes
  private let pool: ThreadPool
  private let variables: VariableStore
  private let arguments = ArgumentMemory()
  private let arena: AlignedMemory
  private let lasting: AlignedMemory
  private let scratch: AlignedMemory
  private let scratchStride: Int
  private let stepCounter: UnsafeMutablePointer<UInt64>
  private var steps: [fovea_step] = []
  private var preparation: [fovea_step] = []
  private var statusChecks: [KernelBinding.StatusCheck] = []
  private var preparedVersion: Int?
  private let pointers: [Value: UnsafeMutableRawPointer]

  /// Plans a graph.
  ///
  /// - Parameters:
  ///   - inputs: Shapes of inputs that differ from the declared ones.
  ///   - variables: The network's variables; several programs may share them.
  ///   - seed: The seed of random operations such as dropout.
  ///   - instructionSet: Which kernels run; the processor's best where left out.
  /// - Throws: `GraphError` where shapes do not fit, `RuntimeError` where something is missing.
  public init(
    _ graph: Graph, inputs: [String: Shape] = [:], variables: VariableStore, pool: ThreadPool,
    seed: UInt64 = 0, instructionSet: InstructionSet? = nil
  ) throws {
    try graph.validate()
    let isa = try instructionSet ?? InstructionSet.chosen()
    guard let kernels = isa.table else {
      throw RuntimeError.instructionSet(
        isa.rawValue, available: InstructionSet.available.map(\.rawValue))
    }
    let shapes = try graph.shapes(inputs: inputs)
    let storage = try StoragePlan(graph, shapes)
    let stepCounter = arguments.keep(UInt64(0))
    let updated = Set(graph.updates.keys)

    /// Binds a node's operation over memory that may not be there yet.
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
          return !updated.contains(variable.name)
        },
        step: UnsafePointer(stepCounter), seed: seed, arguments: arguments, allocator: allocator)
      try executable.bind(&binding)
      return binding
    }

    // First pass: how much workspace and lasting memory each node asks for.
    var blocks = storage.blocks
    var workspaceBlocks: [Int: Int] = [:]
    var lastingOffsets: [Int: Int] = [:]
    var (lastingBytes, scratchBytes) = (0, 0)
    let nowhere = try AlignedMemory(byteCount: 0).base
    for index in storage.liveNodes {
      let allocator = BindingAllocator(workspaceBase: nowhere, lastingBase: nowhere)
      guard
        let binding = try bind(
          index, pointers: [:], allocator: allocator, arguments: ArgumentMemory())
      else { continue }
      workspaceBlocks[index] = blocks.count
      blocks.append(
        StoragePlan.Block(
          byteCount: binding.allocator.workspaceBytes, first: index, last: index))
      lastingOffsets[index] = lastingBytes
      lastingBytes += binding.allocator.lastingBytes
      scratchBytes = max(scratchBytes, binding.scratchBytes)
    }

    let layout = ArenaLayout(blocks)
    let arena = try AlignedMemory(byteCount: layout.byteCount)
    let lasting = try AlignedMemory(byteCount: lastingBytes)
    var pointers: [Value: UnsafeMutableRawPointer] = [:]
    for (value, place) in storage.places {
      switch place {
      case .arena(let block): pointers[value] = arena.base + layout.offsets[block]
      case .variable(let node):
        guard let variable = graph.nodes[node].operation as? Variable else { continue }
        pointers[value] = try variables.pointer(to: variable)
      }
    }

    // Second pass: the same, over memory that is there.
    for index in storage.liveNodes {
      let workspace = workspaceBlocks[index].map { layout.offsets[$0] } ?? 0
      let allocator = BindingAllocator(
        workspaceBase: arena.base + workspace,
        lastingBase: lasting.base + (lastingOffsets[index] ?? 0))
      guard
        let binding = try bind(
          index, pointers: pointers, allocator: allocator, arguments: arguments)
      else { continue }
      steps += binding.steps
      preparation += binding.preparation
      if let check = binding.statusCheck { statusChecks.append(check) }
    }
    for (name, value) in storage.copiedUpdates {
      guard let source = pointers[value],
        let target = graph.source(named: name).flatMap({ pointers[$0] })
      else { throw RuntimeError.missingVariable(name) }
      steps += CopyKernel.steps(
        from: source, to: target, count: shapes[value].elementCount, kernels: kernels,
        arguments: arguments)
    }

    self.graph = graph
    self.shapes = shapes
    self.pool = pool
    self.variables = variables
    self.arena = arena
    self.lasting = lasting
    self.pointers = pointers
    self.stepCounter = stepCounter
    scratchStride = AlignedMemory.rounded(scratchBytes)
    scratch = try AlignedMemory(byteCount: scratchStride * pool.threadCount)
    arenaByteCount = layout.byteCount
    preparedByteCount = lastingBytes
  }

  /// Runs the graph once and writes its updates back into the variables.
  ///
  /// - Parameters:
  ///   - inputs: A tensor for each input, in the shape that was planned.
  ///   - step: The number of the run, from which random operations draw; the same number gives the
  ///     same numbers.
  /// - Throws: `RuntimeError` where an input is missing or does not fit, or a label is no class; in
  ///   the latter case updates have been written already.
  public func run(_ inputs: [String: Tensor], step: UInt64 = 0) throws(RuntimeError) {
    for (index, node) in graph.nodes.enumerated() {
      guard let input = node.operation as? Input else { continue }
      let value = Value(node: index)
      let expected = shapes[value]
      guard let tensor = inputs[input.name] else {
        throw .missingInput(input.name, expected: expected)
      }
      guard tensor.shape == expected else {
        throw .inputShape(input.name, expected: expected, actual: tensor.shape)
      }
      guard tensor.elementType == input.outputElementType else {
        throw .inputElementType(
          input.name, expected: input.outputElementType, actual: tensor.elementType)
      }
      // An input that no live node reads has no memory.
      guard let target = pointers[value] else { continue }
      tensor.reordered(.channelsLast).withUnsafeBytes { bytes in
        if let source = bytes.baseAddress {
          target.copyMemory(from: source, byteCount: bytes.count)
        }
      }
    }
    stepCounter.pointee = step
    for check in statusChecks { check.status.pointee = 0 }
    if preparedVersion != variables.version {
      execute(preparation)
      preparedVersion = variables.version
    }
    execute(steps)
    if !graph.updates.isEmpty { variables.markChanged() }
    for check in statusChecks where check.status.pointee != 0 {
      throw check.failure(check.status.pointee)
    }
  }

  private func execute(_ steps: [fovea_step]) {
    steps.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      fovea_pool_run(pool.pool, base, buffer.count, scratch.base, scratchStride)
    }
  }

  /// Reads an output of the last run without copying it; images are channels-last.
  ///
  /// - Throws: `GraphError.unknownName` where there is no such output.
  public func withOutput<Result>(
    _ name: String, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) throws -> Result {
    let value = try graph.output(named: name)
    guard let memory = pointers[value] else { throw RuntimeError.missingVariable(name) }
    return try body(
      UnsafeBufferPointer(
        start: memory.assumingMemoryBound(to: Float.self), count: shapes[value].elementCount))
  }

  /// A copy of an output of the last run, in row-major order.
  ///
  /// - Throws: `GraphError.unknownName` where there is no such output.
  public func output(_ name: String) throws -> Tensor {
    let shape = shapes[try graph.output(named: name)]
    return try withOutput(name) { source in
      Tensor(shape, order: .channelsLast, filling: Float.self) { target in
        _ = target.update(fromContentsOf: source)
      }
    }.reordered(.rowMajor)
  }
}
