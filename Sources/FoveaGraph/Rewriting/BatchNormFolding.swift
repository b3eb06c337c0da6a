public import FoveaTensors

extension Graph {
  /// This graph with batch normalisations folded into the layers before them, and the weights for it.
  ///
  /// `γ · (w ∗ x + b − μ) / √(σ² + ε) + β` is a convolution again, with the weight `w · s` and the bias
  /// `(b − μ) · s + β`, where `s = γ / √(σ² + ε)` for each channel of the result. It is done where a
  /// normalisation of known statistics is all that reads a convolution, a transposed convolution or a linear
  /// layer whose weight nothing else reads. The bias that a layer gains is called `<path>.bias`.
  ///
  /// - Parameter weights: A tensor for each variable of the graph.
  /// - Throws: `GraphError` where the new graph does not fit, `unknownName` for a variable without a tensor.
  public func foldingBatchNorms(
    _ weights: Weights
  ) throws(GraphError) -> (graph: Graph, weights: Weights) {
    var rewriting = BatchNormFolding(self, weights)
    try rewriting.run()
    return rewriting.result
  }
}

/// Copies a graph node by node and leaves out normalisations.
private struct BatchNormFolding {
  private let original: Graph
  private let originalWeights: Weights
  /// How many nodes and outputs read each value.
  private let readers: [Value: Int]
  /// The normalisation that is folded into a node, by that node's index.
  private var folded: [Int: Int] = [:]
  /// Variables that stand anew, with other tensors, just before the node that reads them.
  private var replaced: Set<String> = []
  private var builder = GraphBuilder()
  private var weights = Weights()
  private var places: [Value: Value] = [:]

