public import FoveaTensors

/// Why a graph cannot be planned or run.
public enum RuntimeError: Error, Hashable, Sendable {
  /// A number of threads that no pool has.
  case threads(_ count: Int)
  /// An instruction set that this processor lacks, or that nobody knows.
  case instructionSet(_ name: String, available: [String])
  /// An operation that says nowhere how it runs.
  case noKernel(_ operation: String, path: String)
  /// A tensor with more axes than the kernels take.
  case rank(_ operation: String, path: String, Shape, largest: Int)
  /// A variable of the graph that the store does not hold.
  case missingVariable(_ name: String)
  /// A variable whose tensor has another shape or element type.
  case variableShape(_ name: String, expected: Shape, actual: Shape)
  /// An input that a run was not given.
  case missingInput(_ name: String, expected: Shape)
  /// An input of another shape than the program was planned for.
  case inputShape(_ name: String, expected: Shape, actual: Shape)
  /// An input of another element type.
  case inputElementType(_ name: String, expected: ElementType, actual: ElementType)
  /// A label that is no class.
  case label(path: String, index: Int, classes: Int)
  /// An index of un-pooling that is no pixel.
  case unpoolIndex(path: String, pixels: Int)
  /// Memory that the system does not give.
  case outOfMemory(bytes: Int)
}

extension RuntimeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .threads(let count):
      "cannot start \(count) threads; use 1 to \(ThreadPool.largestThreadCount)"
    case .instructionSet(let name, let available):
      "instruction set \(name) is not available here; "
        + "set FOVEA_ISA to \(available.joined(separator: " or ")), or leave it out"
    case .noKernel(let operation, let path):
      "\(path): \(operation) does not say how it runs; conform it to ExecutableOperation"
    case .rank(let operation, let path, let shape, let largest):
      "\(path): \(operation) runs on at most \(largest) axes, got \(shape); reshape it before"
    case .missingVariable(let name):
      "no tensor for \(name); initialise the model, or load weights that have it"
    case .variableShape(let name, let expected, let actual):
      "\(name) is a float32 tensor \(expected), got \(actual); "
        + "load weights that belong to this architecture"
    case .missingInput(let name, let expected):
      "the run was given no input \(name); pass a tensor \(expected)"
    case .inputShape(let name, let expected, let actual):
      "input \(name) was planned as \(expected), got \(actual); plan a program for that shape"
    case .inputElementType(let name, let expected, let actual):
      "input \(name) takes \(expected) elements, got \(actual); convert them first"
    case .label(let path, let index, let classes):
      "\(path): label \(index) of the batch is outside 0..<\(classes); "
        + "check the dataset's labels, or give the model more classes"
    case .unpoolIndex(let path, let pixels):
      "\(path): an index is outside 0..<\(pixels); "
        + "pass the indices of a pooling of an image of the result's size"
    case .outOfMemory(let bytes):
      "the system does not give \(bytes) bytes of memory; use a smaller batch or image"
    }
  }
}
