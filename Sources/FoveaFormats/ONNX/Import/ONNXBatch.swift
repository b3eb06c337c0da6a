import FoveaGraph
import FoveaTensors

/// Reads a model so that its batch stays free.
///
/// A model is read for one batch, as all shapes must be known to compute what exporters compute with
/// them. Read for another batch as well, it shows what depends on the batch: where both graphs differ
/// in an extent of a reshape alone, that extent is left open.
enum ONNXBatch {
  static func read(
    _ model: ONNXModel, _ options: ONNXImportOptions
  ) throws(ONNXError) -> (graph: Graph, weights: Weights) {
    let shapes = try inputShapes(model, options, batch: options.batch)
    let result = try ONNXImporter.read(
      model, shapes: shapes, values: options.inputValues)
    let otherShapes = try inputShapes(
      model, options, batch: min(options.batch, Shape.largestElementCount - 1) + 1)
    let graph: Graph
    do throws(GraphError) {
      let open =
        if shapes != otherShapes,
          let other = try? ONNXImporter.read(
            model, shapes: otherShapes, values: options.inputValues
          ).graph,
          let free = try joined(result.graph, other)
        { free } else { result.graph }
      graph = try withoutDeadNodes(open)
    } catch {
      throw ONNXError(file: model.file, problem: .graph(error))
    }
    if let rest = graph.nodes.first(where: { $0.operation is ErrorFunction }) {
      throw ONNXError(
        file: model.file,
        node: ONNXError.Node(name: rest.path, operatorName: "Erf", opset: model.opset),
        problem: .unsupportedOperator)
    }
    let names = Set(graph.variables.map(\.name))
    return (graph, Weights(result.weights.tensors.filter { names.contains($0.key) }))
  }

  /// The shape of each input, where an open first axis is a batch.
  private static func inputShapes(
    _ model: ONNXModel, _ options: ONNXImportOptions, batch: Int
  ) throws(ONNXError) -> [String: Shape] {
    func failure(_ problem: ONNXError.Problem) -> ONNXError {
      ONNXError(file: model.file, problem: problem)
    }
    if let unknown = options.inputShapes.keys.sorted().first(where: { name in
      !model.inputs.contains { $0.name == name }
    }) {
      let known = model.inputs.map(\.name)
      throw failure(.graph(.unknownName(unknown, kind: "input", known: known)))
    }
    var result: [String: Shape] = [:]
    for input in model.inputs where options.inputValues[input.name] == nil {
      let axes = input.type.tensorType.shape.dim
      var extents = options.inputShapes[input.name]?.dimensions
      if extents == nil, input.type.tensorType.hasShape {
        var stated: [Int] = []
        for (axis, dimension) in axes.enumerated() {
          if case .dimValue(let extent) = dimension.value {
            stated.append(Int(extent))
          } else if axis == 0 {
            stated.append(batch)
          } else {
            throw failure(.unknownExtent(input: input.name, axis: axis))
          }
        }
        extents = stated
      }
      guard let extents else { throw failure(.unknownExtent(input: input.name, axis: 0)) }
      guard let shape = Shape(checking: extents) else {
        throw failure(.dimensions(extents, of: input.name))
      }
      result[input.name] = shape
    }
    return result
  }

  /// The first graph with reshapes that serve the second one's batch as well; `nil` where more differs.
  private static func joined(_ graph: Graph, _ other: Graph) throws(GraphError) -> Graph? {
    guard graph.nodes.count == other.nodes.count, graph.outputs == other.outputs else {
      return nil
    }
    let (shapes, otherShapes) = (try graph.shapes(), try other.shapes())
    var copy = GraphCopy()
    for (index, (node, twin)) in zip(graph.nodes, other.nodes).enumerated() {
      guard node.inputs == twin.inputs else { return nil }
      let (found, wanted) = (shapes[node: index], otherShapes[node: index])
      if node.operation is Reshape, twin.operation is Reshape, node.inputs.count == 1,
        found[0] != wanted[0]
      {
        guard found[0].rank == wanted[0].rank else { return nil }
        var target = found[0].dimensions
        let different = target.indices.filter { found[0][$0] != wanted[0][$0] }
        guard different.count == 1 else { return nil }
        target[different[0]] = -1
        try copy.append(Reshape(target), node.inputs, path: node.path)
      } else if node.operation is Input || node == twin {
        try copy.append(node.operation, node.inputs, path: node.path)
      } else {
        return nil
      }
    }
    return try copy.finished(graph)
  }

  /// The graph without nodes that no output depends on; inputs stay.
  private static func withoutDeadNodes(_ graph: Graph) throws(GraphError) -> Graph {
    var isLive = graph.nodes.map { $0.operation is Input }
    for value in graph.outputs.values { isLive[value.node] = true }
    for index in graph.nodes.indices.reversed() where isLive[index] {
      for input in graph.nodes[index].inputs { isLive[input.node] = true }
    }
    var copy = GraphCopy()
    for (node, isLive) in zip(graph.nodes, isLive) {
      if isLive {
        try copy.append(node.operation, node.inputs, path: node.path)
      } else {
        copy.skip()
      }
    }
    return try copy.finished(graph)
  }
}

/// A graph that is built anew from another one's nodes, in their order.
private struct GraphCopy {
  private var builder = GraphBuilder()
  /// Where each node of the original is now; `nil` where it was left out.
  private var places: [Int?] = []

  mutating func append(
    _ operation: any Operation, _ inputs: [Value], path: String
  ) throws(GraphError) {
    let inputs = inputs.compactMap(value)
    switch operation {
    case let input as Input:
      places.append(
        try builder.input(input.name, input.shape, input.outputElementType).node)
    case let variable as Variable:
      places.append(
        try builder.variable(variable.name, variable.shape, role: variable.role).node)
    default:
      _ = try builder.append(operation, inputs, path: path)
      places.append(builder.graph.nodes.count - 1)
    }
  }

  mutating func skip() { places.append(nil) }

  private func value(_ original: Value) -> Value? {
    places[original.node].map { Value(node: $0, output: original.output) }
  }

  /// The copy, with the original's outputs.
  consuming func finished(_ original: Graph) throws(GraphError) -> Graph {
    for (name, output) in original.outputs {
      if let output = value(output) { try builder.output(name, output) }
    }
    return builder.graph
  }
}
