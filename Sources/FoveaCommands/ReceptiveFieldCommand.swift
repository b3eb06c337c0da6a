public import FoveaAnalysis
import FoveaGraph
public import FoveaTensors

/// Finds what a layer's elements see of the image: by formula, and pixel by pixel.
public struct ReceptiveFieldCommand: Hashable, Codable, Sendable {
  /// The network's name, or the path of a checkpoint, a run's folder, or a graph (`.json`).
  public var model: String
  /// One input, `[C, H, W]`; the network's own where left out.
  public var input: Shape?
  /// The layer's path; the last one with a map where left out.
  public var layer: String?
  /// The row and column of one activation; the middle of the map where left out.
  public var place: [Int]?

  /// What was found.
  public struct Report: Hashable, Codable, Sendable {
    /// The layer's path.
    public let layer: String
    /// The shape of its result, batch first.
    public let outputShape: Shape
    /// What one of its elements sees, by formula.
    public let receptiveField: ReceptiveField
    /// Whether all paths to it are centred on the same pixels.
    public let alignment: PathAlignment
    /// The row and column of the activation; `nil` where the layer has no map.
    public let place: [Int]?
    /// The pixels that this activation depends on.
    public let region: InputRegion
    /// Where paths to the layer that part before meet again.
    public let joins: [PathJoin]
  }

  /// Makes the request.
  public init(model: String, input: Shape? = nil, layer: String? = nil, place: [Int]? = nil) {
    self.model = model
    self.input = input
    self.layer = layer
    self.place = place
  }

  /// Finds it.
  ///
  /// - Throws: `CommandError` for an unknown model, `AnalysisError` for an unknown layer or place, `GraphError` where the
  ///   network does not take such an input.
  public func run() throws -> Report {
    let network = try AnalysedNetwork(requested: model, input: input)
    let shapes = try network.graph.shapes(inputs: network.inputs)
    let fields = try ReceptiveFields(of: network.graph, shapes: shapes)
    let value = try layer.map(network.value(ofLayer:)) ?? network.lastMap(shapes)
    let shape = shapes[value]
    if let place, place.count != 2 {
      throw CommandError.option("--at", value: "\(place)", allowed: "a row and a column")
    }
    // A signal is an image of one row.
    let height = shape.rank > 3 ? shape[shape.rank - 2] : 1
    let place = place ?? (shape.rank > 2 ? [height / 2, shape[shape.rank - 1] / 2] : nil)
    return Report(
      layer: network.graph.nodes[value.node].path, outputShape: shape,
      receptiveField: fields[value], alignment: fields.alignment(of: value), place: place,
      region: try InputRegion(
        of: value, at: place.map { ($0[0], $0[1]) }, in: network.graph, shapes: shapes,
        input: fields.input),
      joins: fields.joins.filter { network.reaches(value, from: $0.layer) })
  }
}

extension AnalysedNetwork {
  /// The last value with rows and columns, more than one of them; in networks of signals the last signal.
  func lastMap(_ shapes: GraphShapes) throws(AnalysisError) -> Value {
    func last(ofRank rank: Int) -> Int? {
      graph.nodes.indices.last {
        let shape = shapes[node: $0][0]
        return !graph.nodes[$0].operation.isSource && shape.rank == rank
          && shape.dimensions.dropFirst(2).contains { $0 > 1 }
      }
    }
    guard let index = last(ofRank: 4) ?? last(ofRank: 3) else {
      throw .unknownLayer("with a map", near: graph.nodes.suffix(3).map(\.path))
    }
    return Value(node: index)
  }

  /// Whether a layer comes before a value, or is what makes it.
  fileprivate func reaches(_ value: Value, from path: String) -> Bool {
    graph.nodes[...value.node].contains { $0.path == path }
  }
}
