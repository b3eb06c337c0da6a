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

/// The walk that rebuilds a graph with dense layers as convolutions.
private struct DenseConversion {
  let graph: Graph
  let shapes: GraphShapes
  var builder = GraphBuilder()
  /// Where each value is in the new graph.
  var places: [Value: Value] = [:]
  /// Features that are a map in the new graph, with that map's extents on the declared input, `[C, H, W]`.
  var maps: [Value: [Int]] = [:]

  init(of graph: Graph) throws(GraphError) {
    self.graph = graph
    shapes = try graph.shapes()
  }

  mutating func converted() throws(GraphError) -> Graph {
    let denseWeights = denseWeights
    let headPools = headPools
    for (index, node) in graph.nodes.enumerated() where !denseWeights.contains(index) {
      let inputs = node.inputs
      let results: [Value]
      switch node.operation {
      case let pooling as AdaptiveAvgPool2d where headPools.contains(index):
        results = [try appendPooling(pooling, node)]
      case is Flatten where inputs[0].isFlattened(shapes, by: index):
        results = [try place(inputs[0], node)]
        maps[Value(node: index)] = Array(shapes[inputs[0]].dimensions.dropFirst())
      case is Linear where graph.nodes[inputs[1].node].operation is Variable:
        results = [try appendDense(node)]
        if maps[inputs[0]] != nil { maps[Value(node: index)] = [shapes[node: index][0][1], 1, 1] }
      default:
        results = try appendUnchanged(node)
        if let map = inputs.first.flatMap({ maps[$0] }) { maps[Value(node: index)] = map }
      }
      for (output, value) in results.enumerated() {
        places[Value(node: index, output: output)] = value
      }
    }
    for (name, value) in graph.outputs {
      try builder.output(name, place(value, graph.nodes[value.node]))
    }
    for (name, value) in graph.updates {
      try builder.update(name, with: place(value, graph.nodes[value.node]))
    }
    return builder.graph
  }

  /// The variables that are weights of dense layers; they are declared where these stand.
  private var denseWeights: Set<Int> {
    Set(
      graph.nodes.filter { $0.operation is Linear }.map { $0.inputs[1].node }
        .filter { graph.nodes[$0].operation is Variable })
  }

  /// The adaptive poolings whose result is flattened: others, such as gates', see the whole of a larger image too.
  private var headPools: Set<Int> {
    Set(
      graph.nodes.filter { $0.operation is Flatten }.map { node in
        var source = node.inputs[0]
        while let input = graph.nodes[source.node].inputs.first,
          keepsShape(graph.nodes[source.node])
        {
          source = input
        }
        return source.node
      })
  }

  /// Whether a node is a function of each element of one input.
  private func keepsShape(_ node: Node) -> Bool {
    node.inputs.count == 1
      && node.operation.spatialReach(inputs: [shapes[node.inputs[0]]]) == .pointwise
      && (try? node.operation.outputShapes(for: [shapes[node.inputs[0]]])) == [
        shapes[node.inputs[0]]
      ]
  }

  private func place(_ value: Value, _ node: Node) throws(GraphError) -> Value {
    guard let place = places[value] else {
      throw .operation(
        path: node.path,
        .setting(
          node.operation.name, name: "input", value: "weights of a dense layer",
          allowed: "weights of its own"))
    }
    return place
  }

  private mutating func appendPooling(_ pooling: AdaptiveAvgPool2d, _ node: Node)
    throws(GraphError) -> Value
  {
    let image = shapes[node.inputs[0]]
    let input = try place(node.inputs[0], node)
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

  private mutating func appendDense(_ node: Node) throws(GraphError) -> Value {
    guard let weight = graph.nodes[node.inputs[1].node].operation as? Variable else {
      return try appendUnchanged(node)[0]
    }
    let map = maps[node.inputs[0]]
    let shape = map.map { Shape([weight.shape[0]] + $0) } ?? weight.shape
    var inputs = [
      try place(node.inputs[0], node),
      try builder.variable(weight.name, shape, role: weight.role),
    ]
    for bias in node.inputs.dropFirst(2) { inputs.append(try place(bias, node)) }
    guard let map else { return try builder.append(Linear(), inputs, path: node.path)[0] }
    let convolution = Conv2d(
      rows: try window(map[1], stride: 1, node), columns: try window(map[2], stride: 1, node))
    return try builder.append(convolution, inputs, path: node.path)[0]
  }

  /// Appends a node as it is; one that reads features must treat each by itself, or all along the channels.
  private mutating func appendUnchanged(_ node: Node) throws(GraphError) -> [Value] {
    let isAlongChannels =
      (node.operation as? Softmax)?.axis == 1 || (node.operation as? LogSoftmax)?.axis == 1
    if node.inputs.contains(where: { maps[$0] != nil }), !isAlongChannels, !keepsShape(node) {
      throw .operation(
        path: node.path,
        .setting(
          node.operation.name, name: "input", value: "features of a flattened map",
          allowed: "dense layers and functions of each element behind it"))
    }
    var inputs: [Value] = []
    for input in node.inputs { inputs.append(try place(input, node)) }
    return try builder.append(node.operation, inputs, path: node.path)
  }
}

extension Value {
  /// Whether node `index` makes rows of features of this map.
  fileprivate func isFlattened(_ shapes: GraphShapes, by index: Int) -> Bool {
    shapes[self].rank == 4 && shapes[node: index][0].rank == 2
      && shapes[self][0] == shapes[node: index][0][0]
  }
}
