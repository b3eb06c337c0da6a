import Foundation
public import FoveaTensors

/// Images of an array, of any number of channels, with a class for each.
///
/// Numbers stay as the array has them until a batch is made. Bytes are normalised as shares of 255, and
/// everything else as it is.
public struct ArrayImages: Sendable {
  /// Name, classes, image shape, normalisation and range.
  public let description: DatasetDescription
  /// The array, `[N, C, H, W]`, row-major.
  public let images: Tensor
  /// The class of each image of the array.
  public let arrayLabels: [Int32]
  /// Which images of the array these are.
  public let indices: [Int]
  /// What the numbers of these images are; images that are damaged do not count.
  public let statistics: ArrayStatistics

  /// The images of the array that hold a number that is none, or infinite.
  private let isDamaged: Set<Int>

  /// Joins images and labels.
  ///
  /// - Parameters:
  ///   - images: `[N, C, H, W]`, or `[N, H, W]` of one channel.
  ///   - labels: `[N]` or `[N, 1]` whole numbers from 0.
  ///   - classNames: Numbers where left out, up to the largest label.
  ///   - indices: Some images of the array; all where left out.
  ///   - normalization: As the images have it where left out.
  /// - Throws: `DatasetError` where shapes do not fit, a label is no class, or the normalisation has
  ///   another number of channels.
  public init(
    name: String, images: Tensor, labels: Tensor, classNames: [String]? = nil,
    indices: [Int]? = nil, normalization: Normalization? = nil
  ) throws(DatasetError) {
    let dimensions = images.shape.dimensions
    guard dimensions.count == 4 || dimensions.count == 3, images.elementCount > 0 else {
      throw .notArrayImages(name, images.shape)
    }
    let (count, height, width) = (
      dimensions[0], dimensions[dimensions.count - 2], dimensions[dimensions.count - 1]
    )
    let channels = dimensions.count == 4 ? dimensions[1] : 1
    if dimensions.count == 4, 1...4 ~= width, channels > 4, channels == height {
      throw .channelsLast(name, images.shape)
    }
    let labels = try Self.labels(labels, of: name, count: count)
    // A label that is far too large is told of below, and makes no list here.
    let classNames = classNames ?? (0...min(max(labels.max() ?? 0, 0), 99_999)).map(String.init)
    if let index = labels.firstIndex(where: { !classNames.indices.contains(Int($0)) }) {
      throw .label(index: index, value: labels[index], classes: classNames.count)
    }
    let array = images.reordered(.rowMajor).reshaped([count, channels, height, width])
    let indices = indices ?? Array(0..<count)
    let statistics = ArrayStatistics(of: array, indices: indices)
    let normalization = normalization ?? statistics.normalization
    guard normalization.mean.count == channels else {
      throw .channels(expected: normalization.mean.count, actual: array.shape)
    }
    guard normalization.isUsable else { throw .normalization(normalization) }
    self.images = array
    arrayLabels = labels
    self.indices = indices
    self.statistics = statistics
    isDamaged = Set(statistics.damaged)
    description = DatasetDescription(
      name: name, classNames: classNames, imageShape: [channels, height, width],
      normalization: normalization, range: statistics.range)
  }

  private static func labels(
    _ labels: Tensor, of name: String, count: Int
  ) throws(DatasetError) -> [Int32] {
    let dimensions = labels.shape.dimensions
    guard dimensions == [labels.elementCount] || dimensions == [labels.elementCount, 1] else {
      throw .notLabels(name, labels.shape, labels.elementType)
    }
    guard labels.elementCount == count else {
      throw .counts(images: count, labels: labels.elementCount)
    }
    switch labels.elementType {
    case .uint8: return labels.elements(of: UInt8.self).map(Int32.init)
    case .int32: return labels.elements(of: Int32.self)
    case .float32: throw .notLabels(name, labels.shape, labels.elementType)
    }
  }

  /// Some of the images, with the classes of these.
  ///
  /// - Parameters:
  ///   - indices: Of these images.
  ///   - normalization: As the chosen images have it where left out.
  public func selecting(
    _ indices: [Int], normalization: Normalization? = nil
  ) throws(DatasetError) -> ArrayImages {
    try ArrayImages(
      name: description.name, images: images, labels: Tensor([arrayLabels.count], arrayLabels),
      classNames: description.classNames, indices: indices.map { self.indices[$0] },
      normalization: normalization)
  }

  /// The images that hold a number that is none, or infinite.
  public var damaged: [DamagedImage] {
    indices.indices.filter { isDamaged.contains(indices[$0]) }.map(damage)
  }

  private func damage(_ index: Int) -> DamagedImage {
    DamagedImage(
      index: index, name: name(of: index),
      reason: "the image holds a number that is none, or infinite; mend or remove it")
  }

  /// What errors and reports call an image.
  public func name(of index: Int) -> String { "\(description.name)/\(indices[index])" }

  /// SHA-256 of each image's numbers, as hexadecimal digits.
  public var fingerprints: [String] {
    let size = description.imageShape.elementCount * images.elementType.byteCount
    return images.withUnsafeBytes { bytes in
      indices.map { Checksum.sha256(Data(bytes[$0 * size..<($0 + 1) * size])) }
    }
  }
}

extension ArrayImages: LabelledImages {
  /// How many images there are.
  public var count: Int { indices.count }

  public func label(of index: Int) -> Int32 { arrayLabels[indices[index]] }

  public func write(
    _ index: Int, epoch: Int, to target: UnsafeMutableBufferPointer<Float>
  ) throws(DamagedImage) {
    let number = indices[index]
    guard !isDamaged.contains(number) else { throw damage(index) }
    switch images.elementType {
    case .uint8: write(number, as: UInt8.self, Float.init, to: target)
    case .int32: write(number, as: Int32.self, Float.init, to: target)
    case .float32: write(number, as: Float.self, { $0 }, to: target)
    }
  }

  private func write<Element: TensorElement>(
    _ number: Int, as type: Element.Type, _ float: (Element) -> Float,
    to target: UnsafeMutableBufferPointer<Float>
  ) {
    let channels = description.imageShape[0]
    let plane = description.imageShape[1] * description.imageShape[2]
    let normalization = description.normalization
    images.withUnsafeElements(of: type) { source in
      for channel in 0..<channels {
        let (mean, deviation) = (normalization.mean[channel], normalization.deviation[channel])
        let start = (number * channels + channel) * plane
        for place in 0..<plane {
          let share = float(source[start + place]) / normalization.unit
          target[place * channels + channel] = (share - mean) / deviation
        }
      }
    }
  }
}
