public import FoveaGraph
public import FoveaTensors

/// A network as blocks, and what flows between them: what a diagram shows.
public struct NetworkOutline: Hashable, Codable, Sendable {
  /// How results meet.
  public enum Join: String, Hashable, Codable, Sendable, CaseIterable {
    /// They are added: a residual connection.
    case sum
    /// They are laid beside each other.
    case concatenation
    /// One is multiplied by the other: a gate.
    case product
    /// In any other way.
    case other
  }

  /// Layers that are shown as one.
  public struct Block: Hashable, Codable, Sendable {
    /// The path of the first layer, or the one that all layers have in common.
    public let path: String
    /// The layers, in the order in which they run; at least one.
    public let layers: [ModelSummary.Layer]
    /// Sums over them.
    public let totals: ModelSummary.Totals
    /// How results meet inside it; each way once.
    public let innerJoins: [Join]
  }

  /// A result of one block that another one reads.
  public struct Edge: Hashable, Codable, Sendable {
    /// The position of the block that makes it; `nil` for the network's input.
    public let from: Int?
    /// The position of the block that reads it.
    public let to: Int
    /// How it meets other results there; `nil` where it is all that a layer reads.
    public let join: Join?
  }

  /// The shape of each input, by name.
  public let inputs: [String: Shape]
  /// The blocks, in the order in which they run.
  public let blocks: [Block]
  /// What flows between them, by the block that reads it; each pair of blocks once.
  public let edges: [Edge]

  /// Outlines a network.
  ///
  /// - Parameter depth: How many parts of a path are told apart; all where left out. Normalisation and activations
  ///   are one block with what they alone read.
  /// - Throws: `GraphError` where the shapes do not fit.
  /// - Complexity: O(nodes).
  public init(
    of graph: Graph, inputs: [String: Shape] = [:], depth: Int? = nil
  ) throws(GraphError) {
    let summary = try ModelSummary(of: graph, inputs: inputs)
    let shapes = try graph.shapes(inputs: inputs)
    let nodes = graph.nodes.indices.filter { !graph.nodes[$0].operation.isSource }
    let reads = nodes.map { index in
      let node = graph.nodes[index]
      return node.inputs.enumerated().filter { position, read in
        node.operation.readsElements(ofInput: position)
          && !(graph.nodes[read.node].operation is Variable)
      }.map(\.element.node)
    }
    var readers: [Int: Int] = [:]
    for read in reads.joined() { readers[read, default: 0] += 1 }

    /// The blocks' layers, as positions in `nodes`.
    var members: [[Int]] = []
    var paths: [String] = []
    for (layer, index) in nodes.enumerated() {
      let node = graph.nodes[index]
      let path = depth.map { node.path.split(separator: ".").prefix($0).joined(separator: ".") }
      let isFollower =
        reads[layer].count == 1 && readers[reads[layer][0]] == 1
        && members.last?.last.map { nodes[$0] == reads[layer][0] } == true
        && shapes[Value(node: index)] == shapes[Value(node: reads[layer][0])]
        && node.operation.spatialReach(inputs: node.inputs.map { shapes[$0] }) == .pointwise
      let follows = isFollower || path != nil && paths.last == path
      if follows {
        members[members.count - 1].append(layer)
      } else {
        members.append([layer])
        paths.append(path ?? node.path)
      }
    }
    var blockOfNode: [Int: Int] = [:]
    for (block, layers) in members.enumerated() {
      for layer in layers { blockOfNode[nodes[layer]] = block }
    }

    var edges: [Edge] = []
    var blocks: [Block] = []
    for (block, layers) in members.enumerated() {
      var inner: [Join] = []
      var joins: [Int?: Join?] = [:]
      var order: [Int?] = []
      for layer in layers {
        let join = reads[layer].count > 1 ? graph.nodes[nodes[layer]].operation.join : nil
        for read in reads[layer] {
          let source = blockOfNode[read]
          if source == block {
            if let join, !inner.contains(join) { inner.append(join) }
          } else if let known = joins[source] {
            // What a layer reads alone says more than how it is joined later on.
            if known != join { joins[source] = Join?.none }
          } else {
            joins[source] = join
            order.append(source)
          }
        }
      }
      edges += order.map { Edge(from: $0, to: block, join: joins[$0] ?? nil) }
      let rows = layers.map { summary.layers[$0] }
      blocks.append(
        Block(
          path: paths[block], layers: rows, totals: ModelSummary.Totals(rows), innerJoins: inner))
    }
    self.inputs = Dictionary(
      uniqueKeysWithValues: graph.inputs.map { ($0.name, inputs[$0.name] ?? $0.shape) })
    self.blocks = blocks
    self.edges = edges
  }
}

extension Operation {
  fileprivate var join: NetworkOutline.Join {
    switch self {
    case let binary as Binary where binary.function == .add: .sum
    case let binary as Binary where binary.function == .multiply: .product
    case is Concat: .concatenation
    default: .other
    }
  }
}
