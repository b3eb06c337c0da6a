public import FoveaData
import Foundation
import FoveaTensors

/// How images are brought to a network.
public struct ImagePreparation: Hashable, Codable, Sendable {
  /// The size that the network takes; that of the images where left out and all have the same.
  public var size: ImageSize?
  /// 1 for grey, 3 for colour; as the first image has it where left out.
  public var channels: Int?
  /// What happens to images that are learned from.
  public var augmentation: AugmentationName
  /// What random changes are drawn from.
  public var seed: UInt64
  /// How bytes become numbers; as the images have it where left out.
  public var normalization: Normalization?

  /// Leaves images as they are.
  public init(
    size: ImageSize? = nil, channels: Int? = nil, augmentation: AugmentationName = .none,
    seed: UInt64 = 0, normalization: Normalization? = nil
  ) {
    self.size = size
    self.channels = channels
    self.augmentation = augmentation
    self.seed = seed
    self.normalization = normalization
  }
}

extension DatasetRequest {
  /// Images on their way to a network.
  struct Prepared {
    let training: any LabelledImages
    let validation: any LabelledImages
  }

  /// The share of each class that is for validation where nothing else says so.
  static let defaultValidationShare = 0.2

  /// How images that are in no parts are split where nothing else says so.
  static func ownSplitter(_ preparation: ImagePreparation) -> Splitter {
    .stratified(validation: defaultValidationShare, seed: preparation.seed)
  }

  /// Finds, splits and prepares the images.
  ///
  /// Images of a folder that is in no parts are split at random, a fifth of each class for validation.
  ///
  /// - Throws: As `find`; `CommandError.missing` where sizes differ and none was asked for.
  nonisolated(nonsending) func prepared(
    _ preparation: ImagePreparation,
    progress: @escaping @Sendable (DownloadProgress) -> Void = { _ in }
  ) async throws -> Prepared {
    if isArrays { return try preparedArrays(preparation) }
    var request = self
    if DatasetName(rawValue: dataset) == nil, splitter == nil, partFolders.isEmpty {
      request.splitter = Self.ownSplitter(preparation)
    }
    let found = try await request.find(progress: progress)
    guard found.source.classNames.count > 1 else {
      throw DataBlockError.oneClass(found.source.classNames[0], path: dataset)
    }
    let first = try firstImage(of: found.source)
    let channels = preparation.channels ?? (first.channels == 1 ? 1 : 3)
    let size = try preparation.size ?? commonSize(of: found.source)
    let normalization =
      if let known = preparation.normalization { known.adapted(toChannels: channels) } else {
        try await normalization(of: found, channels: channels)
      }
    let isMirrored = DatasetName(rawValue: dataset)?.isMirrored ?? true
    func pipeline(
      _ part: Int, _ transforms: [ImageTransform]
    ) throws(PipelineError) -> ImagePipeline {
      try ImagePipeline(
        found.source, indices: found.parts[part].indices, transforms: transforms, size: size,
        normalization: normalization, seed: preparation.seed)
    }
    return Prepared(
      training: try pipeline(
        0, preparation.augmentation.transforms(size: size, isMirrored: isMirrored)),
      validation: try pipeline(
        1, [.resize(max(size.height, size.width)), .centerCrop(size)]))
  }

  private func firstImage(of source: any ImageSource) throws -> RasterImage {
    for index in source.labels.indices {
      if let image = try? source.image(at: index, minimumSize: nil) { return image }
    }
    // None can be read: the first error says why.
    return try source.image(at: 0, minimumSize: nil)
  }

  /// The size of images, where some spread over the source all have the same.
  private func commonSize(of source: any ImageSource) throws -> ImageSize {
    let count = source.labels.count
    let step = max(count / 100, 1)
    let sizes = Set(
      stride(from: 0, to: count, by: step).compactMap {
        try? source.image(at: $0, minimumSize: nil).size
      })
    guard let size = sizes.first, sizes.count == 1 else {
      throw CommandError.missing(
        "the size of images",
        remedy: "images of \(dataset) differ in size; "
          + "say what the network takes with --image-size, such as 128")
    }
    return size
  }

