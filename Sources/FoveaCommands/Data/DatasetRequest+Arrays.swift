import FoveaData
import FoveaTensors
import FoveaTraining
import Foundation

extension DatasetRequest {
  /// Whether it names arrays of NumPy: a `.npz` file, or a folder of `.npy` files.
  var isArrays: Bool {
    DatasetName(rawValue: dataset) == nil
      && ArrayDataset.isThere(at: URL(fileURLWithPath: dataset))
  }

  /// The parts of the arrays: their own, or by `splitter`, or all in one.
  ///
  /// - Throws: What files throw; `CommandError.conflict` where parts are to be split.
  func arrayParts() throws -> [ArrayDataset.Part] {
    let parts = try storedParts()
    return try splitter.map { try split(parts, by: $0) } ?? parts
  }

  private func storedParts() throws -> [ArrayDataset.Part] {
    try ArrayDataset(contentsOf: URL(fileURLWithPath: dataset)).parts
  }

  /// Training and validation; images for testing take no part in folds.
  private func split(
    _ parts: [ArrayDataset.Part], by splitter: Splitter
  ) throws -> [ArrayDataset.Part] {
    guard parts.count == 1 || splitter.isFold, let all = parts.first?.images else {
      throw CommandError.conflict(
        splitter.option,
        reason: "\(dataset) is in parts already, \(parts.map(\.name).joined(separator: " and ")); "
          + "leave \(splitter.option) out")
    }
    let indices = try splitter.split(
      all.indices.map { all.arrayLabels[$0] }, classNames: all.description.classNames,
      name: all.name(of:))
    let training = try all.selecting(indices.training)
    return [
      ArrayDataset.Part(name: "training", images: training),
      ArrayDataset.Part(
        name: "validation",
        images: try all.selecting(
          indices.validation, normalization: training.description.normalization)),
    ]
  }

  /// Arrays on their way to a network, as they are.
  ///
  /// - Throws: As `arrayParts`; `CommandError.conflict` for a change that is for pictures.
  func preparedArrays(_ preparation: ImagePreparation) throws -> Prepared {
    try check()
    let changes = [
      ("--image-size", preparation.size != nil), ("--channels", preparation.channels != nil),
      ("--augment", preparation.augmentation != .none),
    ]
    if let (option, _) = changes.first(where: \.1) {
      throw CommandError.conflict(
        option, reason: "arrays of numbers go to the network as they are; leave it out")
    }
    var parts = try storedParts()
    if let splitter = splitter ?? (parts.count == 1 ? Self.ownSplitter(preparation) : nil) {
      parts = try split(parts, by: splitter)
    }
    let (training, validation) = (parts[0].images, parts[1].images)
    guard training.description.classNames.count > 1 else {
      throw DataBlockError.oneClass(training.description.classNames[0], path: dataset)
    }
    guard let normalization = preparation.normalization else {
      return Prepared(training: training, validation: validation)
    }
    let known = normalization.adapted(toChannels: training.description.imageShape[0])
    func normalized(_ images: ArrayImages) throws(DatasetError) -> ArrayImages {
      try images.selecting(Array(images.indices.indices), normalization: known)
    }
    return Prepared(training: try normalized(training), validation: try normalized(validation))
  }

  /// Arrays on their way to a network that was trained before, normalised as its own were.
  ///
  /// - Throws: As `arrayParts`; `DatasetError.otherImages` or `.range` where they are not like those
  ///   that it learned from; `CommandError.otherClasses`.
  func arrays(
    _ split: MNIST.Split, for input: DatasetDescription
  ) throws -> (images: any LabelledImages, part: String) {
    let parts = try arrayParts()
    let part = parts[split == .training ? 0 : parts.count - 1]
    let images = part.images
    let description = images.description
    guard description.imageShape == input.imageShape else {
      throw DatasetError.otherImages(
        dataset, expected: input.imageShape, actual: description.imageShape)
    }
    try input.range.check(description.range, of: dataset)
    let isNumbered = description.classNames == description.classNames.indices.map(String.init)
    if !isNumbered || description.classNames.count > input.classNames.count {
      try check(description.classNames, against: input)
    }
    let normalized = try images.selecting(
      Array(images.indices.indices), normalization: input.normalization)
    return (normalized, part.name)
  }
}
