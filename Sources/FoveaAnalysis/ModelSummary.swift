public import FoveaGraph
public import FoveaTensors

/// What each layer of a network makes, holds and costs: one row a layer, and totals.
public struct ModelSummary: Hashable, Codable, Sendable {
  /// One layer.
  public struct Layer: Hashable, Codable, Sendable {
    /// Its path, such as `layer1.0.conv1`.
    public let path: String
    /// Its operation, such as `Conv2d`.
    public let type: String
    /// The shape of its result, batch first.
    public let outputShape: Shape
    /// Its trained parameters; those that an earlier layer shares are counted there.
    public let parameters: Int
    /// Multiplications that are followed by an addition, for the whole batch, without bias.
    public let multiplyAdds: Int
  }

  /// Sums over all layers.
  public struct Totals: Hashable, Codable, Sendable {
    /// Trained parameters, each counted once.
    public let parameters: Int
    /// Multiply-adds for the whole batch; a FLOP count is twice this.
    public let multiplyAdds: Int
  }

  /// The layers, in the order in which they run.
  public let layers: [Layer]
  /// Sums over all layers.
  public let totals: Totals

  /// Sums up a network for certain shapes of its inputs.
  ///
  /// - Throws: `GraphError` where the shapes do not fit.
  /// - Complexity: O(nodes).
  public init(of graph: Graph, inputs: [String: Shape] = [:]) throws(GraphError) {
    let shapes = try graph.shapes(inputs: inputs)
    var counted: Set<Int> = []
    var layers: [Layer] = []
    var total = Cost()
    for (index, node) in graph.nodes.enumerated() {
      if node.operation is Input || node.operation is Variable { continue }
      var parameters = 0
      for input in node.inputs {
        guard let variable = graph.nodes[input.node].operation as? Variable,
          variable.role == .parameter, counted.insert(input.node).inserted
        else { continue }
        parameters += variable.shape.elementCount
      }
      let cost = node.operation.cost(
        inputs: node.inputs.map { shapes[$0] }, outputs: shapes[node: index])
      total = total + cost
      layers.append(
        Layer(
          path: node.path, type: node.operation.name, outputShape: shapes[node: index][0],
          parameters: parameters, multiplyAdds: cost.multiplyAdds))
    }
    self.layers = layers
    totals = Totals(
      parameters: layers.reduce(0) { $0 + $1.parameters }, multiplyAdds: total.multiplyAdds)
  }
}
