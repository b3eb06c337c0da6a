public import FoveaTensors

/// Appends nodes to a graph and knows the shape of what it has appended.
public struct GraphBuilder: Sendable {
  /// The graph so far.
  public private(set) var graph = Graph()
  private var known = GraphShapes()
  /// The names of inputs and variables, which are looked for once for each.
  private var sourceNames: Set<String> = []

  /// Starts an empty graph.
  public init() {}

  /// Goes on with a graph, whose shapes are inferred for its inputs' own shapes.
  public init(extending graph: Graph) throws(GraphError) {
    known = try graph.shapes()
    sourceNames = Set(graph.nodes.compactMap { $0.operation.sourceName })
    self.graph = graph
  }

  /// The shape of a value, for the shapes that the inputs were declared with.
  public func shape(of value: Value) -> Shape { known[value] }

  /// Throws unless the graph has `value`, which a file may name at will.
  func expectValue(_ value: Value, path: String) throws(GraphError) {
    guard graph.nodes.indices.contains(value.node),
      known[node: value.node].indices.contains(value.output)
    else { throw .badReference(node: graph.nodes.count, path: path) }
  }

  /// All results of the node at `index`.
  func outputs(ofNode index: Int) -> [Value] {
    known[node: index].indices.map { Value(node: index, output: $0) }
  }

  /// Appends an operation and returns its results.
  ///
  /// - Throws: `GraphError.operation` with `path` where the inputs do not fit.
  public mutating func append(
    _ operation: some Operation, _ inputs: [Value], path: String
  ) throws(GraphError) -> [Value] {
    for (index, input) in inputs.enumerated() {
      try expectValue(input, path: path)
      let actual = graph.nodes[input.node].operation.outputElementType
      let expected = operation.elementType(ofInput: index)
      guard actual == expected || !operation.readsElements(ofInput: index) else {
        throw .operation(
          path: path,
          .elementType(operation.name, input: index, expected: expected, actual: actual))
      }
    }
    let node = Node(operation: operation, inputs: inputs, path: path)
    let shapes = try node.inferredShapes(known)
    graph.nodes.append(node)
    known.shapes.append(shapes)
    if let name = operation.sourceName { sourceNames.insert(name) }
    return shapes.indices.map { Value(node: graph.nodes.count - 1, output: $0) }
  }

  /// Appends an operation with a single result.
  public mutating func apply(
    _ operation: some Operation, _ inputs: Value..., path: String
  ) throws(GraphError) -> Value {
    try append(operation, inputs, path: path)[0]
  }

  /// Declares something that a run is given.
  public mutating func input(
    _ name: String, _ shape: Shape, _ elementType: ElementType = .float32
  ) throws(GraphError) -> Value {
    guard !sourceNames.contains(name) else { throw .nameUsedTwice(name) }
    return try apply(Input(name, shape, elementType), path: name)
  }

  /// Declares a tensor that outlives a run: a weight, a running statistic, an optimiser's memory.
  public mutating func variable(
    _ name: String, _ shape: Shape, role: Variable.Role
  ) throws(GraphError) -> Value {
    guard !sourceNames.contains(name) else { throw .nameUsedTwice(name) }
    return try apply(Variable(name, shape, role), path: name)
  }

  /// Names a value that a run gives back.
  public mutating func output(_ name: String, _ value: Value) throws(GraphError) {
    guard graph.outputs.updateValue(value, forKey: name) == nil else { throw .nameUsedTwice(name) }
  }

  /// Takes an output's name away and returns its value, which may then be dropped after its last use.
  ///
  /// - Throws: `unknownName` where there is no such output.
  public mutating func removeOutput(_ name: String) throws(GraphError) -> Value {
    let value = try graph.output(named: name)
    graph.outputs[name] = nil
    return value
  }

  /// Has a run write `value` back into the variable called `name`, when all is computed.
  ///
  /// - Throws: `unknownName` without such a variable, `nameUsedTwice` where it is written already,
  ///   `sharedShape` where the shapes differ.
  public mutating func update(_ name: String, with value: Value) throws(GraphError) {
    guard let variable = graph.variables.first(where: { $0.name == name }) else {
      throw .unknownName(name, kind: "variable", known: graph.variables.map(\.name))
    }
    guard shape(of: value) == variable.shape else {
      throw .sharedShape(name, variable.shape, shape(of: value))
    }
    guard graph.updates.updateValue(value, forKey: name) == nil else { throw .nameUsedTwice(name) }
  }
}

extension Operation {
  /// The name of an input or a variable.
  fileprivate var sourceName: String? {
    (self as? Input)?.name ?? (self as? Variable)?.name
  }
}
