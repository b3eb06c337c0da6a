public import FoveaTensors

/// The shape of every value of a graph, for certain shapes of its inputs.
public struct GraphShapes: Sendable {
  var shapes: [[Shape]] = []

  /// The shape of one value.
  public subscript(value: Value) -> Shape { shapes[value.node][value.output] }

  /// The shapes of all results of a node.
  public subscript(node node: Int) -> [Shape] { shapes[node] }
}

extension Graph {
  /// Infers every shape from the shapes of the inputs; an input that is not named keeps its own.
  ///
  /// - Throws: `GraphError.operation` at the first layer that does not fit, `unknownName` for an
  ///   input that the graph does not have.
  /// - Complexity: O(nodes).
  public func shapes(inputs: [String: Shape] = [:]) throws(GraphError) -> GraphShapes {
    if let unknown = inputs.keys.sorted().first(where: { name in
      !self.inputs.contains { $0.name == name }
    }) {
      throw .unknownName(unknown, kind: "input", known: self.inputs.map(\.name))
    }
    var result = GraphShapes()
    for node in nodes {
      if let input = node.operation as? Input, let shape = inputs[input.name] {
        result.shapes.append([shape])
      } else {
        result.shapes.append(try node.inferredShapes(result))
      }
    }
    return result
  }
}

extension Node {
  /// The shapes of the results, with the layer's path in what is thrown.
  func inferredShapes(_ known: GraphShapes) throws(GraphError) -> [Shape] {
    do {
      return try operation.outputShapes(for: inputs.map { known[$0] })
    } catch {
      throw .operation(path: path, error)
    }
  }
}
