public import CFoveaKernels
public import FoveaGraph
public import FoveaTensors

/// An operation that says how it runs.
///
/// An operation of your own conforms to this and to nothing else in the runtime; see
/// `Documentation/adding-an-operation.md`.
public protocol ExecutableOperation: Operation {
  /// Names the kernels that compute the results, their arguments and the memory that they need.
  ///
  /// Called twice while a program is planned: once to learn how much memory is asked for, once with
  /// memory that is really there. It must ask for the same both times, and must not touch the memory.
  func bind(_ binding: inout KernelBinding) throws(RuntimeError)

  /// For each result that may be written over an input: `(output, input)`.
  ///
  /// Only where each element of the result depends on the same element of that input alone.
  func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)]

  /// Whether the first result is the first input's memory under another shape.
  func isView(inputs: [Shape], outputs: [Shape]) -> Bool
}

extension ExecutableOperation {
  public func overwritable(inputs: [Shape], outputs: [Shape]) -> [(output: Int, input: Int)] { [] }
  public func isView(inputs: [Shape], outputs: [Shape]) -> Bool { false }
}

/// A value's memory as a kernel sees it; images are channels-last.
public struct Operand {
  /// The first element.
  public let memory: UnsafeMutableRawPointer
  /// The extents in logical order.
  public let shape: Shape

  /// The elements as floats.
  public var floats: UnsafeMutablePointer<Float> { memory.assumingMemoryBound(to: Float.self) }
  /// The elements as 32-bit integers.
  public var integers: UnsafeMutablePointer<Int32> { memory.assumingMemoryBound(to: Int32.self) }
  /// The number of elements.
  public var elementCount: Int { shape.elementCount }
}

/// What an operation says of how it runs, and what it is told for that.
public struct KernelBinding {
  /// The operation's inputs; the memory of one whose elements are not read is not valid.
  public private(set) var inputs: [Operand]
  /// The operation's results.
  public private(set) var outputs: [Operand]
  /// The layer's path.
  public let path: String
  /// The kernels of the chosen instruction set.
  public private(set) var kernels: UnsafePointer<fovea_kernel_table>
  /// For each input, whether no run changes it: weights of an inference program.
  public private(set) var isConstant: [Bool]
  /// The number of the run, for operations that draw random numbers; changes between runs.
  public let step: UnsafePointer<UInt64>
  /// The seed of the program's random numbers.
  public let seed: UInt64
  /// How exact arithmetic has to be.
  public let precision: Precision

  /// Where choices between algorithms are remembered; `nil` where none are timed.
  let tuner: AlgorithmTuner?
  /// The threads that kernels are timed on.
  let pool: ThreadPool
  let arguments: ArgumentMemory
  var allocator: BindingAllocator
  private(set) var preparation: [fovea_step] = []
  private(set) var steps: [fovea_step] = []
  private(set) var scratchBytes = 0
  private(set) var statusCheck: StatusCheck?

  /// A place where a kernel reports what it found in its input.
  struct StatusCheck {
    let status: UnsafeMutablePointer<Int32>
    let failure: (Int32) -> RuntimeError
  }

  init(
    inputs: [Operand], outputs: [Operand], path: String,
    kernels: UnsafePointer<fovea_kernel_table>, isConstant: [Bool], step: UnsafePointer<UInt64>,
    seed: UInt64, precision: Precision, tuner: AlgorithmTuner?, pool: ThreadPool,
    arguments: ArgumentMemory, allocator: BindingAllocator
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.path = path
    self.kernels = kernels
    self.isConstant = isConstant
    self.step = step
    self.seed = seed
    self.precision = precision
    self.tuner = tuner
    self.pool = pool
    self.arguments = arguments
    self.allocator = allocator
  }

  /// Goes on with kernels of shorter vectors where `channels` fill half of one at most.
  mutating func fitVectors(toChannels channels: Int) {
    if channels * 2 <= kernels.pointee.vector_width, let shorter = fovea_shorter_kernels(kernels) {
      kernels = shorter
    }
  }

  /// Runs another operation over operands that are computed anew each time.
  mutating func bind(
    _ operation: some ExecutableOperation, inputs: [Operand], outputs: [Operand]
  ) throws(RuntimeError) {
    let own = (self.inputs, self.outputs, isConstant, kernels)
    self.inputs = inputs
    self.outputs = outputs
    isConstant = inputs.map { _ in false }
    try operation.bind(&self)
    (self.inputs, self.outputs, isConstant, kernels) = own
  }

