public import FoveaTensors

/// How bytes become numbers: `(pixel / 255 − mean) / deviation`, for each channel.
public struct Normalization: Hashable, Codable, Sendable {
  /// The mean of each channel, as a share of 255.
  public let mean: [Float]
  /// The deviation of each channel, as a share of 255.
  public let deviation: [Float]

  /// Gathers one mean and one deviation a channel.
  public init(mean: [Float], deviation: [Float]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Reads one; numbers that make no pixel a number are an error.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      mean: try values.decode([Float].self, forKey: .mean),
      deviation: try values.decode([Float].self, forKey: .deviation))
    guard isUsable else {
      throw DecodingError.dataCorruptedError(
        forKey: .deviation, in: values,
        debugDescription: "\(DatasetError.normalization(self))")
    }
  }

  /// Whether there is one finite mean and one finite deviation above 0 a channel.
  var isUsable: Bool {
    mean.count == deviation.count && mean.allSatisfy(\.isFinite)
      && deviation.allSatisfy { $0.isFinite && $0 > 0 }
  }

  /// What MNIST's training images have.
  public static let mnist = Normalization(mean: [0.1307], deviation: [0.3081])

  /// For each channel, the number that each byte becomes.
  func tables() -> [[Float]] {
    zip(mean, deviation).map { mean, deviation in
      (0...255).map { (Float($0) / 255 - mean) / deviation }
    }
  }

  /// Writes the numbers of `pixels`, channels-last bytes, to `target`.
  func convert(
    _ pixels: UnsafeBufferPointer<UInt8>, tables: [[Float]],
    to target: UnsafeMutableBufferPointer<Float>
  ) {
    let channels = tables.count
    for (channel, table) in tables.enumerated() {
      table.withUnsafeBufferPointer { table in
        for index in stride(from: channel, to: pixels.count, by: channels) {
          target[index] = table[Int(pixels[index])]
        }
      }
    }
  }

  /// The numbers of images of bytes, in channels-last memory.
  ///
  /// - Throws: `DatasetError.channels` where the images have another number of channels.
  public func normalized(_ images: Tensor) throws(DatasetError) -> Tensor {
    guard images.shape.rank == 4, images.shape[1] == mean.count, images.elementType == .uint8
    else {
      throw .channels(expected: mean.count, actual: images.shape)
    }
    let tables = tables()
    return Tensor(images.shape, order: .channelsLast, filling: Float.self) { target in
      images.reordered(.channelsLast).withUnsafeElements(of: UInt8.self) {
        convert($0, tables: tables, to: target)
      }
    }
  }
}

/// What a model was trained on, without the images: it travels in the model's file.
public struct DatasetDescription: Hashable, Codable, Sendable {
  /// The dataset's name, such as `mnist`.
  public let name: String
  /// The name of each class, by its index.
  public let classNames: [String]
  /// One image, `[C, H, W]`.
  public let imageShape: Shape
  /// How bytes become numbers.
  public let normalization: Normalization

  init(name: String, classNames: [String], imageShape: Shape, normalization: Normalization) {
    self.name = name
    self.classNames = classNames
    self.imageShape = imageShape
    self.normalization = normalization
  }

  /// Reads one; an image shape that is not `[C, H, W]` with the normalisation's channels is an error.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try values.decode(String.self, forKey: .name),
      classNames: try values.decode([String].self, forKey: .classNames),
      imageShape: try values.decode(Shape.self, forKey: .imageShape),
      normalization: try values.decode(Normalization.self, forKey: .normalization))
    guard imageShape.rank == 3, imageShape[0] == normalization.mean.count else {
      throw DecodingError.dataCorruptedError(
        forKey: .imageShape, in: values,
        debugDescription: "\(imageShape) is no [C, H, W] with "
          + "\(normalization.mean.count) channels to normalise")
    }
  }
}

/// Images of bytes, all of one size, with a class for each.
public struct ImageDataset: Sendable {
  /// Name, classes, image shape and normalisation.
  public let description: DatasetDescription
  /// Bytes `[N, C, H, W]`, in channels-last memory.
  public let images: Tensor
  /// The class of each image, `[N]`, int32.
  public let labels: Tensor

  private let tables: [[Float]]

  /// The name of each class, by its index.
  public var classNames: [String] { description.classNames }
  /// How many images there are.
  public var count: Int { images.shape[0] }

