import FoveaAnalysis
import FoveaData
import FoveaDrawing
public import FoveaExplain
import FoveaLayers
import FoveaRuntime
public import FoveaTensors
import FoveaTraining

/// Measures how much each pixel of the input moves one activation.
public struct EffectiveReceptiveFieldCommand: Hashable, Codable, Sendable {
  /// The network's name, whose weights are random then, or the path of a checkpoint or a run's folder.
  public var model: String
  /// One input, `[C, H, W]`, for a network by name; its own where left out.
  public var input: Shape?
  /// The layer's path; the last one with a map where left out.
  public var layer: String?
  /// The row and column of one activation; the middle of the map where left out.
  public var place: [Int]?
  /// How many inputs of normal noise are averaged over, where there are no images.
  public var samples = 16
  /// Image files, or numbers of IDX files; brought to the input's size and normalised as in training.
  public var images: [String] = []
  /// What random weights and noise are drawn by.
  public var seed: UInt64 = 0
  /// Threads; they change no result.
  public var threads: Int?
  /// The SVG or PNG file for the heat map; none where left out.
  public var output: String?

  /// What was found.
  public struct Report: Hashable, Codable, Sendable {
    /// What the activation answers to.
    public let field: EffectiveReceptiveField
    /// Whether weights came from a training.
    public let isTrained: Bool
    /// The heat map; where asked for.
    public let picture: PictureReport?
  }

  /// Makes the request.
  public init(model: String) { self.model = model }

  private static let largestSampleCount = 10_000

  /// Measures.
  ///
  /// - Throws: `CommandError` for an unknown model or an option out of range, `AnalysisError` for an unknown layer,
  ///   `AttributionError` for a layer without a map or without a gradient, what images and files throw.
  public func run() throws -> Report {
    let file = try output.map { name throws in try PictureFile(requested: name) }
    guard 1...Self.largestSampleCount ~= samples else {
      throw CommandError.option(
        "--samples", value: "\(samples)", allowed: "1 to \(Self.largestSampleCount)")
    }
    if let place, place.count != 2 {
      throw CommandError.option("--at", value: "\(place)", allowed: "a row and a column")
    }
    let measured = try MeasuredNetwork(requested: model, input: input)
    let network = AnalysedNetwork(measured, label: model)
    let shape = try measured.batchShape(1)
    guard shape.rank == 4 else { throw AttributionError.noImage(Model.inputName, shape) }
    let value =
      try layer.map(network.value(ofLayer:))
      ?? network.lastMap(network.graph.shapes(inputs: network.inputs))
    let weights =
      measured.checkpoint == nil ? measured.model.initialWeights(seed: seed) : measured.weights
    let field = try EffectiveReceptiveField(
      of: value, at: place.map { ($0[0], $0[1]) }, in: network.graph, input: Model.inputName,
      variables: VariableStore(weights),
      samples: images.isEmpty
        ? AnySequence(EffectiveReceptiveField.noise(shape, count: samples, seed: seed))
        : AnySequence(read(shape, normalization: measured.checkpoint?.input.normalization)),
      pool: ThreadPool(threads: threads))
    let picture = try file.map { try $0.write(plot(field, isTrained: measured.checkpoint != nil)) }
    return Report(field: field, isTrained: measured.checkpoint != nil, picture: picture)
  }

  /// The images as the network takes them; by the middle and a quarter of the bytes' range where it was not trained.
  private func read(_ shape: Shape, normalization: Normalization?) throws -> [Tensor] {
    let channels = shape[1]
    let normalization =
      normalization
      ?? Normalization(
        mean: Array(repeating: 0.5, count: channels),
        deviation: Array(repeating: 0.25, count: channels))
    var reader = ImageReader()
    let found = try images.map(ImageReference.init).flatMap { try reader.images($0) }
    let imageShape = Shape(Array(shape.dimensions.dropFirst()))
    return try found.map { try normalization.normalized($0.fitted(to: imageShape)) }
  }

  private func plot(_ field: EffectiveReceptiveField, isTrained: Bool) throws -> PixelPlot {
    let (height, width) = (field.theoretical.imageHeight, field.theoretical.imageWidth)
    func shown(_ range: InputRegion.Range?, of extent: Int) -> ClosedRange<Int> {
      guard let range else { return 0...extent - 1 }
      let margin = max(2, range.count / 12)
      return max(0, range.first - margin)...min(extent - 1, range.last + margin)
    }
    var plot = try PixelPlot(
      heatMap: field.gradients, width: width,
      title: "What moves \(field.layer) of \(model) at \(field.row),\(field.column)",
      meaning: "mean absolute gradient, as a share of the largest",
      rows: shown(field.theoretical.rows, of: height),
      columns: shown(field.theoretical.columns, of: width))
    let source = images.isEmpty ? "of noise" : "from files"
    plot.notes = [
      "\(isTrained ? "Trained" : "Random") weights, \(counted(field.samples, "sample")) \(source)"
    ]
    if let rows = field.theoretical.rows, let columns = field.theoretical.columns {
      plot.outlines.append(
        .init(
          "by theory: \(rows.count)×\(columns.count)", top: Double(rows.first) - 0.5,
          left: Double(columns.first) - 0.5, bottom: Double(rows.last) + 0.5,
          right: Double(columns.last) + 0.5, style: .dashed))
    }
    let half = [field.rows, field.columns].map { EffectiveReceptiveField.ellipseRadius * $0.sigma }
    let deviations = [field.rows, field.columns].map { NumberFormat.fixed($0.sigma, decimals: 1) }
    plot.outlines.append(
      .init(
        "95 % of a normal distribution with σ = \(deviations[0]) × \(deviations[1]); holds "
          + "\(NumberFormat.percent(field.shareInEllipse, decimals: 1)) of the gradient",
        top: field.rows.center - half[0], left: field.columns.center - half[1],
        bottom: field.rows.center + half[0], right: field.columns.center + half[1],
        isEllipse: true, style: .solid))
    plot.marks.append(
      .init("its centre", row: field.rows.center, column: field.columns.center))
    return plot
  }
}

extension AnalysedNetwork {
  /// A network that is run is looked at.
  init(_ network: MeasuredNetwork, label: String) {
    self.label = label
    graph = network.model.inference
    inputs = [Model.inputName: Shape([1] + network.model.inputShape.dimensions)]
    model = network.model
  }
}
