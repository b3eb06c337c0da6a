import FoveaGraph
public import FoveaLayers
import FoveaTensors

/// A training's step without its updates, with the outputs of layers and the norms of their gradients.
struct ObservationGraph {
  struct Layer {
    let path: String
    /// The name of the graph's output that is the layer's.
    let output: String
    let channels: ChannelPlaces
    let isAnswer: Bool
    /// What of the layer enters the nonlinearity after it.
    let entry: Entry?
    /// The outputs that are the sums of squares of gradients and of parameters.
    let squares: (gradient: String, parameters: String)?
    /// The parameters that are trained.
    let parameters: [String]
    /// The outputs that are their gradients, where elements are asked for.
    let gradients: [(parameter: String, output: String)]
  }

  /// What enters a nonlinearity.
  struct Entry {
    let kind: ActivationKind
    /// The name of the graph's output, and its channels; `nil` where it is the layer's own output.
    let output: (name: String, channels: ChannelPlaces)?
  }

  let graph: Graph
  let backwardStart: Int?
  let layers: [Layer]

  /// Looks at layers of a model.
  ///
  /// - Throws: `TrainingError.option` for a pattern that no path matches.
  init(
    _ model: Model, loss: Loss, updates: UpdateOptions, request: ObservationRequest
  ) throws {
    let chosen = try model.training.layerOutputs(request.layers)
    let heads = model.training.outputs.map(\.key).filter { model.inference.outputs[$0] == nil }
    let forward = try loss.append(
      to: try model.training.withoutUpdates(), heads: heads, reduction: .mean)
    let parameters = chosen.map { layer in
      forward.variables.filter {
        $0.role == .parameter && $0.name.hasPrefix(layer.path + ".") && !updates.isFrozen($0.name)
      }.map(\.name)
    }
    let names = request.hasGradients ? Set(parameters.joined()).sorted() : []
    backwardStart = names.isEmpty ? nil : forward.nodes.count
    var builder = try GraphBuilder(
      extending: names.isEmpty
        ? forward
        : differentiate(forward, loss: TrainingStep.lossName, withRespectTo: names))
    var gradients: [String: Value] = [:]
    for name in names {
      gradients[name] = try builder.removeOutput(Graph.gradientName(of: name))
    }
    var layers: [Layer] = []
    for (layer, parameters) in zip(chosen, parameters) {
      let shape = builder.shape(of: layer.value)
      let output = "observed/\(layer.path)"
      try builder.output(output, layer.value)
      var squares: (gradient: String, parameters: String)?
      if request.hasGradients, !parameters.isEmpty {
        let results = ("observed/gradient/\(layer.path)", "observed/parameters/\(layer.path)")
        var formula = Formula(builder: builder, path: output)
        try formula.outputSquares(of: parameters.compactMap { gradients[$0] }, as: results.0)
        try formula.outputSquares(
          of: parameters.compactMap(formula.builder.graph.source(named:)), as: results.1)
        builder = formula.builder
        squares = results
      }
      var elements: [(parameter: String, output: String)] = []
      if request.hasGradientElements {
        for name in parameters {
          guard let gradient = gradients[name] else { continue }
          let result = "observed/gradient of/\(layer.path)/\(name)"
          try builder.output(result, gradient)
          elements.append((name, result))
        }
      }
      layers.append(
        Layer(
          path: layer.path, output: output,
          channels: ChannelPlaces(
            of: shape, areLast: forward.nodes[layer.value.node].operation is FoveaGraph.Linear),
          isAnswer: forward.isAnswer(layer.value),
          entry: try forward.entry(of: layer).map { kind, value in
            guard value != layer.value else { return Entry(kind: kind, output: nil) }
            let name = "observed/entry/\(layer.path)"
            try builder.output(name, value)
            return Entry(
              kind: kind,
              output: (name, ChannelPlaces(of: builder.shape(of: value), areLast: shape.rank == 2)))
          }, squares: squares, parameters: parameters, gradients: elements))
    }
    self.layers = layers
    graph = builder.graph
  }
}

extension ObservationRequest {
  /// Throws where a pattern matches no layer of a model, as the training would.
  ///
  /// - Throws: `TrainingError.option`.
  public func check(_ model: Model) throws(TrainingError) {
    _ = try model.training.layerOutputs(layers)
  }
}