  /// Joins images and labels.
  ///
  /// - Throws: `DatasetError` where their numbers differ, a label is no class, or the normalisation
  ///   has another number of channels or a deviation that is not above 0.
  public init(
    name: String, images: Tensor, labels: [Int32], classNames: [String],
    normalization: Normalization
  ) throws(DatasetError) {
    guard images.shape.rank == 4, images.elementType == .uint8 else {
      throw .notImages(images.shape, images.elementType)
    }
    guard images.shape[0] == labels.count else {
      throw .counts(images: images.shape[0], labels: labels.count)
    }
    guard normalization.mean.count == images.shape[1],
      normalization.deviation.count == images.shape[1]
    else { throw .channels(expected: normalization.mean.count, actual: images.shape) }
    guard normalization.isUsable else { throw .normalization(normalization) }
    if let index = labels.firstIndex(where: { !classNames.indices.contains(Int($0)) }) {
      throw .label(index: index, value: labels[index], classes: classNames.count)
    }
    description = DatasetDescription(
      name: name, classNames: classNames,
      imageShape: Shape(Array(images.shape.dimensions.dropFirst())), normalization: normalization)
    self.images = images.reordered(.channelsLast)
    self.labels = Tensor([labels.count], labels)
    tables = normalization.tables()
  }

  /// The first images, as many as `count` or as there are.
  public func prefix(_ count: Int) throws(DatasetError) -> ImageDataset {
    let count = max(0, min(count, self.count))
    let shape = images.shape.replacing(0, with: count)
    let first = Tensor(shape, order: .channelsLast, filling: UInt8.self) { target in
      images.withUnsafeElements(of: UInt8.self) {
        _ = target.update(fromContentsOf: $0[..<target.count])
      }
    }
    return try ImageDataset(
      name: description.name, images: first,
      labels: Array(labels.elements(of: Int32.self).prefix(count)),
      classNames: classNames, normalization: description.normalization)
  }
}

extension ImageDataset: LabelledImages {
  public func label(of index: Int) -> Int32 {
    labels.withUnsafeElements(of: Int32.self) { $0[index] }
  }

  public func write(
    _ index: Int, epoch: Int, to target: UnsafeMutableBufferPointer<Float>
  ) throws(DamagedImage) {
    let size = target.count
    images.withUnsafeElements(of: UInt8.self) { source in
      description.normalization.convert(
        UnsafeBufferPointer(rebasing: source[(index * size)..<((index + 1) * size)]),
        tables: tables, to: target)
    }
  }
}

/// Why images and labels make no dataset.
public enum DatasetError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A tensor that holds no images of bytes.
  case notImages(Shape, ElementType)
  /// Another number of labels than of images.
  case counts(images: Int, labels: Int)
  /// A label that is no class.
  case label(index: Int, value: Int32, classes: Int)
  /// Another number of channels than the normalisation has.
  case channels(expected: Int, actual: Shape)
  /// A mean that is no number, or a deviation that is not above 0.
  case normalization(Normalization)
  /// Classes that the dataset does not have, or twice, or none at all.
  case classes(_ chosen: [Int], of: Int)
  /// A size that no image has.
  case size(height: Int, width: Int)
  /// A dataset that is nowhere to be found.
  case notFound(name: String, places: [String], failures: [String])
  /// Files that came with the program and are not beside it any more.
  case missingResources(name: String, places: [String])
  /// A name that no dataset has.
  case unknownDataset(_ name: String, known: [String])

  public var description: String {
    switch self {
    case .notImages(let shape, let type):
      "images are [N, C, H, W] bytes, got \(shape) of \(type); convert them first"
    case .counts(let images, let labels):
      "\(images) images have \(labels) labels; give one label an image"
    case .label(let index, let value, let classes):
      "image \(index) has label \(value), classes are 0..<\(classes); mend the label file"
    case .channels(let expected, let actual):
      "the normalisation is for \(expected) channels of bytes, got \(actual); convert the images first"
    case .normalization(let normalization):
      "means \(normalization.mean) and deviations \(normalization.deviation) do not normalise; "
        + "give a finite mean and a deviation above 0 for each channel"
    case .classes(let chosen, let count):
      "classes \(chosen) are no choice of 0..<\(count); name one or more, each once"
    case .size(let height, let width):
      "no image has \(height)×\(width) pixels; give 1 or more, and at most 2^48 numbers in all"
    case .notFound(let name, let places, let failures):
      "\(name) is in none of \(places.joined(separator: ", "))"
        + (failures.isEmpty ? "" : ", and no mirror has it (\(failures.joined(separator: "; ")))")
        + "; put its files into one of them, or name their folder with --data"
    case .missingResources(let name, let places):
      "the files of \(name) are not beside the program (looked in \(places.joined(separator: ", "))); "
        + "keep the .resources folder next to it"
    case .unknownDataset(let name, let known):
      "there is no dataset \(name); choose from \(known.joined(separator: ", "))"
    }
  }
}
