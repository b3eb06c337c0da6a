import Foundation

/// A whole description of image data: where it lies, what it is called, how it is split, and what
/// happens to it on the way to the network.
///
/// It is a value that a run's configuration can hold; `load` makes datasets of it.
public struct DataBlock: Hashable, Codable, Sendable {
  /// Where the images are.
  public enum Files: Hashable, Codable, Sendable {
    /// A folder, searched to any depth.
    case folder(String)
    /// A table of comma-separated values, with a header.
    case table(String, root: String? = nil, pathColumn: String? = nil, labelColumn: String? = nil)
  }

  /// How numbers are brought to the same range.
  public enum NormalizationRule: Hashable, Codable, Sendable {
    /// By the mean and deviation of the training images, over at most this many of them.
    case computed(images: Int = 2000)
    /// By those of ImageNet's images, which most published weights expect.
    case imageNet
    /// By these.
    case given(Normalization)
  }

  /// Where the images are.
  public var files: Files
  /// How a path tells the class; of a folder alone.
  public var labels: LabelRule
  /// Which images are for what.
  public var splitter: Splitter
  /// How files are read.
  public var decoder: ImageDecoder
  /// 1 for grey, 3 for colour.
  public var channels: Int
  /// The size that the network takes.
  public var size: ImageSize
  /// What happens to an image that is learned from; it is brought to `size` where left out.
  public var trainingTransforms: [ImageTransform]
  /// What happens to an image that the network is measured on; it is resized and cut where left out.
  public var validationTransforms: [ImageTransform]
  /// How numbers are brought to the same range.
  public var normalization: NormalizationRule
  /// How the images of a batch for training are mixed; not at all where left out.
  public var mixing: Mixing?
  /// What random transforms, the order of images and mixing are drawn from.
  public var seed: UInt64

  /// Describes data.
  ///
  /// - Parameters:
  ///   - trainingTransforms: Where left out, resized to `size` exactly.
  ///   - validationTransforms: Where left out, the shorter side is resized and the middle cut out, as
  ///     published evaluations do it.
  public init(
    _ files: Files, labels: LabelRule = .folder, splitter: Splitter, size: ImageSize,
    channels: Int = 3, trainingTransforms: [ImageTransform]? = nil,
    validationTransforms: [ImageTransform]? = nil,
    normalization: NormalizationRule = .computed(), mixing: Mixing? = nil,
    decoder: ImageDecoder = ImageDecoder(), seed: UInt64 = 0
  ) {
    self.files = files
    self.labels = labels
    self.splitter = splitter
    self.decoder = decoder
    self.channels = channels
    self.size = size
    self.trainingTransforms = trainingTransforms ?? [.resizeExactly(size)]
    self.validationTransforms =
      validationTransforms ?? [.resize(max(size.height, size.width)), .centerCrop(size)]
    self.normalization = normalization
    self.mixing = mixing
    self.seed = seed
  }

  /// What a description makes of its files.
  public struct Loaded: Sendable {
    /// To learn from.
    public let training: ImagePipeline
    /// To be measured on.
    public let validation: ImagePipeline
    /// How the images of a batch for training are mixed.
    public let mixing: Mixing?

    /// Both in batches: those for training in an order of its own for each epoch, and mixed.
    public func loaders(
      batchSize: Int = 64, dropLast: Bool = false, workers: Int = 2,
      damagedImages: DamagedImagePolicy = .fail
    ) -> (training: DataLoader, validation: DataLoader) {
      (
        DataLoader(
          training, batchSize: batchSize, shuffleSeed: training.seed, dropLast: dropLast,
          workers: workers, mixing: mixing, damagedImages: damagedImages),
        DataLoader(
          validation, batchSize: batchSize, workers: workers, damagedImages: damagedImages)
      )
    }
  }

  /// Finds the files, with their classes.
  ///
  /// - Throws: `ImageFilesError`.
  public func find() throws(ImageFilesError) -> ImageFiles {
    switch files {
    case .folder(let path):
      try ImageFiles.folder(
        URL(fileURLWithPath: path), rule: labels, splitFolders: splitter.folderNames,
        decoder: decoder)
    case .table(let path, let root, let pathColumn, let labelColumn):
      try ImageFiles.table(
        URL(fileURLWithPath: path), root: root.map { URL(fileURLWithPath: $0) },
        pathColumn: pathColumn, labelColumn: labelColumn, decoder: decoder)
    }
  }

