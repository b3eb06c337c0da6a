import FoveaData
import FoveaDrawing
public import FoveaTensors

/// Draws what one activation sees, over an image.
public struct DrawReceptiveFieldCommand: Hashable, Codable, Sendable {
  /// The network's name, or the path of a checkpoint, a run's folder, or a graph (`.json`).
  public var model: String
  /// The SVG or PNG file.
  public var output: String
  /// One input, `[C, H, W]`; the network's own where left out.
  public var input: Shape?
  /// The layer's path; the last one with a map where left out.
  public var layer: String?
  /// The row and column of one activation; the middle of the map where left out.
  public var place: [Int]?
  /// An image file, or a number of an IDX file, brought to the input's size; an empty grid where left out.
  public var image: String?

  /// What was found and written.
  public struct Report: Hashable, Codable, Sendable {
    /// The file.
    public let picture: PictureReport
    /// What it shows.
    public let field: ReceptiveFieldCommand.Report
  }

  /// Makes the request.
  public init(model: String, output: String) {
    self.model = model
    self.output = output
  }

  /// Draws.
  ///
  /// - Throws: `CommandError` for an unknown model or a file of another kind, `AnalysisError` for an unknown layer or
  ///   place, `DrawingError` for an image that is too large, what images and files throw.
  public func run() throws -> Report {
    let file = try PictureFile(requested: output)
    let report = try ReceptiveFieldCommand(
      model: model, input: input, layer: layer, place: place
    ).run()
    let place = report.place.map { " at \($0[0]),\($0[1])" } ?? ""
    let plot = try PixelPlot(
      title: "What \(report.layer) of \(model) sees\(place)", region: report.region,
      field: report.receptiveField, place: report.place,
      image: image.map {
        try Self.picture($0, height: report.region.imageHeight, width: report.region.imageWidth)
      })
    return Report(picture: try file.write(plot), field: report)
  }

  /// An image of a certain size.
  private static func picture(_ name: String, height: Int, width: Int) throws -> PNGImage {
    var reader = ImageReader()
    let found = try reader.images(ImageReference(name))
    guard found.count == 1, let image = found.first, case .picture = image.content else {
      throw CommandError.option("--image", value: name, allowed: "one picture")
    }
    let pixels = try image.fitted(to: [image.shape[0], height, width]).reordered(.channelsLast)
    return try PNGImage(
      width: width, height: height, format: pixels.shape[1] == 1 ? .grey : .rgb,
      samples: pixels.withUnsafeElements(of: UInt8.self) { Array($0) })
  }
}
