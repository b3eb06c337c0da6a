public import FoveaData
public import FoveaDrawing

/// Draws images of a dataset as the network gets them, with their classes.
public struct PreviewCommand: Hashable, Codable, Sendable {
  /// The images.
  public var request: DatasetRequest
  /// How they are brought to the network.
  public var preparation: ImagePreparation
  /// How images of the batch are mixed.
  public var mixing: Mixing?
  /// How many images are drawn, 1 to 400.
  public var count: Int
  /// Which epoch's random changes, from 0.
  public var epoch: Int
  /// The picture's file, `.svg` or `.png`, for `run`.
  public var output: String

  /// Asks for a picture.
  public init(
    _ request: DatasetRequest, _ preparation: ImagePreparation = ImagePreparation(),
    count: Int = 25, output: String = "preview.svg"
  ) {
    self.request = request
    self.preparation = preparation
    self.count = count
    self.output = output
    epoch = 0
  }

  /// Draws into a file.
  ///
  /// - Throws: `CommandError` for a wrong request, else what files throw.
  public nonisolated(nonsending) func run(
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> PictureReport {
    let file = try PictureFile(requested: output)
    let grid = try await grid(progress: progress)
    return switch file.format {
    case .svg: try file.write(svg: grid.svg())
    case .png: try file.write(png: grid.png())
    }
  }

  /// The images with their classes, for any kind of picture.
  ///
  /// - Throws: `CommandError` for a wrong request, else what files throw.
  public nonisolated(nonsending) func grid(
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> ImageGrid {
    guard 1...400 ~= count else {
      throw CommandError.option("--count", value: "\(count)", allowed: "1 to 400")
    }
    guard 0...1_000_000 ~= epoch else {
      throw CommandError.option("--epoch", value: "\(epoch)", allowed: "0 to 1000000")
    }
    let images = try await request.prepared(preparation, progress: progress).training
    let loader = DataLoader(
      images, batchSize: count, shuffleSeed: preparation.seed, workers: 0, mixing: mixing,
      damagedImages: .skip)
    // The first images of the order of epoch 0, so that another epoch shows the same ones anew.
    let batch = try loader.batch(0, epoch: epoch, order: loader.order(epoch: 0))
    let size = images.description.imageShape
    let title =
      "\(images.description.name): \(batch.indices.count) of \(images.count) images, "
      + "\(size[1])×\(size[2]), augmentation \(preparation.augmentation.rawValue)"
    return ImageGrid(batch, of: images.description, title: title, limit: count)
  }
}
