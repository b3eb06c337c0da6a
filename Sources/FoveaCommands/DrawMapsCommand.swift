import Foundation
import FoveaData
import FoveaDrawing
import FoveaGraph
import FoveaLayers
import FoveaRuntime
import FoveaTensors
import FoveaTraining

/// Draws the filters of a convolution as a grid.
public struct DrawFiltersCommand: Hashable, Codable, Sendable {
  /// The network's name, whose weights are random then, or the path of a checkpoint or a run's folder.
  public var model: String
  /// The SVG or PNG file.
  public var output: String
  /// The convolution's path; the first where left out.
  public var layer: String?
  /// The most filters, or planes of filters, that are drawn.
  public var limit = 64
  /// What random weights are drawn by.
  public var seed: UInt64 = 0

  /// What was drawn.
  public struct Report: Hashable, Codable, Sendable {
    /// The file.
    public let picture: PictureReport
    /// The convolution's path.
    public let layer: String
    /// The shape of its weights, `[O, I, kH, kW]`.
    public let shape: [Int]
    /// Whether weights came from a training.
    public let isTrained: Bool
  }

  /// Makes the request.
  public init(model: String, output: String) {
    self.model = model
    self.output = output
  }

  /// Draws.
  ///
  /// - Throws: `CommandError` for an unknown model, a layer without filters or a file of another kind,
  ///   `AnalysisError` for an unknown layer, what files throw.
  public func run() throws -> Report {
    let file = try PictureFile(requested: output)
    try DrawnMaps.check(limit)
    let network = try MeasuredNetwork(requested: model, input: nil)
    let graph = network.model.inference
    let convolutions = graph.nodes.filter { $0.operation is FoveaGraph.Conv2d }
    if let layer { _ = try AnalysedNetwork(network, label: model).value(ofLayer: layer) }
    guard let node = convolutions.first(where: { layer == nil || $0.path == layer }) else {
      let known = convolutions.prefix(5).map(\.path).joined(separator: ", ")
      throw CommandError.option(
        "--layer", value: layer ?? "", allowed: "a convolution, such as \(known)")
    }
    let weights =
      network.checkpoint == nil ? network.model.initialWeights(seed: seed) : network.weights
    guard let variable = graph.nodes[node.inputs[1].node].operation as? Variable,
      let filters = weights[variable.name]
    else {
      throw CommandError.option(
        "--layer", value: node.path, allowed: "a convolution with weights of its own")
    }
    let readsImage = graph.nodes[node.inputs[0].node].operation is Input
    let grid = try ImageGrid(
      filters: filters, isColor: readsImage,
      title: "Filters of \(node.path) of \(DrawnMaps.title(model, network))", limit: limit)
    return Report(
      picture: try file.write(grid), layer: node.path, shape: filters.shape.dimensions,
      isTrained: network.checkpoint != nil)
  }
}

/// Draws what a layer makes of an image, a picture a channel.
public struct DrawFeatureMapsCommand: Hashable, Codable, Sendable {
  /// The network's name, whose weights are random then, or the path of a checkpoint or a run's folder.
  public var model: String
  /// An image file, or a number of an IDX file.
  public var image: String
  /// The SVG or PNG file.
  public var output: String
  /// The layer's path; the last one with a map where left out.
  public var layer: String?
  /// The most channels that are drawn.
  public var limit = 64
  /// Whether each channel has a scale of its own.
  public var hasOwnScales = false
  /// What random weights are drawn by.
  public var seed: UInt64 = 0
  /// Threads; they change no result.
  public var threads: Int?

  /// What was drawn.
  public struct Report: Hashable, Codable, Sendable {
    /// The file.
    public let picture: PictureReport
    /// The layer's path.
    public let layer: String
    /// The shape of its output, `[1, C, H, W]`.
    public let shape: [Int]
    /// Whether weights came from a training.
    public let isTrained: Bool
  }

  /// Makes the request.
  public init(model: String, image: String, output: String) {
    self.model = model
    self.image = image
    self.output = output
  }

  /// Draws.
  ///
  /// - Throws: `CommandError` for an unknown model, a layer without a map or a file of another kind, `AnalysisError`
  ///   for an unknown layer, what images and files throw.
  public func run() throws -> Report {
    let file = try PictureFile(requested: output)
    try DrawnMaps.check(limit)
    let measured = try MeasuredNetwork(requested: model, input: nil)
    let layer = try MapLayer(layer, of: measured, label: model, question: .maps)
    var reader = ImageReader()
    let found = try reader.images(ImageReference(image))
    guard found.count == 1, let picture = found.first else {
      throw CommandError.option("the image", value: image, allowed: "one image")
    }
    let shape = try measured.batchShape(1)
    let input = try DrawnMaps.input(
      picture, shape: shape, normalization: measured.checkpoint?.input.normalization)
    let program = try layer.program(
      images: shape,
      variables: VariableStore(
        measured.checkpoint == nil ? measured.model.initialWeights(seed: seed) : measured.weights),
      pool: ThreadPool(threads: threads))
    let maps = try layer.answer(to: input, by: program)
    let grid = try ImageGrid(
      featureMaps: maps,
      title:
        "\(layer.path) of \(DrawnMaps.title(model, measured)) for \(URL(fileURLWithPath: image).lastPathComponent)",
      hasOwnScales: hasOwnScales, limit: limit)
    return Report(
      picture: try file.write(grid), layer: layer.path, shape: maps.shape.dimensions,
      isTrained: measured.checkpoint != nil)
  }
}

/// What grids of filters and of feature maps share.
private enum DrawnMaps {
  static func check(_ limit: Int) throws(CommandError) {
    guard 1...1024 ~= limit else {
      throw .option("--limit", value: "\(limit)", allowed: "1 to 1024")
    }
  }

  static func title(_ model: String, _ network: MeasuredNetwork) -> String {
    model + (network.checkpoint == nil ? " (random weights)" : "")
  }

  /// An image as the network takes it; by the middle and a quarter of the bytes' range where it was not trained.
  static func input(
    _ image: NamedImage, shape: Shape, normalization: Normalization?
  ) throws -> Tensor {
    let one = Shape(Array(shape.dimensions.dropFirst()))
    let normalization =
      normalization
      ?? Normalization(
        mean: Array(repeating: 0.5, count: one[0]),
        deviation: Array(repeating: 0.25, count: one[0]))
    return try normalization.normalized(image.fitted(to: one))
  }
}
