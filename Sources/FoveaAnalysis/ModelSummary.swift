public import FoveaGraph
public import FoveaTensors

/// What each layer of a network makes, holds, costs and sees: one row a layer, and totals.
public struct ModelSummary: Hashable, Codable, Sendable {
  /// One layer.
  public struct Layer: Hashable, Codable, Sendable {
    /// Its path, such as `layer1.0.conv1`.
    public let path: String
    /// Its operation, such as `Conv2d`.
    public let type: String
    /// The shape of its result, batch first.
    public let outputShape: Shape
    /// Its window; `nil` for layers without.
    public let window: LayerWindow?
    /// Its trained parameters; those that an earlier layer shares are counted there.
    public let parameters: Int
    /// Its parameters that a training leaves alone.
    public let frozenParameters: Int
    /// Numbers that the network keeps up itself, such as running means.
    public let buffers: Int
    /// Multiplications that are followed by an addition, for the whole batch, without bias.
    public let multiplyAdds: Int
    /// Operations outside such sums, bias additions among them, for the whole batch.
    public let otherOperations: Int
    /// The size of its results, in bytes.
    public let activationBytes: Int
    /// What one element of its result sees of the image.
    public let receptiveField: ReceptiveField
    /// Whether all paths to it are centred on the same pixels.
    public let alignment: PathAlignment
    /// Pixels at the bottom and at the right of its input that no window reaches; `nil` for layers without window.
    public let unusedPixels: [Int]?
  }

  /// Sums over all layers.
  public struct Totals: Hashable, Codable, Sendable {
    /// Trained parameters, each counted once.
    public internal(set) var parameters = 0
    /// Parameters that a training leaves alone.
    public internal(set) var frozenParameters = 0
    /// Numbers that the network keeps up itself.
    public internal(set) var buffers = 0
    /// Multiply-adds for the whole batch.
    public internal(set) var multiplyAdds = 0
    /// Twice the multiply-adds.
    public internal(set) var flops = 0
    /// Operations outside sums of products, for the whole batch.
    public internal(set) var otherOperations = 0
    /// Parameters and buffers in float32, in bytes.
    public internal(set) var weightBytes = 0
    /// The results of all layers, in bytes: more than is ever in memory at a time.
    public internal(set) var activationBytes = 0
    /// All that inference needs at a time, in bytes: weights, images, activations; `nil` where it was not planned.
    public var peakInferenceBytes: Int?
    /// All that a training step needs at a time, in bytes; `nil` where it was not planned, or cannot be.
    public var peakTrainingBytes: Int?
  }

  /// The layers, in the order in which they run.
  public let layers: [Layer]
  /// Where paths that part before meet again.
  public let joins: [PathJoin]
  /// Sums over all layers.
  public var totals: Totals

  /// Gathers what was found before.
  public init(layers: [Layer], joins: [PathJoin], totals: Totals) {
    self.layers = layers
    self.joins = joins
    self.totals = totals
  }

  /// Sums up a network for certain shapes of its inputs.
  ///
  /// - Parameters:
  ///   - frozen: Says of a parameter's name whether a training leaves it alone.
  ///   - input: The input that receptive fields are measured in; the first image where left out.
  /// - Throws: `GraphError` where the shapes do not fit.
  /// - Complexity: O(nodes).
  public init(
    of graph: Graph, inputs: [String: Shape] = [:], frozen: (String) -> Bool = { _ in false },
    receptiveFieldIn input: String? = nil
  ) throws(GraphError) {
    let shapes = try graph.shapes(inputs: inputs)
    let fields = try ReceptiveFields(of: graph, shapes: shapes, input: input)
    var counted: Set<Int> = []
    var layers: [Layer] = []
    for (index, node) in graph.nodes.enumerated() where !node.operation.isSource {
      var held = (parameters: 0, frozen: 0, buffers: 0)
      for input in node.inputs {
        guard let variable = graph.nodes[input.node].operation as? Variable,
          counted.insert(input.node).inserted
        else { continue }
        switch variable.role {
        case .parameter where frozen(variable.name): held.frozen += variable.shape.elementCount
        case .parameter: held.parameters += variable.shape.elementCount
        case .buffer: held.buffers += variable.shape.elementCount
        case .optimizerState: break
        }
      }
      let inputs = node.inputs.map { shapes[$0] }
      let outputs = shapes[node: index]
      let cost = node.operation.cost(inputs: inputs, outputs: outputs)
      let reach = node.operation.spatialReach(inputs: inputs)
      layers.append(
        Layer(
          path: node.path, type: node.operation.name, outputShape: outputs[0],
          window: LayerWindow(of: node.operation, reach: reach), parameters: held.parameters,
          frozenParameters: held.frozen, buffers: held.buffers, multiplyAdds: cost.multiplyAdds,
          otherOperations: cost.otherOperations,
          activationBytes: outputs.reduce(0) {
            saturated(
              $0.addingReportingOverflow(
                $1.elementCount * node.operation.outputElementType.byteCount))
          }, receptiveField: fields[Value(node: index)],
          alignment: fields.alignment(of: Value(node: index)),
          unusedPixels: inputs.first.flatMap(reach.unusedPixels(of:))))
    }
    self.layers = layers
    joins = fields.joins
    totals = Totals(layers)
  }
}

extension ModelSummary.Totals {
  init(_ layers: [ModelSummary.Layer]) {
    func sum(_ count: (ModelSummary.Layer) -> Int) -> Int {
      layers.reduce(0) { saturated($0.addingReportingOverflow(count($1))) }
    }
    parameters = sum(\.parameters)
    frozenParameters = sum(\.frozenParameters)
    buffers = sum(\.buffers)
    multiplyAdds = sum(\.multiplyAdds)
    flops = saturated(multiplyAdds.multipliedReportingOverflow(by: 2))
    otherOperations = sum(\.otherOperations)
    let numbers = sum {
      saturated(($0.parameters + $0.frozenParameters).addingReportingOverflow($0.buffers))
    }
    weightBytes = saturated(numbers.multipliedReportingOverflow(by: ElementType.float32.byteCount))
    activationBytes = sum(\.activationBytes)
  }
}

/// A result, or the largest integer where it would pass that: a file may name any shape.
func saturated(_ result: (partialValue: Int, overflow: Bool)) -> Int {
  result.overflow ? .max : result.partialValue
}

extension SpatialReach {
  /// Pixels at the bottom and at the right of an image that no window reaches.
  fileprivate func unusedPixels(of image: Shape) -> [Int]? {
    guard case .windows(let rows, let columns) = self else { return nil }
    return zip([rows, columns], [image.gridHeight, image.gridWidth]).map { window, extent in
      max(0, window.unusedPixels(on: extent) - window.padding.after)
    }
  }
}
