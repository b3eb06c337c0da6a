import FoveaAnalysis
public import FoveaDrawing
public import FoveaTensors

/// Draws a network's blocks and what flows between them.
public struct DrawNetworkCommand: Hashable, Codable, Sendable {
  /// The network's name, or the path of a checkpoint, a run's folder, or a graph (`.json`).
  public var model: String
  /// The SVG file.
  public var output: String
  /// One input, `[C, H, W]`; the network's own where left out.
  public var input: Shape?
  /// How many parts of a layer's path are told apart; all where left out.
  public var depth: Int?
  /// What makes blocks strong in colour.
  public var quantity: NetworkDiagram.Quantity

  /// Makes the request.
  public init(
    model: String, output: String, input: Shape? = nil, depth: Int? = nil,
    quantity: NetworkDiagram.Quantity = .macs
  ) {
    self.model = model
    self.output = output
    self.input = input
    self.depth = depth
    self.quantity = quantity
  }

  /// Draws.
  ///
  /// - Throws: `CommandError` for an unknown model or a file of another kind, `GraphError` where the network does not
  ///   take such an input, `DrawingError` for too many blocks, `FileWriteError`.
  public func run() throws -> PictureReport {
    if let depth, depth < 1 {
      throw CommandError.option("--depth", value: "\(depth)", allowed: "1 or more")
    }
    let file = try PictureFile(requested: output, formats: [.svg])
    let network = try AnalysedNetwork(requested: model, input: input)
    let outline = try NetworkOutline(of: network.graph, inputs: network.inputs, depth: depth)
    let diagram = try NetworkDiagram(outline, title: network.label, quantity: quantity)
    return try file.write(svg: diagram.svg())
  }
}
