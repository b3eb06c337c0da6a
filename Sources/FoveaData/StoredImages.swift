import FoveaTensors

/// A dataset in memory, as a source of images that transforms can change.
public struct StoredImages: ImageSource {
  /// The images.
  public let dataset: ImageDataset
  public let labels: [Int32]

  public var name: String { dataset.description.name }
  public var classNames: [String] { dataset.classNames }

  /// Takes the images of a dataset, grey or of three colours.
  ///
  /// - Throws: `DatasetError.channels` for others.
  public init(_ dataset: ImageDataset) throws(DatasetError) {
    guard [1, 3].contains(dataset.images.shape[1]) else {
      throw .channels(expected: 3, actual: dataset.images.shape)
    }
    self.dataset = dataset
    labels = dataset.labels.elements(of: Int32.self)
  }

  public func name(of index: Int) -> String { "\(name)/\(index)" }

  public func image(
    at index: Int, minimumSize: ImageSize?
  ) throws(ImageFileError) -> RasterImage {
    let shape = dataset.description.imageShape
    let size = shape.elementCount
    let bytes = dataset.images.withUnsafeElements(of: UInt8.self) {
      Array($0[(index * size)..<((index + 1) * size)])
    }
    return RasterImage(
      checkedSize: ImageSize(height: shape[1], width: shape[2]), channels: shape[0], bytes)
  }
}

/// Two datasets in memory, one after the other, with the classes of the first.
public struct JoinedImages: ImageSource {
  private let first: StoredImages
  private let second: StoredImages

  public let labels: [Int32]

  public var name: String { first.name }
  public var classNames: [String] { first.classNames }
  /// That of the first.
  public var normalization: Normalization { first.dataset.description.normalization }

  /// Joins the parts of a dataset.
  public init(_ first: StoredImages, _ second: StoredImages) {
    self.first = first
    self.second = second
    labels = first.labels + second.labels
  }

  private func place(of index: Int) -> (part: StoredImages, index: Int) {
    index < first.labels.count ? (first, index) : (second, index - first.labels.count)
  }

  public func name(of index: Int) -> String {
    let (part, index) = place(of: index)
    return part.name(of: index)
  }

  public func image(
    at index: Int, minimumSize: ImageSize?
  ) throws(ImageFileError) -> RasterImage {
    let (part, index) = place(of: index)
    return try part.image(at: index, minimumSize: minimumSize)
  }
}

/// Some images of a source.
public struct SelectedImages: ImageSource {
  private let source: any ImageSource
  private let indices: [Int]

  public let labels: [Int32]

  public var name: String { source.name }
  public var classNames: [String] { source.classNames }

  /// Selects images by their indices in the source, in this order.
  public init(_ source: any ImageSource, _ indices: [Int]) {
    self.source = source
    self.indices = indices
    let labels = source.labels
    self.labels = indices.map { labels[$0] }
  }

  public func name(of index: Int) -> String { source.name(of: indices[index]) }

  public func image(
    at index: Int, minimumSize: ImageSize?
  ) throws(ImageFileError) -> RasterImage {
    try source.image(at: indices[index], minimumSize: minimumSize)
  }
}
