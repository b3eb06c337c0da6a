import FoveaGraph
import FoveaTensors

/// An operation whose kernels can do what follows it as well.
protocol FusableOperation: ExecutableOperation {
  /// The operation that it is without anything fused.
  var plain: any Operation { get }

  /// This operation with `next` done by its kernels; `nil` where they cannot.
  func absorbing(_ next: AbsorbableNode) -> (operation: Self, newInputs: [Value])?
}

/// A node that reads the first result of a fusable one, and may become part of it.
struct AbsorbableNode {
  let operation: any Operation
  /// The node's inputs; the fusable one's result is at `position`.
  let inputs: [Value]
  let position: Int
  let inputShapes: [Shape]
  /// Whether no run changes input `index`.
  let isConstant: [Bool]

  /// The other of two inputs of the same shape, where the operation adds them.
  var addend: Value? {
    guard let binary = operation as? Binary, binary.function == .add,
      inputShapes[0] == inputShapes[1], inputs[0] != inputs[1]
    else { return nil }
    return inputs[1 - position]
  }
}
