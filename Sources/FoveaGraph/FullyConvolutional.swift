public import FoveaTensors

extension Graph {
  /// This classifier with convolutions in place of its dense layers, so that it also takes larger images and answers for
  /// each place of them.
  ///
  /// A dense layer behind a flattened `[N, C, H, W]` becomes a convolution with a kernel of H×W, the next ones become
  /// 1×1 convolutions, and adaptive pooling becomes pooling by the windows that it has on the declared input. On that
  /// input the output is the same, as `[N, classes, 1, 1]` for `[N, classes]`. `Weights.reshaped(for:)` makes the weights.
  ///
  /// - SeeAlso: P. Sermanet et al., *OverFeat* (2013), arXiv:1312.6229; J. Long et al. (2015), arXiv:1411.4038.
  /// - Throws: `GraphError.operation` with the path of what has no such form: pooling to a grid that does not divide the
  ///   map, weights that are computed or shared, or an operation on features that mixes them in another way.
  public func fullyConvolutional() throws(GraphError) -> Graph {
    var conversion = try DenseConversion(of: self)
    return try conversion.converted()
  }
}

extension Weights {
  /// These tensors, row by row, in the shapes of a graph's variables; those without a variable of another shape stay.
  ///
  /// - Throws: `GraphError.sharedShape` where the numbers of elements differ.
  public func reshaped(for graph: Graph) throws(GraphError) -> Weights {
    var result = self
    for variable in graph.variables {
      guard let tensor = self[variable.name], tensor.shape != variable.shape else { continue }
      guard tensor.elementCount == variable.shape.elementCount else {
        throw .sharedShape(variable.name, tensor.shape, variable.shape)
      }
      result[variable.name] = tensor.reshaped(variable.shape)
    }
    return result
  }
}

/// The walks that rebuild a graph with dense layers as convolutions.
private struct DenseConversion {
  let graph: Graph
  let shapes: GraphShapes
  /// Features that are a map in the new graph, with that map's extents on the declared input, `[C, H, W]`.
  var maps: [Value: [Int]] = [:]
  /// The new shapes of dense layers' weights, by node.
  var weightShapes: [Int: Shape] = [:]
  /// Where each value is in the new graph.
  var places: [Value: Value] = [:]
  var builder = GraphBuilder()

  init(of graph: Graph) throws(GraphError) {
    self.graph = graph
    shapes = try graph.shapes()
    try findMaps()
  }

  private mutating func findMaps() throws(GraphError) {
    for (index, node) in graph.nodes.enumerated() {
      let result = Value(node: index)
      if isFlattening(node, shapes[node: index]) {
        maps[result] = Array(shapes[node.inputs[0]].dimensions.dropFirst())
      }
      guard let read = node.inputs.first(where: { maps[$0] != nil }), let map = maps[read] else {
        continue
      }
      let weight = node.operation is Linear ? graph.nodes[node.inputs[1].node].operation : nil
      if let weight = weight as? Variable {
        maps[result] = [weight.shape[0], 1, 1]
        weightShapes[node.inputs[1].node] = Shape([weight.shape[0]] + map)
      } else if keepsShape(node) || isAlongChannels(node.operation) {
        maps[result] = map
      } else {
        throw .operation(
          path: node.path,
          .setting(
            node.operation.name, name: "input", value: "features of a flattened map",
            allowed: "dense layers and functions of each element behind it"))
      }
    }
  }

  /// Whether a node makes rows of features of a batch of maps.
  private func isFlattening(_ node: Node, _ results: [Shape]) -> Bool {
    node.operation is Flatten && shapes[node.inputs[0]].rank == 4 && results[0].rank == 2
      && results[0][0] == shapes[node.inputs[0]][0]
  }

  /// Whether a node is a function of each element of one input.
  private func keepsShape(_ node: Node) -> Bool {
    guard node.inputs.count == 1 else { return false }
    let input = shapes[node.inputs[0]]
    return node.operation.spatialReach(inputs: [input]) == .pointwise
      && (try? node.operation.outputShapes(for: [input])) == [input]
  }

  private func isAlongChannels(_ operation: any Operation) -> Bool {
    (operation as? Softmax)?.axis == 1 || (operation as? LogSoftmax)?.axis == 1
  }

  /// The adaptive poolings whose result is flattened: others, such as gates', see the whole of a larger image too.
  private var headPools: Set<Int> {
    Set(
      graph.nodes.indices.filter { isFlattening(graph.nodes[$0], shapes[node: $0]) }.map { index in
        var source = graph.nodes[index].inputs[0].node
        while keepsShape(graph.nodes[source]) { source = graph.nodes[source].inputs[0].node }
        return source
      })
  }

  mutating func converted() throws(GraphError) -> Graph {
    let headPools = headPools
    for (index, node) in graph.nodes.enumerated() {
      let inputs = node.inputs.compactMap { places[$0] }
      let results: [Value]
      switch node.operation {
      case let weight as Variable:
        results = [
          try builder.variable(
            weight.name, weightShapes[index] ?? weight.shape, role: weight.role)
        ]
      case let pooling as AdaptiveAvgPool2d where headPools.contains(index):
        results = [try appendPooling(pooling, node, inputs[0])]
      case is Flatten where maps[Value(node: index)] != nil: results = [inputs[0]]
      case is Linear where maps[Value(node: index)] != nil:
        let kernel = maps[node.inputs[0]] ?? [1, 1, 1]
        let convolution = Conv2d(
          rows: try window(kernel[1], stride: 1, node),
          columns: try window(kernel[2], stride: 1, node))
        results = try builder.append(convolution, inputs, path: node.path)
      default: results = try builder.append(node.operation, inputs, path: node.path)
      }
      for (output, value) in results.enumerated() {
        places[Value(node: index, output: output)] = value
      }
    }
    for (name, value) in graph.outputs { try builder.output(name, places[value] ?? value) }
    for (name, value) in graph.updates { try builder.update(name, with: places[value] ?? value) }
    return builder.graph
  }

  private mutating func appendPooling(
    _ pooling: AdaptiveAvgPool2d, _ node: Node, _ input: Value
  ) throws(GraphError) -> Value {
    let image = shapes[node.inputs[0]]
    var windows: [Window] = []
    for (extent, cells) in [(image[2], pooling.height), (image[3], pooling.width)] {
      guard extent % cells == 0 else {
        throw .operation(
          path: node.path,
          .setting(
            pooling.name, name: "grid", value: "\(cells) cells of \(extent) pixels",
            allowed: "a grid that divides the map"))
      }
      let kernel = extent / cells
      windows.append(try window(kernel, stride: cells == 1 ? 1 : kernel, node))
    }
    if windows.allSatisfy({ $0.kernel == 1 }) { return input }
    return try builder.apply(
      AvgPool2d(rows: windows[0], columns: windows[1]), input, path: node.path)
  }

  private func window(_ kernel: Int, stride: Int, _ node: Node) throws(GraphError) -> Window {
    do {
      return try Window(kernel: kernel, stride: stride)
    } catch {
      throw .operation(path: node.path, error)
    }
  }
}
