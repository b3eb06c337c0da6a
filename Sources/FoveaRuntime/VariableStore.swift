public import FoveaGraph
public import FoveaTensors

/// The memory of a network's variables, which programs read and write in place.
///
/// A training program and an evaluation program of one network share a store, so that the one sees
/// what the other has learnt. `snapshot()` and `load(_:)` are the way from and to tensors, which are
/// values. Not for several threads at once.
public final class VariableStore {
  private struct Entry {
    let shape: Shape
    let memory: AlignedMemory
  }

  private var entries: [String: Entry] = [:]
  private var names: [String] = []

  /// Grows with every change, so that programs know when prepared weights are out of date.
  private(set) var version = 0

  /// Makes a store that holds copies of `weights`.
  ///
  /// - Throws: `RuntimeError.outOfMemory`, or `variableShape` for a tensor that is not float32.
  public init(_ weights: Weights = Weights()) throws(RuntimeError) {
    for (name, tensor) in weights.tensors { try add(name, tensor) }
  }

  /// Adds zeros for each optimiser state of `graph` that the store does not hold yet.
  public func addOptimizerState(of graph: Graph) throws(RuntimeError) {
    for variable in graph.variables
    where variable.role == .optimizerState && entries[variable.name] == nil {
      try add(variable.name, Tensor(zeros: variable.shape))
    }
  }

  private func add(_ name: String, _ tensor: Tensor) throws(RuntimeError) {
    guard tensor.elementType == .float32 else {
      throw .variableShape(name, expected: tensor.shape, actual: tensor.shape)
    }
    let memory = try AlignedMemory(byteCount: tensor.byteCount)
    entries[name] = Entry(shape: tensor.shape, memory: memory)
    names.append(name)
    write(tensor, to: memory)
  }

  private func write(_ tensor: Tensor, to memory: AlignedMemory) {
    tensor.reordered(.channelsLast).withUnsafeBytes {
      memory.base.copyMemory(
        from: $0.baseAddress ?? UnsafeRawPointer(memory.base), byteCount: $0.count)
    }
  }

  /// Where a variable lies, in channels-last order.
  func pointer(to variable: Variable) throws(RuntimeError) -> UnsafeMutableRawPointer {
    guard let entry = entries[variable.name] else { throw .missingVariable(variable.name) }
    guard entry.shape == variable.shape else {
      throw .variableShape(variable.name, expected: variable.shape, actual: entry.shape)
    }
    return entry.memory.base
  }

  func markChanged() { version += 1 }

  /// Copies of all variables, in the order in which they were added.
  public func snapshot() -> Weights {
    var result = Weights()
    for name in names { result[name] = self[name] }
    return result
  }

  /// A copy of a variable; `nil` where there is no such.
  public subscript(name: String) -> Tensor? {
    guard let entry = entries[name] else { return nil }
    let tensor = Tensor(entry.shape, order: .channelsLast, filling: Float.self) { target in
      UnsafeMutableRawBufferPointer(target).copyMemory(
        from: UnsafeRawBufferPointer(
          start: entry.memory.base, count: target.count * MemoryLayout<Float>.stride))
    }
    return tensor.reordered(.rowMajor)
  }

  /// Reads the elements of a variable where they lie, without copying them; those of filters and images are
  /// channels-last.
  ///
  /// - Returns: What `body` returns; `nil` where there is no such variable.
  /// - Throws: What `body` throws.
  public func withElements<Result>(
    of name: String, _ body: (UnsafeBufferPointer<Float>) throws -> Result
  ) rethrows -> Result? {
    guard let entry = entries[name] else { return nil }
    let start = entry.memory.base.assumingMemoryBound(to: Float.self)
    return try body(UnsafeBufferPointer(start: start, count: entry.shape.elementCount))
  }

  /// Overwrites variables with tensors of the same names and shapes.
  ///
  /// - Throws: `missingVariable` or `variableShape`; then nothing has been changed.
  public func load(_ weights: Weights) throws(RuntimeError) {
    for (name, tensor) in weights.tensors {
      guard let entry = entries[name] else { throw .missingVariable(name) }
      guard entry.shape == tensor.shape, tensor.elementType == .float32 else {
        throw .variableShape(name, expected: entry.shape, actual: tensor.shape)
      }
    }
    for (name, tensor) in weights.tensors {
      if let entry = entries[name] { write(tensor, to: entry.memory) }
    }
    markChanged()
  }
}
