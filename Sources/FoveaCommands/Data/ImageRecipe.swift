public import FoveaData
import Foundation

/// How a training takes its images: which of a folder, their size, what happens to them.
///
/// What is left out is as the images and the dataset have it.
public struct ImageRecipe: Hashable, Codable, Sendable {
  /// The height and width that the network takes.
  public var imageSize: Int?
  /// 1 for grey, 3 for colour.
  public var channels: Int?
  /// What happens to images that are learned from; nothing where left out.
  public var augmentation: AugmentationName?
  /// The parameter of mixup's beta distribution.
  public var mixup: Double?
  /// The parameter of CutMix's beta distribution.
  public var cutMix: Double?
  /// The epochs in which images are mixed, from the first; all where left out.
  public var mixedEpochs: Int?
  /// What happens to images that cannot be read; the training fails where left out.
  public var damagedImages: DamagedImagePolicy?
  /// The share of each class of a folder that is for validation.
  public var validation: Double?
  /// A file that names the images for validation, a line each.
  public var validationFile: String?
  /// Which of several equal parts of the images is for validation.
  public var fold: DataFold?
  /// How the path of a file in a folder tells its class; its outermost folder where left out.
  public var labels: LabelRule?
  /// The column of a table with paths; the first where left out.
  public var pathColumn: String?
  /// The column of a table with classes; the second where left out.
  public var labelColumn: String?

  /// Leaves all as it is.
  public init() {}

  /// What happens to images that are learned from where nothing is said.
  public static let defaultAugmentation = AugmentationName.none

  /// Images go through a pipeline, and not as they are stored.
  var changesImages: Bool { imageSize != nil || channels != nil || augmentation != nil }

  /// How files tell their classes.
  var classRules: ClassRules {
    ClassRules(labels: labels, pathColumn: pathColumn, labelColumn: labelColumn)
  }

  /// Whether targets are shares of classes.
  var isMixed: Bool { mixup != nil || cutMix != nil }

  /// Throws for a value out of range.
  func check() throws(CommandError) {
    if let imageSize, !(1...4096 ~= imageSize) {
      throw .option("--image-size", value: "\(imageSize)", allowed: "1 to 4096")
    }
    if let channels, channels != 1, channels != 3 {
      throw .option("--channels", value: "\(channels)", allowed: "1 or 3")
    }
    if let validation, !(validation > 0 && validation < 1) {
      throw .option(
        "--validation", value: "\(validation)", allowed: "a share between 0 and 1, such as 0.2")
    }
    try fold?.check()
    if fold != nil, validation != nil {
      throw .conflict("--validation", reason: "--fold settles it; choose one of them")
    }
    if validationFile != nil, fold != nil || validation != nil {
      throw .conflict(
        "--validation-file",
        reason: "\(fold != nil ? "--fold" : "--validation") settles it; choose one of them")
    }
    _ = try Mixing(mixup: mixup, cutMix: cutMix)
    guard let mixedEpochs else { return }
    guard isMixed else {
      throw .conflict("--mix-epochs", reason: "nothing is mixed; add --mixup or --cutmix")
    }
    guard 1...1_000_000 ~= mixedEpochs else {
      throw .option("--mix-epochs", value: "\(mixedEpochs)", allowed: "1 to 1000000")
    }
  }

  /// Throws where a request for a run that goes on says otherwise than the run.
  func agree(with stored: ImageRecipe, run: String) throws(CommandError) {
    let agreement = RunAgreement(run: run)
    try agreement.check("--image-size", imageSize, stored.imageSize)
    try agreement.check("--channels", channels, stored.channels)
    try agreement.check("--augment", augmentation?.rawValue, stored.augmentation?.rawValue)
    try agreement.check("--mixup", mixup, stored.mixup)
    try agreement.check("--cutmix", cutMix, stored.cutMix)
    try agreement.check("--mix-epochs", mixedEpochs, stored.mixedEpochs)
    try agreement.check("--damaged", damagedImages?.rawValue, stored.damagedImages?.rawValue)
    try agreement.check("--validation", validation, stored.validation)
    try agreement.check("--validation-file", validationFile, stored.validationFile)
    try agreement.check("--fold", fold, stored.fold)
    try agreement.check("--labels", labels?.argument, (stored.labels ?? .folder).argument)
    try agreement.check("--path-column", pathColumn, stored.pathColumn)
    try agreement.check("--label-column", labelColumn, stored.labelColumn)
  }