  /// What the dataset is known to have, or what up to 2,000 images for training have.
  private nonisolated(nonsending) func normalization(
    of found: Found, channels: Int
  ) async throws -> Normalization {
    let stored = (found.source as? JoinedImages)?.normalization
    if let stored, stored.mean.count == channels { return stored }
    let indices = found.parts[0].indices
    let step = max(indices.count / 2000, 1)
    let chosen = stride(from: 0, to: indices.count, by: step).map { indices[$0] }
    let sample = SelectedImages(found.source, chosen)
    return try await ImageSurvey(sample, channels: channels)
      .normalization(of: Array(chosen.indices))
  }
}

extension DatasetRequest {
  /// Reads classes as a run did, and splits images as it did where they are the run's own and in no parts by
  /// themselves.
  ///
  /// What its network has learned from would else be among what it is measured on.
  ///
  /// - Parameter rules: What was asked for, which comes before the run's rules.
  mutating func follow(_ run: RunFolder, rules: ClassRules) {
    let configuration = try? run.readConfiguration()
    if DatasetName(rawValue: dataset) == nil, !isArrays, let stored = configuration?.images {
      let known = stored.classRules
      read(
        by: isTable
          ? ClassRules(pathColumn: known.pathColumn, labelColumn: known.labelColumn)
          : ClassRules(labels: known.labels))
    }
    read(by: rules)
    func path(_ dataset: String) -> String {
      URL(fileURLWithPath: dataset).resolvingSymlinksInPath().path
    }
    guard DatasetName(rawValue: dataset) == nil, partFolders.isEmpty, let configuration,
      path(configuration.dataset) == path(dataset),
      !isArrays || (try? arrayParts().count) == 1
    else { return }
    splitter =
      configuration.splitter
      ?? .stratified(validation: Self.defaultValidationShare, seed: configuration.seed)
  }

  /// Images on their way to a network that was trained before, normalised as its own were.
  ///
  /// - Parameters:
  ///   - split: Of images in parts, the part for training, or the one for validation.
  ///   - input: What the network was trained on.
  /// - Returns: The images, and what their part is called: `all` where there are no parts.
  /// - Throws: As `find`; `CommandError.otherClasses` where the classes are not those of the network.
  nonisolated(nonsending) func images(
    _ split: MNIST.Split, for input: DatasetDescription,
    progress: @escaping @Sendable (DownloadProgress) -> Void
  ) async throws -> (images: any LabelledImages, part: String) {
    try check()
    if let name = DatasetName(rawValue: dataset) {
      let folder = data.map { URL(fileURLWithPath: $0) }
      let stored = try await name.load(split, from: folder, progress: progress)
      if stored.description.imageShape == input.imageShape {
        try check(stored.classNames, against: input)
        try input.range.check(.bytes, of: dataset)
        return (try stored.renamed(normalization: input.normalization), split.rawValue)
      }
    }
    if isArrays { return try arrays(split, for: input) }
    let found = try await find(progress: progress)
    try check(found.source.classNames, against: input)
    try input.range.check(.bytes, of: dataset)
    guard [1, 3].contains(input.imageShape[0]) else {
      let first = try firstImage(of: found.source)
      throw DatasetError.otherImages(
        dataset, expected: input.imageShape,
        actual: [first.channels, first.height, first.width])
    }
    let size = ImageSize(height: input.imageShape[1], width: input.imageShape[2])
    let part = split == .training ? found.parts[0] : found.parts[min(1, found.parts.count - 1)]
    let pipeline = try ImagePipeline(
      found.source, indices: part.indices,
      transforms: [.resize(max(size.height, size.width)), .centerCrop(size)], size: size,
      normalization: input.normalization)
    return (pipeline, part.name)
  }

  /// Throws where classes are not those of a network, in the same order.
  func check(
    _ classNames: [String], against input: DatasetDescription
  ) throws(CommandError) {
    guard Array(input.classNames.prefix(classNames.count)) == classNames else {
      throw .otherClasses(dataset, expected: input.classNames, actual: classNames)
    }
  }
}
