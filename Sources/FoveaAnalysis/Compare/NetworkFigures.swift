public import FoveaGraph
public import FoveaTensors

/// What a network costs, holds and sees, as one row beside others.
public struct NetworkFigures: Hashable, Codable, Sendable {
  /// What people call it.
  public let name: String
  /// The shape of its first input, batch first.
  public let inputShape: Shape
  /// The shape of its first output, batch first.
  public let outputShape: Shape
  /// Trained parameters, each counted once.
  public let parameters: Int
  /// Numbers that the network keeps up itself.
  public let buffers: Int
  /// Multiply-adds for the whole batch.
  public let multiplyAdds: Int
  /// Operations outside sums of products, for the whole batch.
  public let otherOperations: Int
  /// Parameters and buffers in float32, in bytes.
  public let weightBytes: Int
  /// The results of all layers, in bytes.
  public let activationBytes: Int
  /// All that inference needs at a time, in bytes; `nil` where it was not planned.
  public var peakInferenceBytes: Int?
  /// What one element of the last map of several pixels sees of the image; of the output, where there is no such map.
  public let receptiveField: ReceptiveField
  /// Activation functions; pooling, which is not linear either where it takes a maximum, is not among them.
  public let nonLinearities: Int
  /// Convolutions and dense layers on the longest path, as the 50 of ResNet-50 are counted.
  public let depth: Int

  /// Counts a network for certain shapes of its inputs.
  ///
  /// - Throws: `GraphError` where the shapes do not fit, or where there is no output.
  /// - Complexity: O(nodes).
  public init(
    name: String, of graph: Graph, inputs: [String: Shape] = [:]
  ) throws(GraphError) {
    guard let output = graph.outputs.values.first else { throw .noOutputs }
    let shapes = try graph.shapes(inputs: inputs)
    let summary = try ModelSummary(of: graph, inputs: inputs)
    let fields = try ReceptiveFields(of: graph, shapes: shapes)
    self.name = name
    inputShape = graph.source(named: fields.input).map { shapes[$0] } ?? .scalar
    outputShape = shapes[output]
    parameters = summary.totals.parameters
    buffers = summary.totals.buffers
    multiplyAdds = summary.totals.multiplyAdds
    otherOperations = summary.totals.otherOperations
    weightBytes = summary.totals.weightBytes
    activationBytes = summary.totals.activationBytes
    let lastMap = graph.nodes.indices.last {
      let shape = shapes[node: $0][0]
      return !graph.nodes[$0].operation.isSource && shape.rank == 4 && shape[2] * shape[3] > 1
    }
    receptiveField = fields[lastMap.map { Value(node: $0) } ?? output]
    nonLinearities = graph.nodes.count { $0.operation.isActivation }
    depth = graph.weightedDepth
  }
}

extension Graph {
  /// The most convolutions and products with weights that one path goes through.
  fileprivate var weightedDepth: Int {
    var depths: [Int] = []
    for node in nodes {
      let isWeighted =
        node.operation.isProduct
        && node.inputs.contains { nodes[$0.node].operation is Variable }
      let before = node.inputs.reduce(0) { max($0, depths[$1.node]) }
      depths.append(before + (isWeighted ? 1 : 0))
    }
    return outputs.values.reduce(0) { max($0, depths[$1.node]) }
  }
}

extension Operation {
  /// Whether it multiplies by weights and sums up: a convolution, transposed or not, or a dense layer.
  var isProduct: Bool {
    groupsOfConvolution != nil || self is Linear || self is MatMul
  }

  /// Whether it is an activation function of each element.
  var isActivation: Bool {
    switch self {
    case is ReLU, is LeakyReLU, is Hardtanh, is Sigmoid, is SiLU, is Hardsigmoid, is Hardswish: true
    case is GELU, is ELU, is PReLU, is Softplus, is Mish: true
    case let unary as Unary: unary.function == .tanh
    default: false
    }
  }
}
