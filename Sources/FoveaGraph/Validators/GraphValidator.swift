/// One check of a whole graph.
public protocol GraphValidator: Sendable {
  /// Throws the first thing that is wrong, with its remedy.
  func check(_ graph: Graph) throws(GraphError)
}

extension Graph {
  /// The checks that every network passes before it is planned.
  ///
  /// Shapes, references, names and element types are checked node by node as a graph is built.
  public static let validators: [any GraphValidator] = [
    OutputsValidator(), UnusedVariablesValidator(),
  ]

  /// Runs every check in turn.
  ///
  /// - Throws: `GraphError` with the path or name at fault, and the remedy.
  public func validate() throws(GraphError) {
    for validator in Self.validators { try validator.check(self) }
  }
}
