public import FoveaTensors

/// Why a graph cannot be built, checked or changed.
public enum GraphError: Error, Hashable, Sendable {
  /// What an operation refuses, with the path of the layer that made it.
  case operation(path: String, OperationError)
  /// Two inputs or two variables of one name.
  case nameUsedTwice(_ name: String)
  /// A name that nothing in the graph has.
  case unknownName(_ name: String, kind: String, known: [String])
  /// A variable that no node reads.
  case unusedVariable(_ name: String)
  /// A shared variable that is asked for in two shapes.
  case sharedShape(_ name: String, Shape, Shape)
  /// An output that is to be differentiated, but is no scalar.
  case lossNotScalar(_ name: String, Shape)
  /// A loss that does not depend on what it is to be differentiated by.
  case noPath(loss: String, name: String)
  /// A node that reads something which does not come before it.
  case badReference(node: Int, path: String)
  /// A graph without outputs and updates.
  case noOutputs
  /// A file names an operation that nobody registered.
  case unknownOperation(_ name: String)
  /// Values of two different graphs in one operation.
  case differentGraphs(path: String)
}

extension GraphError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .operation(let path, let problem):
      path.isEmpty ? problem.description : "\(path): \(problem)"
    case .nameUsedTwice(let name):
      "\(name): the name is used twice; give each input and layer its own name, or share the layer "
        + "on purpose with shared(as:)"
    case .unknownName(let name, let kind, let known):
      "there is no \(kind) \(name); choose from \(known.prefix(12).joined(separator: ", "))"
        + (known.count > 12 ? ", …" : "")
    case .unusedVariable(let name):
      "\(name): nothing reads this variable; remove the layer, or use its result"
    case .sharedShape(let name, let first, let second):
      "\(name): shared with shape \(first), then asked for as \(second); share only between layers "
        + "that see the same number of channels"
    case .lossNotScalar(let name, let shape):
      "\(name): a loss must be a scalar, got \(shape); reduce it with a sum or a mean"
    case .noPath(let loss, let name):
      "\(loss) does not depend on \(name); take \(name) out of the list, or connect it"
    case .badReference(let node, let path):
      "node \(node) (\(path)) reads a value that does not come before it; the file is damaged"
    case .noOutputs:
      "the graph has no outputs; name at least one"
    case .unknownOperation(let name):
      "there is no operation \(name); register its type before reading the graph"
    case .differentGraphs(let path):
      "\(path): the inputs belong to different graphs; build both in one Model"
    }
  }
}