extension Formula {
  fileprivate mutating func outputSquares(
    of values: [Value], as name: String
  ) throws(GraphError) {
    var all: Value?
    for value in values {
      let own = try total(try square(value))
      all = if let all { try sum(all, own) } else { own }
    }
    if let all { try builder.output(name, all) }
  }
}

extension Graph {
  /// The last result under each path that is chosen, in the graph's order.
  fileprivate func layerOutputs(
    _ patterns: [String]?
  ) throws(TrainingError) -> [(path: String, value: Value)] {
    var last: [String: Int] = [:]
    for (index, node) in nodes.enumerated()
    where !node.inputs.isEmpty && node.operation.outputElementType == .float32 {
      last[node.path] = index
    }
    for pattern in patterns ?? [] where !last.keys.contains(where: ParameterGroup(pattern).contains)
    {
      throw .option(
        "the layers to look at",
        problem: "no layer is called \(pattern); choose from "
          + last.sorted { $0.value < $1.value }.map(\.key).prefix(8).joined(separator: ", "))
    }
    let groups = patterns?.map { ParameterGroup($0) }
    return last.sorted { $0.value < $1.value }.compactMap { path, index in
      let isChosen = groups?.contains { $0.contains(path) } ?? nodes[index].operation.weighsInputs
      return isChosen ? (path, Value(node: index)) : nil
    }
  }

  /// The same nodes and outputs, in the same places.
  func withoutUpdates() throws(GraphError) -> Graph {
    var builder = GraphBuilder()
    for node in nodes {
      _ = try builder.append(node.operation, node.inputs, path: node.path)
    }
    for (name, value) in outputs { try builder.output(name, value) }
    return builder.graph
  }

  /// The nonlinearity that reads a layer's output, by itself or after normalisations and poolings.
  fileprivate func entry(
    of layer: (path: String, value: Value)
  ) -> (kind: ActivationKind, value: Value)? {
    var value = layer.value
    while true {
      let readers = nodes.indices.filter { nodes[$0].inputs.first == value }
      if let kind = readers.lazy.compactMap({ nodes[$0].operation.activationKind }).first {
        return (kind, value)
      }
      guard let next = readers.first(where: { nodes[$0].operation.keepsChannels }) else {
        return nil
      }
      value = Value(node: next)
    }
  }

  /// Whether a value becomes the network's answer without another being made of it.
  fileprivate func isAnswer(_ value: Value) -> Bool {
    guard var answer = outputs[Model.outputName] else { return false }
    while answer != value {
      let node = nodes[answer.node]
      guard node.operation is FoveaGraph.Flatten || node.operation is FoveaGraph.Reshape,
        let input = node.inputs.first
      else { return false }
      answer = input
    }
    return true
  }
}

extension Operation {
  fileprivate var activationKind: ActivationKind? {
    switch self {
    case is FoveaGraph.ReLU: .rectifier
    case let bounded as FoveaGraph.Hardtanh: bounded.minimum == 0 ? .rectifier : .tanh
    case is FoveaGraph.LeakyReLU, is FoveaGraph.PReLU, is FoveaGraph.ELU, is FoveaGraph.GELU,
      is FoveaGraph.SiLU, is FoveaGraph.Mish, is FoveaGraph.Hardswish, is FoveaGraph.Softplus:
      .leaky
    case is FoveaGraph.Sigmoid, is FoveaGraph.Hardsigmoid: .sigmoid
    case let unary as Unary: unary.function == .tanh ? .tanh : nil
    default: nil
    }
  }

  /// Whether channels stay what they are, so that one that is dead after it was dead before: normalisations, poolings.
  fileprivate var keepsChannels: Bool {
    self is FoveaGraph.BatchNorm2d || self is BatchNorm2dTraining || self is FoveaGraph.GroupNorm
      || self is FoveaGraph.LayerNorm || self is FoveaGraph.MaxPool2d
      || self is FoveaGraph.AvgPool2d
  }

  /// Whether results are sums of inputs times weights.
  var weighsInputs: Bool {
    self is FoveaGraph.Conv1d || self is FoveaGraph.Conv2d || self is FoveaGraph.Conv3d
      || self is FoveaGraph.ConvTranspose2d || self is FoveaGraph.Linear
  }
}
