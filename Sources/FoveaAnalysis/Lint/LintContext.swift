public import FoveaGraph
public import FoveaTensors

/// The height and width of something in the image, in pixels.
public struct PixelSize: Hashable, Codable, Sendable {
  /// Along the height.
  public let height: Int
  /// Along the width.
  public let width: Int

  /// Gathers both.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// What rules look at: a network, and what was found about it once for all of them.
public struct LintContext: Sendable {
  /// The network as it answers.
  public let graph: Graph
  /// The network as it learns; `nil` where that is not known.
  public let training: Graph?
  /// The shapes of the graph's values.
  public let shapes: GraphShapes
  /// Samples that a worker normalises together in training; `nil` where that is not known.
  public let batch: Int?
  /// The size of what the network shall see; `nil` where that is not known.
  public let objectSize: PixelSize?
  /// The shape of the images that receptive fields are measured in; `nil` for an input without rows and columns.
  public let image: Shape?
  /// The layers that an output depends on, in the order in which they run; those of gradients are left out.
  public let layers: [LintLayer]

  /// For each node, the positions in `layers` of what reads it, each once.
  private let readersOfNode: [[Int]]
  /// For each node, its position in `layers`.
  private let positions: [Int?]
  private let givenBack: Set<Int>

  /// Looks at a network.
  ///
  /// - Parameters:
  ///   - inputs: Shapes of inputs; an input that is not named keeps its own.
  ///   - training: The same network as it learns.
  ///   - batch: Samples that a worker normalises together in training.
  ///   - objectSize: The size of what the network shall see, in pixels of its image.
  /// - Throws: `GraphError` where the shapes do not fit, or the graph has no input.
  /// - Complexity: O(nodes).
  public init(
    _ graph: Graph, inputs: [String: Shape] = [:], training: Graph? = nil, batch: Int? = nil,
    objectSize: PixelSize? = nil
  ) throws(GraphError) {
    self.graph = graph
    self.training = training
    self.batch = batch
    self.objectSize = objectSize
    let shapes = try graph.shapes(inputs: inputs)
    self.shapes = shapes
    let fields = try ReceptiveFields(of: graph, shapes: shapes)
    let source = graph.source(named: fields.input).map { shapes[$0] }
    image = source.flatMap { $0.rank == 4 ? $0 : nil }
    let summary = try ModelSummary(of: graph, inputs: inputs)

    let forward = graph.outputs.filter { !$0.key.hasPrefix(Graph.gradientName(of: "")) }
    let isForward = graph.neededNodes(for: forward.values.map(\.node))
    givenBack = Set(forward.values.map(\.node))
    var layers: [LintLayer] = []
    var positions = [Int?](repeating: nil, count: graph.nodes.count)
    var readers = [[Int]](repeating: [], count: graph.nodes.count)
    var depths = [Int](repeating: 0, count: graph.nodes.count)
    var row = 0
    for (index, node) in graph.nodes.enumerated() where !node.operation.isSource {
      defer { row += 1 }
      guard isForward[index] else { continue }
      let layer = LintLayer(
        node: node, index: index, summary: summary.layers[row],
        inputs: node.inputs.map { shapes[$0] },
        productDepth: node.inputs.reduce(0) { max($0, depths[$1.node]) })
      depths[index] = layer.productDepth
      positions[index] = layers.count
      for read in Set(node.inputs.map(\.node)) { readers[read].append(layers.count) }
      layers.append(layer)
    }
    self.layers = layers
    self.positions = positions
    readersOfNode = readers
  }

  /// The layers that read what the node at `index` makes.
  public func readers(ofNode index: Int) -> [LintLayer] { readersOfNode[index].map { layers[$0] } }

  /// The layer that alone reads what the node at `index` makes; `nil` where it is given back as well.
  public func onlyReader(ofNode index: Int) -> LintLayer? {
    guard readersOfNode[index].count == 1, !givenBack.contains(index) else { return nil }
    return layers[readersOfNode[index][0]]
  }

  /// The layer that makes a value; `nil` for inputs and variables.
  public func layer(making value: Value) -> LintLayer? { positions[value.node].map { layers[$0] } }

  /// The layers that multiply by weights, in the order in which they run.
  public var products: [LintLayer] { layers.filter { $0.product != nil } }

  /// The layers with windows on the way from the image to its smallest map.
  ///
  /// A layer is left out where a later one has a larger map: the gates of squeeze-and-excitation, and all that a
  /// decoder enlarges again.
  public var trunk: [LintLayer] {
    var largest = 0
    let kept = layers.reversed().filter { layer in
      guard layer.summary.window != nil, layer.pixels >= largest else { return false }
      largest = layer.pixels
      return true
    }
    return kept.reversed()
  }
}

/// A layer, and what was found about it.
public struct LintLayer: Sendable {
  /// What is done, and to what.
  public let node: Node
  /// The node's place in the graph.
  public let index: Int
  /// What it makes, costs and sees.
  public let summary: ModelSummary.Layer
  /// The shapes of what it reads.
  public let inputs: [Shape]
  /// How far it sees.
  public let reach: SpatialReach
  /// Channels or features that it multiplies by weights and makes, and the groups that they are cut into; `nil` for
  /// layers without such weights.
  public let product: (inChannels: Int, outChannels: Int, groups: Int)?
  /// The layers with weights on the longest way to it from an input, itself among them.
  public let productDepth: Int

  init(
    node: Node, index: Int, summary: ModelSummary.Layer, inputs: [Shape], productDepth before: Int
  ) {
    self.node = node
    self.index = index
    self.summary = summary
    self.inputs = inputs
    reach = node.operation.spatialReach(inputs: inputs)
    let groups = node.operation.groupsOfConvolution ?? (node.operation is Linear ? 1 : nil)
    product = groups.map { (inputs[0][1], summary.outputShape[1], $0) }
    productDepth = before + (groups == nil ? 0 : 1)
  }

  /// Its path, such as `layer1.0.conv1`.
  public var path: String { summary.path }

  /// Height times width of what it makes; 1 for rows of features.
  public var pixels: Int {
    let shape = summary.outputShape
    return saturated(shape.gridHeight.multipliedReportingOverflow(by: shape.gridWidth))
  }

  /// The windows along both axes; `nil` for layers without, and for transposed convolutions.
  var windows: [Window]? {
    guard case .windows(let rows, let columns) = reach else { return nil }
    return [rows, columns]
  }
}

extension Graph {
  /// For each node, whether one of `targets` is it or depends on it.
  func neededNodes(for targets: some Sequence<Int>) -> [Bool] {
    var needed = [Bool](repeating: false, count: nodes.count)
    for target in targets { needed[target] = true }
    for index in nodes.indices.reversed() where needed[index] {
      for input in nodes[index].inputs { needed[input.node] = true }
    }
    return needed
  }
}
