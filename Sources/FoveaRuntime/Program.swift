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

  private let planned: Graph
  /// What the steps stand for, in the order in which they run.
  private(set) var stages: [Stage] = []
  private(set) var steps: [fovea_step] = []

  private let shapes: GraphShapes
  private let pool: ThreadPool
  private let variables: VariableStore
  private let arguments = ArgumentMemory()
  private let arena: AlignedMemory
  private let lasting: AlignedMemory
  private let scratch: AlignedMemory
  private let scratchStride: Int
  private let stepCounter: UnsafeMutablePointer<UInt64>
  private var preparation: [fovea_step] = []
  private var statusChecks: [KernelBinding.StatusCheck] = []
  private var preparedVersion: Int?
  private let pointers: [Value: UnsafeMutableRawPointer]
  /// For each planned node, the number of steps up to its own last.
  private var stepEnds: [Int: Int] = [:]

  /// Plans a graph.
  ///
  /// - Parameters:
  ///   - inputs: Shapes of inputs that differ from the declared ones.
  ///   - variables: The network's variables; several programs may share them.
  ///   - seed: The seed of random operations such as dropout.
  ///   - instructionSet: Which kernels run; the processor's best where left out.
  ///   - options: How exact arithmetic has to be, and what planning may do.
  ///   - tuner: Where choices between algorithms are timed and remembered; a model of their work
  ///     alone decides where left out.
  /// - Throws: `GraphError` where shapes do not fit, `RuntimeError` where something is missing,
  ///   `QuantizationError` where the options' does not belong to the graph.
  public init(
    _ graph: Graph, inputs: [String: Shape] = [:], variables: VariableStore, pool: ThreadPool,
    seed: UInt64 = 0, instructionSet: InstructionSet? = nil,
    options: PlanOptions = PlanOptions(), tuner: AlgorithmTuner? = nil
  ) throws {
    let stepCounter = arguments.keep(UInt64(0))
    // First pass: how much memory each node asks for.
    let plan = try ProgramPlan(
      graph, inputs: inputs, instructionSet: instructionSet, options: options, seed: seed,
      step: stepCounter, tuner: tuner, pool: pool)
    let (planned, shapes, storage) = (plan.graph, plan.shapes, plan.storage)
    let (binder, needs, layout) = (plan.binder, plan.needs, plan.layout)
    let arena = try AlignedMemory(byteCount: layout.byteCount)
    let lasting = try AlignedMemory(byteCount: needs.lastingBytes)
    var pointers: [Value: UnsafeMutableRawPointer] = [:]
    for (value, place) in storage.places {
      switch place {
      case .arena(let block): pointers[value] = arena.base + layout.offsets[block]
      case .variable(let node):
        guard let variable = planned.nodes[node].operation as? Variable else { continue }
        pointers[value] = try variables.pointer(to: variable)
      }
    }

    // Second pass: the same, over memory that is there.
    var lastingOffset = 0
    for (order, index) in storage.liveNodes.enumerated() {
      let allocator = BindingAllocator(
        workspaceBase: arena.base + layout.offsets[storage.blocks.count + order],
        lastingBase: lasting.base + lastingOffset)
      guard
        let binding = try binder.bind(
          index, pointers: pointers, allocator: allocator, arguments: arguments)
      else { continue }
      lastingOffset += binding.allocator.lastingBytes
      let first = steps.count
      steps += binding.steps
      stages.append(Stage(of: index, in: planned, shapes, steps: first..<steps.count))
      stepEnds[index] = steps.count
      preparation += binding.preparation
      if let check = binding.statusCheck { statusChecks.append(check) }
    }
    let kept = arguments
    func copy(
      _ value: Value, from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer
    ) -> fovea_step {
      CopyKernel.step(
        from: source, to: target, count: shapes[value].elementCount, kernels: binder.kernels,
        arguments: kept)
    }
    var lastPointers = pointers
    for (value, block) in storage.keptValues {
      guard let source = pointers[value] else { continue }
      let target = arena.base + layout.offsets[block]
      stages.append(
        Stage(copying: shapes[value], path: planned.nodes[value.node].path, step: steps.count))
      steps.append(copy(value, from: source, to: target))
      lastPointers[value] = target
    }
    for (name, value) in storage.copiedUpdates {
      guard let source = lastPointers[value],
        let target = planned.source(named: name).flatMap({ pointers[$0] })
      else { throw RuntimeError.missingVariable(name) }
      stages.append(Stage(copying: shapes[value], path: name, step: steps.count))
      steps.append(copy(value, from: source, to: target))
    }

    self.graph = graph
    self.planned = planned
    self.shapes = shapes
    self.pool = pool
    self.variables = variables
    self.arena = arena
    self.lasting = lasting
    self.pointers = lastPointers
    self.stepCounter = stepCounter
    scratchStride = AlignedMemory.rounded(needs.scratchBytes)
    scratch = try AlignedMemory(byteCount: scratchStride * pool.threadCount)
    arenaByteCount = layout.byteCount
    preparedByteCount = needs.lastingBytes
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
    try begin(inputs, step: step)
    execute(steps[...])
    try end()
  }

  /// Runs the graph once and goes on past one of its outputs, a scalar, only where its value is right.
  ///
  /// - Parameters:
  ///   - inputs: A tensor for each input, in the shape that was planned.
  ///   - step: The number of the run, from which random operations draw.
  ///   - name: The output that is looked at as soon as it is computed.
  ///   - isRight: Says whether to go on.
  /// - Returns: Whether the run went on; else variables whose new value depends on the output are as
  ///   they were.
  /// - Throws: As `run(_:step:)`; `GraphError.unknownName` where there is no such output.
  public func run(
    _ inputs: [String: Tensor], step: UInt64 = 0, checking name: String,
    _ isRight: (Float) -> Bool
  ) throws -> Bool {
    let node = try planned.output(named: name).node
    // Nodes run in the graph's order; a view has no steps of its own.
    let end = stepEnds.lazy.filter { $0.key <= node }.map(\.value).max() ?? 0
    try begin(inputs, step: step)
    execute(steps[..<end])
    let goesOn = try withOutput(name) { isRight($0[0]) }
    if goesOn { execute(steps[end...]) }
    try self.end()
    return goesOn
  }

  /// What comes before the steps of a run: inputs are copied, changed weights prepared.
  func begin(_ inputs: [String: Tensor], step: UInt64) throws(RuntimeError) {
    for (index, node) in planned.nodes.enumerated() {
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
      execute(preparation[...])
      preparedVersion = variables.version
    }
  }

  /// What comes after the steps of a run.
  func end() throws(RuntimeError) {
    if !graph.updates.isEmpty { variables.markChanged() }
    for check in statusChecks where check.status.pointee != 0 {
      throw check.failure(check.status.pointee)
    }
  }

  func execute(_ steps: ArraySlice<fovea_step>) {
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
    let value = try planned.output(named: name)
    guard let memory = pointers[value] else { throw RuntimeError.missingVariable(name) }
    return try body(
      UnsafeBufferPointer(
        start: memory.assumingMemoryBound(to: Float.self), count: shapes[value].elementCount))
  }

  /// A copy of an output of the last run, in row-major order.
  ///
  /// - Throws: `GraphError.unknownName` where there is no such output.
  public func output(_ name: String) throws -> Tensor {
    let value = try planned.output(named: name)
    let type = planned.nodes[value.node].operation.outputElementType
    return try withOutput(name) { source in
      let memory = UnsafeRawPointer(source.baseAddress)
      return switch type {
      case .float32: Self.copied(Float.self, memory, shapes[value])
      case .int32: Self.copied(Int32.self, memory, shapes[value])
      case .uint8: Self.copied(UInt8.self, memory, shapes[value])
      }
    }.reordered(.rowMajor)
  }

  private static func copied<Element: TensorElement>(
    _ type: Element.Type, _ memory: UnsafeRawPointer?, _ shape: Shape
  ) -> Tensor {
    let source = UnsafeBufferPointer(
      start: memory?.assumingMemoryBound(to: type), count: shape.elementCount)
    return Tensor(shape, order: .channelsLast, filling: type) { target in
      _ = target.update(fromContentsOf: source)
    }
  }
}