  /// What was asked for, by option.
  public var lines: [(name: String, value: String)] {
    let all: [(String, String?)] = [
      ("image size", imageSize.map { "\($0)×\($0)" }),
      ("channels", channels.map { "\($0)" }),
      ("augmentation", augmentation?.rawValue),
      ("mixup", mixup.map { "Beta(\($0), \($0))" }),
      ("CutMix", cutMix.map { "Beta(\($0), \($0))" }),
      ("mixed epochs", mixedEpochs.map { "the first \($0)" }),
      ("damaged images", damagedImages?.rawValue),
      ("validation share", validation.map { "\($0)" }),
      ("validation file", validationFile),
      ("validation fold", fold.map { "\($0)" }),
      ("classes", labels.map { "\($0)" }),
      ("column of paths", pathColumn),
      ("column of classes", labelColumn),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }
}

extension TrainConfiguration {
  /// The images, in batches.
  ///
  /// - Parameter normalization: How bytes become numbers; as the images have it where `nil`.
  /// - Throws: What files throw.
  nonisolated(nonsending) func loaders(
    normalization: Normalization?, workers: Int?,
    progress: @escaping @Sendable (DownloadProgress) -> Void
  ) async throws -> (training: DataLoader, validation: DataLoader) {
    let recipe = images ?? ImageRecipe()
    let workers = try LoaderWorkers.checked(workers)
    let prepared = try await prepared(recipe, normalization: normalization, progress: progress)
    let training = DataLoader(
      prepared.training, batchSize: batchSize, shuffleSeed: seed, dropLast: dropLast,
      workers: workers, mixing: try Mixing(mixup: recipe.mixup, cutMix: recipe.cutMix),
      mixedEpochs: recipe.mixedEpochs,
      damagedImages: recipe.damagedImages ?? .fail)
    let validation = DataLoader(
      prepared.validation, batchSize: batchSize, workers: workers,
      damagedImages: recipe.damagedImages ?? .fail)
    return (training, validation)
  }

  private nonisolated(nonsending) func prepared(
    _ recipe: ImageRecipe, normalization: Normalization?,
    progress: @escaping @Sendable (DownloadProgress) -> Void
  ) async throws -> DatasetRequest.Prepared {
    if let name = DatasetName(rawValue: dataset), !recipe.changesImages, recipe.fold == nil {
      let folder = data.map { URL(fileURLWithPath: $0) }
      func load(_ split: MNIST.Split) async throws -> ImageDataset {
        let images = try await name.load(split, from: folder, progress: progress)
        let channels = images.description.imageShape[0]
        guard let normalization else { return images }
        return try images.renamed(normalization: normalization.adapted(toChannels: channels))
      }
      return DatasetRequest.Prepared(
        training: try await load(.training), validation: try await load(.test))
    }
    return try await request.prepared(
      ImagePreparation(
        size: recipe.imageSize.map { ImageSize($0) }, channels: recipe.channels,
        augmentation: recipe.augmentation ?? ImageRecipe.defaultAugmentation, seed: seed,
        normalization: normalization),
      progress: progress)
  }

  /// Where the images come from.
  var request: DatasetRequest {
    var request = DatasetRequest(dataset, data: data)
    request.splitter = splitter
    if let images { request.read(by: images.classRules) }
    return request
  }

  /// How images are split, where that was asked for.
  var splitter: Splitter? {
    images?.fold.map { $0.splitter(seed: seed) } ?? images?.validationFile.map { .file($0) }
      ?? images?.validation.map { .stratified(validation: $0, seed: seed) }
  }

  /// What pictures call the training.
  var title: String { "\(model) on \(datasetTitle)" }

  /// The dataset in names of folders and titles: without the folders that it lies in.
  var datasetTitle: String {
    URL(fileURLWithPath: dataset).deletingPathExtension().lastPathComponent
  }
}
