/// A variable that no node reads is a layer whose result was forgotten.
public struct UnusedVariablesValidator: GraphValidator {
  /// Makes the check.
  public init() {}

  public func check(_ graph: Graph) throws(GraphError) {
    var read = Set(graph.nodes.flatMap(\.inputs).map(\.node))
    read.formUnion(graph.outputs.values.map(\.node))
    for (index, node) in graph.nodes.enumerated() {
      if let variable = node.operation as? Variable, !read.contains(index) {
        throw .unusedVariable(variable.name)
      }
    }
  }
}
