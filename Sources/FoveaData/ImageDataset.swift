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
