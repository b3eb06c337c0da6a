import FoveaTensors

/// Images on their way to a network: which of a source, what happens to each, and how they become
/// numbers.
///
/// Decoded, brought to grey or RGB, transformed, normalised; the last transform leaves every image at
/// the same size, or `write` refuses it by name.
public struct ImagePipeline: LabelledImages {
  /// Where the images come from.
  public let source: any ImageSource
  /// Which of them, by their indices in the source.
  public let indices: [Int]
  /// What happens to each, in this order.
  public let transforms: [ImageTransform]
  /// Name, classes, the shape after the transforms, and normalisation.
  public let description: DatasetDescription
  /// What random transforms are drawn from, with the epoch and the image's index in the source.
  public let seed: UInt64

  private let labels: [Int32]
  private let tables: [[Float]]

  /// How many images there are.
  public var count: Int { indices.count }

  private var size: ImageSize {
    ImageSize(height: description.imageShape[1], width: description.imageShape[2])
  }

  /// Describes what happens to images.
  ///
  /// - Parameters:
  ///   - indices: Images of the source; all where left out.
  ///   - size: The size that the transforms leave every image at.
  ///   - normalization: One mean and deviation for grey images, three for colour images.
  /// - Throws: `PipelineError` for a normalisation of other channels than 1 or 3, or a transform's
  ///   parameter out of its range.
  public init(
    _ source: any ImageSource, indices: [Int]? = nil, transforms: [ImageTransform],
    size: ImageSize, normalization: Normalization, seed: UInt64 = 0
  ) throws(PipelineError) {
    let channels = normalization.mean.count
    guard channels == 1 || channels == 3, normalization.isUsable else {
      throw .normalization(normalization)
    }
    do { try transforms.validate() } catch { throw .transform(error) }
    self.source = source
    self.indices = indices ?? Array(source.labels.indices)
    self.transforms = transforms
    self.seed = seed
    labels = source.labels
    tables = normalization.tables()
    description = DatasetDescription(
      name: source.name, classNames: source.classNames,
      imageShape: [channels, size.height, size.width], normalization: normalization)
  }

  public func label(of index: Int) -> Int32 { labels[indices[index]] }

  public func name(of index: Int) -> String { source.name(of: indices[index]) }

  /// The image as the network gets it, before it is normalised.
  ///
  /// - Throws: `DamagedImage` where it cannot be read, or does not come to the right size.
  public func image(at index: Int, epoch: Int) throws(DamagedImage) -> RasterImage {
    try image(at: index, epoch: epoch) { _, _ in }
  }

  /// What is done to an image on its way.
  enum Stage {
    case read
    case convert
    case change(ImageOperation)
  }

  /// The same, with a look at the image after each stage that does something.
  func image(
    at index: Int, epoch: Int, observe: (Stage, RasterImage) -> Void
  ) throws(DamagedImage) -> RasterImage {
    let number = indices[index]
    func refuse(_ reason: String) -> DamagedImage {
      DamagedImage(index: index, name: source.name(of: number), reason: reason)
    }
    var image: RasterImage
    do {
      image = try source.image(at: number, minimumSize: smallestUsefulSize)
      observe(.read, image)
      if image.channels != description.imageShape[0] {
        image = image.converted(to: description.imageShape[0])
        observe(.convert, image)
      }
      let position = SamplePosition(seed: seed, epoch: epoch, index: number)
      for operation in try transforms.draw(for: image.size, at: position) {
        image = try operation.applied(to: image)
        observe(.change(operation), image)
      }
    } catch let error as ImageFileError {
      throw refuse("it \(error.words)")
    } catch {
      throw refuse("\(error)")
    }
    guard image.size == size else {
      throw refuse(
        "it is \(image.size) after the transforms, the network takes \(size); "
          + "begin the transforms with .resizeExactly(\(size)), or end them with a crop")
    }
    return image
  }

  /// A size that can be asked of the source without a loss: that of a leading resize.
  private var smallestUsefulSize: ImageSize? {
    switch transforms.first {
    case .resize(let side, _): ImageSize(side)
    case .resizeExactly(let size, _): size
    default: nil
    }
  }

  public func write(
    _ index: Int, epoch: Int, to target: UnsafeMutableBufferPointer<Float>
  ) throws(DamagedImage) {
    try image(at: index, epoch: epoch).bytes.withUnsafeBufferPointer {
      description.normalization.convert($0, tables: tables, to: target)
    }
  }
}

/// Why images cannot be brought to a network.
public enum PipelineError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A normalisation of other channels than 1 or 3, or with numbers that normalise nothing.
  case normalization(Normalization)
  /// A transform with a parameter out of its range.
  case transform(ImageTransformError)

  public var description: String {
    switch self {
    case .normalization(let normalization):
      "means \(normalization.mean) and deviations \(normalization.deviation) do not normalise grey "
        + "or colour images; give 1 or 3 finite means, and as many deviations above 0"
    case .transform(let error): error.description
    }
  }
}
