public import FoveaTensors

/// How what images hold becomes a network's numbers: `(pixel / unit − mean) / deviation`, for each channel.
public struct Normalization: Hashable, Codable, Sendable {
  /// The mean of each channel, in units.
  public let mean: [Float]
  /// The deviation of each channel, in units.
  public let deviation: [Float]
  /// What counts as 1: 255 of bytes, 1 of numbers that are taken as they are.
  public let unit: Float

  /// Gathers one mean and one deviation a channel.
  public init(mean: [Float], deviation: [Float], unit: Float = 255) {
    self.mean = mean
    self.deviation = deviation
    self.unit = unit
  }

  /// Reads one; numbers that make no pixel a number are an error.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      mean: try values.decode([Float].self, forKey: .mean),
      deviation: try values.decode([Float].self, forKey: .deviation),
      // Older files are about bytes alone.
      unit: try values.decodeIfPresent(Float.self, forKey: .unit) ?? 255)
    guard isUsable else {
      throw DecodingError.dataCorruptedError(
        forKey: .deviation, in: values,
        debugDescription: "\(DatasetError.normalization(self))")
    }
  }

  /// Whether there is one finite mean and one finite deviation above 0 a channel, and such a unit.
  var isUsable: Bool {
    mean.count == deviation.count && mean.allSatisfy(\.isFinite)
      && (deviation + [unit]).allSatisfy { $0.isFinite && $0 > 0 }
  }

  /// What MNIST's training images have.
  public static let mnist = Normalization(mean: [0.1307], deviation: [0.3081])

  /// For each channel, the number that each byte becomes.
  func tables() -> [[Float]] {
    zip(mean, deviation).map { mean, deviation in
      (0...255).map { (Float($0) / unit - mean) / deviation }
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

  /// The numbers of images, in channels-last memory.
  ///
  /// - Throws: `DatasetError.channels` where the images have another number of channels.
  public func normalized(_ images: Tensor) throws(DatasetError) -> Tensor {
    guard images.shape.rank == 4, images.shape[1] == mean.count else {
      throw .channels(expected: mean.count, actual: images.shape)
    }
    func changed<Element: TensorElement>(
      _ type: Element.Type, _ float: (Element) -> Float
    ) -> Tensor {
      Tensor(images.shape, order: .channelsLast, filling: Float.self) { target in
        images.reordered(.channelsLast).withUnsafeElements(of: type) { source in
          for index in source.indices {
            let channel = index % mean.count
            target[index] = (float(source[index]) / unit - mean[channel]) / deviation[channel]
          }
        }
      }
    }
    switch images.elementType {
    case .uint8: break
    case .int32: return changed(Int32.self, Float.init)
    case .float32: return changed(Float.self) { $0 }
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
  /// What images hold before they are normalised.
  public let range: ValueRange

  init(
    name: String, classNames: [String], imageShape: Shape, normalization: Normalization,
    range: ValueRange = .bytes
  ) {
    self.name = name
    self.classNames = classNames
    self.imageShape = imageShape
    self.normalization = normalization
    self.range = range
  }

  /// Reads one; an image shape that is not `[C, H, W]` with the normalisation's channels is an error.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      name: try values.decode(String.self, forKey: .name),
      classNames: try values.decode([String].self, forKey: .classNames),
      imageShape: try values.decode(Shape.self, forKey: .imageShape),
      normalization: try values.decode(Normalization.self, forKey: .normalization),
      // Older files are about bytes alone.
      range: try values.decodeIfPresent(ValueRange.self, forKey: .range) ?? .bytes)
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
  /// Numbers of another range than a network learned from.
  case range(_ name: String, given: ValueRange, expected: ValueRange)
  /// Images of another shape, `[C, H, W]`, than a network takes.
  case otherImages(_ name: String, expected: Shape, actual: Shape)
  /// An array that holds no images.
  case notArrayImages(_ name: String, Shape)
  /// An array whose last axis seems to be that of channels.
  case channelsLast(_ name: String, Shape)
  /// An array that holds no labels.
  case notLabels(_ name: String, Shape, ElementType)
  /// An array that a file or folder lacks.
  case noArray(_ file: String, _ name: String, known: [String])
  /// A size that no image has.
  case size(height: Int, width: Int)
  /// A dataset that is nowhere to be found.
  case notFound(name: String, places: [String], failures: [String], addresses: [String])
  /// A packed dataset that is not what it should be.
  case archive(_ file: String, problem: String)
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
    case .range(let name, let given, let expected):
      "\(name) has numbers from \(given), the network learned from \(expected); "
        + "bring the numbers to the unit of its training"
    case .otherImages(let name, let expected, let actual):
      "\(name) has \(Self.kind(of: actual)), the network takes \(Self.kind(of: expected)); "
        + "convert the images, or train on such"
    case .notArrayImages(let name, let shape):
      "the images of \(name) are \(shape), not [N, C, H, W] or [N, H, W] with a pixel; reshape them"
    case .channelsLast(let name, let shape):
      "the images of \(name) are \(shape), whose channels seem to be the last axis; "
        + "bring them to [N, C, H, W], with numpy.moveaxis(images, -1, 1)"
    case .notLabels(let name, let shape, let type):
      "the labels of \(name) are \(shape) of \(type), not [N] whole numbers from 0; "
        + "give the index of each image's class"
    case .noArray(let file, let name, let known):
      "\(file) has no array \(name)\(known.isEmpty ? "" : ", it has \(known.joined(separator: ", "))"); "
        + "name arrays images and labels, or train_images, train_labels, test_images and test_labels"
    case .size(let height, let width):
      "no image has \(height)×\(width) pixels; give 1 or more, and at most 2^48 numbers in all"
    case .notFound(let name, let places, let failures, let addresses):
      "\(name) is in none of \(places.joined(separator: ", "))"
        + (failures.isEmpty ? "" : ", and no mirror has it (\(failures.joined(separator: "; ")))")
        + "; fetch \(addresses.joined(separator: ", ")) where there is a network, put it into "
        + "\(places.last ?? "a folder"), or name its folder with --data"
    case .archive(let file, let problem):
      "\(file) \(problem); fetch it again"
    case .missingResources(let name, let places):
      "the files of \(name) are not beside the program (looked in \(places.joined(separator: ", "))); "
        + "keep the .resources folder next to it"
    case .unknownDataset(let name, let known):
      "there is no dataset \(name); choose from \(known.joined(separator: ", "))"
    }
  }

  /// `[C, H, W]` in words, such as `grey images of 28×28`.
  static func kind(of shape: Shape) -> String {
    let channels = shape[0] == 1 ? "grey" : shape[0] == 3 ? "colour" : "\(shape[0])-channel"
    return "\(channels) images of \(shape[1])×\(shape[2])"
  }
}
