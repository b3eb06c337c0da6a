public import FoveaData

/// Walks one image of a dataset through every step into the batch that a training gets.
public struct DescribeCommand: Hashable, Codable, Sendable {
  /// The images.
  public var request: DatasetRequest
  /// How they are brought to the network.
  public var preparation: ImagePreparation
  /// How images of the batch are mixed.
  public var mixing: Mixing?
  /// Which of the images for training, from 0.
  public var item: Int
  /// Which epoch's random changes, from 0.
  public var epoch: Int
  /// Images of a batch.
  public var batchSize: Int

  /// Asks about an image.
  public init(
    _ request: DatasetRequest, _ preparation: ImagePreparation = ImagePreparation(),
    item: Int = 0, epoch: Int = 0, batchSize: Int = TrainConfiguration.defaultBatchSize
  ) {
    self.request = request
    self.preparation = preparation
    self.item = item
    self.epoch = epoch
    self.batchSize = batchSize
  }

  /// Walks.
  ///
  /// - Throws: `CommandError` for a wrong request, `DamagedImage` for an image that cannot be read, else what
  ///   files throw.
  public nonisolated(nonsending) func run(
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> DataDescription {
    guard 0...1_000_000 ~= epoch else {
      throw CommandError.option("--epoch", value: "\(epoch)", allowed: "0 to 1000000")
    }
    guard 1...1_000_000 ~= batchSize else {
      throw CommandError.option("--batch-size", value: "\(batchSize)", allowed: "1 to 1000000")
    }
    let prepared = try await request.prepared(preparation, progress: progress)
    let (training, validation) = (prepared.training, prepared.validation)
    guard 0..<training.count ~= item else {
      throw CommandError.option("--item", value: "\(item)", allowed: "0 to \(training.count - 1)")
    }
    let loader = DataLoader(
      training, batchSize: batchSize, shuffleSeed: preparation.seed, workers: 0, mixing: mixing,
      damagedImages: .skip)
    return try DataDescription(
      item, of: loader, epoch: epoch,
      source: "\(kind), \(training.count + validation.count) images in "
        + "\(training.description.classNames.count) classes", labels: labels,
      split: split(training: training.count, validation: validation.count))
  }

  private var isNamed: Bool { DatasetName(rawValue: request.dataset) != nil }

  private var kind: String {
    if isNamed { return "the dataset \(request.dataset)" }
    if request.isArrays { return "the arrays \(request.dataset)" }
    return "the \(request.isTable ? "table" : "folder") \(request.dataset)"
  }

  private var labels: String {
    if isNamed { return "as published" }
    if request.isArrays { return "the array of labels" }
    guard request.isTable else { return "\(request.labels)" }
    return request.labelColumn.map { "the table's column \($0)" } ?? "the table's second column"
  }

  private func split(training: Int, validation: Int) -> String {
    let rule = request.splitter ?? (hasParts ? nil : DatasetRequest.ownSplitter(preparation))
    return rule?.words(training: training, validation: validation)
      ?? "the dataset's own parts: \(training) to learn from, \(validation) to be measured on"
  }

  private var hasParts: Bool {
    isNamed || !request.partFolders.isEmpty
      || (request.isArrays && ((try? request.arrayParts().count) ?? 1) > 1)
  }
}