  /// Finds the files, splits them, and prepares their way to a network; reads images only where
  /// their mean and deviation are to be computed.
  ///
  /// - Throws: `ImageFilesError`, `SplitError`, `PipelineError`; `DataBlockError.oneClass` where there
  ///   is nothing to tell apart.
  public nonisolated(nonsending) func load() async throws -> Loaded {
    try await load(from: find())
  }

  /// The same of images from elsewhere, such as a published dataset in memory (`StoredImages`); `files`, `labels` and
  /// `decoder` are not read then.
  ///
  /// - Throws: As `load`, without `ImageFilesError`.
  public nonisolated(nonsending) func load(from source: any ImageSource) async throws -> Loaded {
    guard source.classNames.count > 1 else {
      throw DataBlockError.oneClass(
        source.classNames.first ?? "none",
        path: (source as? ImageFiles)?.root.path ?? source.name)
    }
    let parts = try splitter.split(source)
    let normalization = try await normalization(of: source, indices: parts.training)
    func pipeline(
      _ indices: [Int], _ transforms: [ImageTransform]
    ) throws(PipelineError) -> ImagePipeline {
      try ImagePipeline(
        source, indices: indices, transforms: transforms, size: size,
        normalization: normalization, seed: seed)
    }
    return Loaded(
      training: try pipeline(parts.training, trainingTransforms),
      validation: try pipeline(parts.validation, validationTransforms), mixing: mixing)
  }

  /// Walks one image for training through every step into its batch, as a training does, and tells what
  /// each makes of it.
  ///
  /// - Parameters:
  ///   - item: Its place among the images for training, from 0.
  ///   - epoch: The epoch that random changes are drawn for, from 0.
  /// - Throws: As `load`; `DataBlockError.item` for an image that there is not; `DamagedImage`.
  public nonisolated(nonsending) func describe(
    item: Int, epoch: Int = 0, batchSize: Int = 64
  ) async throws -> DataDescription {
    let loaded = try await load()
    let (training, validation) = (loaded.training, loaded.validation)
    guard 0..<training.count ~= item else {
      throw DataBlockError.item(item, count: training.count)
    }
    let place: (kind: String, labels: String) =
      switch files {
      case .folder(let path): ("the folder \(path)", "\(labels)")
      case .table(let path, _, _, let column):
        (
          "the table \(path)",
          column.map { "the table's column \($0)" } ?? "the table's second column"
        )
      }
    return try DataDescription(
      item, of: loaded.loaders(batchSize: batchSize, damagedImages: .skip).training, epoch: epoch,
      source: "\(place.kind), \(training.count + validation.count) images in "
        + "\(training.description.classNames.count) classes", labels: place.labels,
      split: splitter.words(training: training.count, validation: validation.count))
  }

  private nonisolated(nonsending) func normalization(
    of source: any ImageSource, indices: [Int]
  ) async throws -> Normalization {
    switch normalization {
    case .computed(let images):
      // Spread over the whole list, which is sorted by class.
      let step = Double(indices.count) / Double(min(max(images, 1), indices.count))
      let chosen = stride(from: 0, to: Double(indices.count), by: step).map { indices[Int($0)] }
      return try await ImageSurvey(SelectedImages(source, chosen), channels: channels)
        .normalization(of: Array(chosen.indices))
    case .imageNet: return .imageNet.adapted(toChannels: channels)
    case .given(let normalization): return normalization
    }
  }
}

extension Normalization {
  /// What ImageNet's training images have.
  public static let imageNet = Normalization(
    mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  /// The same for images with another number of channels: the mean over all channels for each.
  public func adapted(toChannels channels: Int) -> Normalization {
    guard mean.count != channels else { return self }
    func common(_ values: [Float]) -> [Float] {
      [Float](repeating: values.reduce(0, +) / Float(values.count), count: channels)
    }
    return Normalization(mean: common(mean), deviation: common(deviation), unit: unit)
  }
}

/// Why described data is none to learn from.
public enum DataBlockError: Error, Hashable, Sendable, CustomStringConvertible {
  /// All images are of one class.
  case oneClass(String, path: String)
  /// An image for training that there is not.
  case item(Int, count: Int)

  public var description: String {
    switch self {
    case .oneClass(let name, let path):
      "all images in \(path) are of the class \(name), and there is nothing to tell apart; "
        + "give each class a folder of its own"
    case .item(let item, let count):
      "there is no item \(item) among \(count) images for training; choose from 0 to \(count - 1)"
    }
  }
}