  init(_ graph: Graph, _ weights: Weights) {
    original = graph
    originalWeights = weights
    readers = (graph.nodes.flatMap(\.inputs) + graph.outputs.values + graph.updates.values)
      .reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// The new graph, and the tensors of its variables.
  var result: (graph: Graph, weights: Weights) { (builder.graph, weights) }

  mutating func run() throws(GraphError) {
    for (index, node) in original.nodes.enumerated() {
      if let layer = foldableLayer(before: node) { folded[layer] = index }
    }
    let dropped = Set(folded.values)
    for layer in folded.keys {
      for input in original.nodes[layer].inputs.dropFirst() + statistics(of: layer) {
        if readers[input] == 1, let variable = variable(input) { replaced.insert(variable.name) }
      }
    }
    for (index, node) in original.nodes.enumerated() {
      if dropped.contains(index) {
        places[Value(node: index)] = places[node.inputs[0]]
      } else if let normalisation = folded[index] {
        try appendFolded(node, index, original.nodes[normalisation])
      } else {
        try append(node, index)
      }
    }
    for (name, value) in original.outputs {
      if let place = places[value] { try builder.output(name, place) }
    }
    for (name, value) in original.updates {
      if let place = places[value] { try builder.update(name, with: place) }
    }
  }

  private func variable(_ value: Value) -> Variable? {
    original.nodes[value.node].operation as? Variable
  }

  private func statistics(of layer: Int) -> ArraySlice<Value> {
    folded[layer].map { original.nodes[$0].inputs.dropFirst() } ?? []
  }

  /// The index of the layer that a normalisation can be folded into.
  private func foldableLayer(before node: Node) -> Int? {
    guard node.operation is BatchNorm2d, let image = node.inputs.first, readers[image] == 1,
      node.inputs.dropFirst().allSatisfy({ variable($0) != nil })
    else { return nil }
    let layer = original.nodes[image.node]
    guard layer.operation is any ChannelScalable, layer.inputs.count > 1,
      layer.inputs.dropFirst().allSatisfy({ variable($0) != nil }), readers[layer.inputs[1]] == 1,
      folded[image.node] == nil
    else { return nil }
    return image.node
  }

  private mutating func append(_ node: Node, _ index: Int) throws(GraphError) {
    switch node.operation {
    case let input as Input:
      places[Value(node: index)] = try builder.input(
        input.name, input.shape, input.outputElementType)
    case let variable as Variable where !replaced.contains(variable.name):
      places[Value(node: index)] = try append(variable, try tensor(variable.name))
    case is Variable: break
    default:
      let inputs = node.inputs.compactMap { places[$0] }
      let results = try builder.append(node.operation, inputs, path: node.path)
      for (output, value) in results.enumerated() {
        places[Value(node: index, output: output)] = value
      }
    }
  }

  private mutating func append(
    _ variable: Variable, _ tensor: Tensor
  ) throws(GraphError) -> Value {
    weights[variable.name] = tensor
    return try builder.variable(variable.name, variable.shape, role: variable.role)
  }

  private func tensor(_ name: String) throws(GraphError) -> Tensor {
    guard let tensor = originalWeights[name] else {
      throw .unknownName(name, kind: "tensor", known: Array(originalWeights.names))
    }
    return tensor
  }

  /// Appends a layer with the normalisation behind it.
  private mutating func appendFolded(
    _ node: Node, _ index: Int, _ normalisation: Node
  ) throws(GraphError) {
    guard let layer = node.operation as? any ChannelScalable,
      let norm = normalisation.operation as? BatchNorm2d
    else { return }
    var vectors: [[Float]] = []
    for input in normalisation.inputs.dropFirst() {
      vectors.append(try tensor(variable(input)?.name ?? "").floats)
    }
    let channels = vectors[0].count
    let gamma = vectors.count == 4 ? vectors[2] : Array(repeating: 1, count: channels)
    let beta = vectors.count == 4 ? vectors[3] : Array(repeating: 0, count: channels)
    var inputs = node.inputs.compactMap { places[$0] }
    guard let weight = variable(node.inputs[1]), let image = inputs.first else { return }
    let bias = node.inputs.count == 3 ? variable(node.inputs[2]) : nil
    let before =
      try bias.map { bias throws(GraphError) in try tensor(bias.name).floats }
      ?? Array(repeating: 0, count: channels)

    // In double, so that only the results are rounded.
    let factors = zip(gamma, vectors[1]).map {
      Double($0) / (Double($1) + Double(norm.epsilon)).squareRoot()
    }
    let shifts = factors.indices.map {
      Float((Double(before[$0]) - Double(vectors[0][$0])) * factors[$0] + Double(beta[$0]))
    }
    inputs = [
      image, try append(weight, layer.scaled(try tensor(weight.name), by: factors)),
      try append(
        Variable(biasName(bias, node), [channels], .parameter), Tensor([channels], shifts)),
    ]
    places[Value(node: index)] = try builder.append(node.operation, inputs, path: node.path)[0]
  }

  /// The name of the bias: the old one's, where nothing else reads it.
  private func biasName(_ bias: Variable?, _ node: Node) -> String {
    if let bias, replaced.contains(bias.name) { return bias.name }
    var name = node.path + ".bias"
    while original.source(named: name) != nil { name += ".folded" }
    return name
  }
}

/// A layer whose result is multiplied channel by channel where its weight is.
private protocol ChannelScalable: Operation {
  /// The weight of which a channel of the result is `factors` times as large.
  func scaled(_ weight: Tensor, by factors: [Double]) -> Tensor
}

extension ChannelScalable {
  /// The weight of which the elements at each offset are multiplied by the factor of their channel.
  fileprivate func scaled(
    _ weight: Tensor, by factors: [Double], channel: (Int) -> Int
  ) -> Tensor {
    Tensor(
      weight.shape,
      weight.floats.enumerated().map { Float(Double($1) * factors[channel($0)]) })
  }
}

extension Conv2d: ChannelScalable {
  fileprivate func scaled(_ weight: Tensor, by factors: [Double]) -> Tensor {
    let perChannel = weight.elementCount / factors.count
    return scaled(weight, by: factors) { $0 / perChannel }
  }
}

extension Linear: ChannelScalable {
  fileprivate func scaled(_ weight: Tensor, by factors: [Double]) -> Tensor {
    let perChannel = weight.elementCount / factors.count
    return scaled(weight, by: factors) { $0 / perChannel }
  }
}

extension ConvTranspose2d: ChannelScalable {
  fileprivate func scaled(_ weight: Tensor, by factors: [Double]) -> Tensor {
    // [inChannels, outChannels / groups, …]: input channels of one group reach its output channels.
    let (inChannels, perGroup) = (weight.shape[0], weight.shape[1])
    let taps = weight.shape[2] * weight.shape[3]
    return scaled(weight, by: factors) { offset in
      let (input, output) = (offset / (perGroup * taps), offset / taps % perGroup)
      return input / (inChannels / groups) * perGroup + output
    }
  }
}
