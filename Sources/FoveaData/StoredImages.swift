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

/// Several sources, one after the other, with the classes of the first.
public struct JoinedImages: ImageSource {
  private let parts: [any ImageSource]
  private let starts: [Int]

  public let labels: [Int32]

  public var name: String { parts[0].name }
  public var classNames: [String] { parts[0].classNames }

  /// Joins two sources of the same classes.
  public init(_ first: any ImageSource, _ second: any ImageSource) {
    parts = [first, second]
    starts = [0, first.labels.count]
    labels = first.labels + second.labels
  }

  private func place(of index: Int) -> (part: any ImageSource, index: Int) {
    index < starts[1] ? (parts[0], index) : (parts[1], index - starts[1])
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
