public import FoveaGraph
public import FoveaTensors
import OrderedCollections

/// Evaluates whole graphs with the operations' references, in double precision.
public struct ReferenceInterpreter: Sendable {
  /// What a run gives back.
  public struct Results: Sendable {
    /// The outputs, by name.
    public fileprivate(set) var outputs: [String: ReferenceTensor] = [:]
    /// What variables become, by name.
    public fileprivate(set) var updates: [String: ReferenceTensor] = [:]
    /// The multiply-adds that were done.
    public fileprivate(set) var multiplyAdds = 0
  }

  /// The graph that is evaluated.
  public let graph: Graph
  /// The seed of random operations.
  public let seed: UInt64

  /// Makes an interpreter.
  public init(_ graph: Graph, seed: UInt64 = 0) {
    self.graph = graph
    self.seed = seed
  }

  /// Evaluates all nodes in order.
  ///
  /// - Parameters:
  ///   - inputs: A tensor for each input; other shapes than the declared ones are taken where
  ///     they fit.
  ///   - variables: A tensor for each variable.
  ///   - step: The number of the run, from which random operations draw.
  /// - Throws: `ReferenceError`.
  public func run(
    _ inputs: [String: ReferenceTensor], variables: [String: ReferenceTensor] = [:],
    step: UInt64 = 0
  ) throws(ReferenceError) -> Results {
    let shapes: GraphShapes
    do {
      shapes = try graph.shapes(inputs: inputs.mapValues(\.shape))
    } catch {
      throw .graph(error)
    }
    var context = ReferenceContext(seed: seed, step: step)
    var values: [[ReferenceTensor]] = []
    for (index, node) in graph.nodes.enumerated() {
      switch node.operation {
      case let input as Input:
        values.append([try Self.take(input.name, inputs, shapes[node: index])])
      case let variable as Variable:
        values.append([try Self.take(variable.name, variables, shapes[node: index])])
      case let operation as any ReferenceOperation:
        let operands = node.inputs.enumerated().map { position, value in
          let operand = values[value.node][value.output]
          return operation.readsElements(ofInput: position)
            ? operand : ReferenceTensor(operand.shape, repeating: .nan)
        }
        do {
          values.append(try operation.evaluate(operands, in: &context))
        } catch {
          throw .graph(.operation(path: node.path, error))
        }
      default: throw .noReference(node.operation.name, path: node.path)
      }
      let found = values[index].map(\.shape)
      guard found == shapes[node: index] else {
        throw .resultShapes(
          node.operation.name, path: node.path, expected: shapes[node: index], actual: found)
      }
    }
    var results = Results()
    results.multiplyAdds = context.counter.multiplyAdds
    for (name, value) in graph.outputs { results.outputs[name] = values[value.node][value.output] }
    for (name, value) in graph.updates { results.updates[name] = values[value.node][value.output] }
    return results
  }

  private static func take(
    _ name: String, _ tensors: [String: ReferenceTensor], _ expected: [Shape]
  ) throws(ReferenceError) -> ReferenceTensor {
    guard let tensor = tensors[name] else { throw .missing(name, expected: expected[0]) }
    guard tensor.shape == expected[0] else {
      throw .shape(name, expected: expected[0], actual: tensor.shape)
    }
    return tensor
  }
}

/// Why a graph cannot be evaluated with references.
public enum ReferenceError: Error, Hashable, Sendable {
  /// An operation without a reference.
  case noReference(_ operation: String, path: String)
  /// An input or variable that was not given.
  case missing(_ name: String, expected: Shape)
  /// An input or variable of another shape.
  case shape(_ name: String, expected: Shape, actual: Shape)
  /// A reference whose results have other shapes than its operation says.
  case resultShapes(_ operation: String, path: String, expected: [Shape], actual: [Shape])
  /// Shapes that do not fit, or elements that an operation refuses.
  case graph(GraphError)
}

extension ReferenceError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .noReference(let operation, let path):
      "\(path): \(operation) has no reference; conform it to ReferenceOperation"
    case .missing(let name, let expected):
      "the evaluation was given no \(name); pass a tensor \(expected)"
    case .shape(let name, let expected, let actual):
      "\(name) has the shape \(expected), got \(actual); pass it in that shape"
    case .resultShapes(let operation, let path, let expected, let actual):
      "\(path): \(operation) says \(expected) and its reference gives \(actual); "
        + "correct outputShapes or evaluate"
    case .graph(let error): error.description
    }
  }
}