  /// Keeps a kernel's argument struct where it stays for the life of the program.
  public func keep<Arguments: BitwiseCopyable>(_ value: Arguments) -> UnsafeMutablePointer<
    Arguments
  > {
    arguments.keep(value)
  }

  /// Keeps numbers that kernels read where they stay for the life of the program; nothing for none of them.
  public func keep<Number: BitwiseCopyable>(_ numbers: [Number]) -> UnsafePointer<Number> {
    arguments.keep(numbers)
  }

  /// Memory that is this operation's alone while it runs.
  ///
  /// - Throws: `outOfMemory` for a size that no memory has, such as kernels report for what does not fit.
  public mutating func workspace(bytes: Int) throws(RuntimeError) -> UnsafeMutableRawPointer {
    allocator.workspace(bytes: try Self.checked(bytes))
  }

  /// Memory that keeps what a preparation writes, for the life of the program.
  ///
  /// - Throws: `outOfMemory` for a size that no memory has, such as kernels report for what does not fit.
  public mutating func lasting(bytes: Int) throws(RuntimeError) -> UnsafeMutableRawPointer {
    allocator.lasting(bytes: try Self.checked(bytes))
  }

  private static func checked(_ bytes: Int) throws(RuntimeError) -> Int {
    guard 0...Shape.largestElementCount ~= bytes else { throw .outOfMemory(bytes: bytes) }
    return bytes
  }

  /// Runs steps each time.
  ///
  /// - Parameters:
  ///   - capacity: The most steps that `fill` writes.
  ///   - scratchBytes: What each thread needs for itself while a task runs.
  ///   - fill: Writes the steps and says how many.
  public mutating func run(
    capacity: Int, scratchBytes: Int = 0, _ fill: (UnsafeMutablePointer<fovea_step>) -> Int
  ) throws(RuntimeError) {
    steps += Self.steps(capacity, fill)
    self.scratchBytes = max(self.scratchBytes, try Self.checked(scratchBytes))
  }

  /// Runs steps only when weights have changed; they read constant inputs and write lasting memory.
  public mutating func prepare(
    capacity: Int, _ fill: (UnsafeMutablePointer<fovea_step>) -> Int
  ) {
    preparation += Self.steps(capacity, fill)
  }

  private static func steps(
    _ capacity: Int, _ fill: (UnsafeMutablePointer<fovea_step>) -> Int
  ) -> [fovea_step] {
    withUnsafeTemporaryAllocation(of: fovea_step.self, capacity: capacity) { buffer in
      guard let base = buffer.baseAddress else { return [] }
      return Array(buffer.prefix(fill(base)))
    }
  }

  /// A word that a kernel sets to other than 0 when its input is wrong; a run then throws `failure`.
  public mutating func status(_ failure: @escaping (Int32) -> RuntimeError)
    -> UnsafeMutablePointer<Int32>
  {
    let status = arguments.keep(Int32(0))
    statusCheck = StatusCheck(status: status, failure: failure)
    return status
  }
}

/// Keeps argument structs at fixed places until the program goes.
final class ArgumentMemory {
  private var blocks: [UnsafeMutableRawPointer] = []

  func keep<Value: BitwiseCopyable>(_ value: Value) -> UnsafeMutablePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: 1)
    pointer.initialize(to: value)
    blocks.append(UnsafeMutableRawPointer(pointer))
    return pointer
  }

  func keep<Value: BitwiseCopyable>(_ values: [Value]) -> UnsafePointer<Value> {
    let pointer = UnsafeMutablePointer<Value>.allocate(capacity: max(values.count, 1))
    pointer.initialize(from: values, count: values.count)
    blocks.append(UnsafeMutableRawPointer(pointer))
    return UnsafePointer(pointer)
  }

  deinit { for block in blocks { block.deallocate() } }
}

/// Hands out workspace and lasting memory in the order in which a node asks.
///
/// In the first pass it only counts; in the second it hands out what was laid out meanwhile.
struct BindingAllocator {
  private(set) var workspaceBytes = 0
  private(set) var lastingBytes = 0
  let workspaceBase: UnsafeMutableRawPointer
  let lastingBase: UnsafeMutableRawPointer

  mutating func workspace(bytes: Int) -> UnsafeMutableRawPointer {
    defer { workspaceBytes += AlignedMemory.rounded(bytes) }
    return workspaceBase + workspaceBytes
  }

  mutating func lasting(bytes: Int) -> UnsafeMutableRawPointer {
    defer { lastingBytes += AlignedMemory.rounded(bytes) }
    return lastingBase + lastingBytes
  }
}
