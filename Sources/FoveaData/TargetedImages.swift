public import FoveaTensors

/// Images whose targets are numbers or maps instead of classes: for regression, segmentation, reconstruction.
///
/// Batches carry the targets, stacked, in `Batch.targets`; losses that take them are told in the table of `Loss`.
public protocol TargetedImages: LabelledImages {
  /// One target, without the batch: `[]` for one number, `[H, W]` for a map of classes.
  var targetShape: Shape { get }
  /// float32 for numbers, int32 for class indices.
  var targetElementType: ElementType { get }
  /// What the output should be for an image, of `targetShape` and `targetElementType`.
  ///
  /// What is drawn at random depends on the epoch and the index alone, and fits what `write` draws.
  ///
  /// - Throws: `DamagedImage` where it cannot be read.
  func target(of index: Int, epoch: Int) throws(DamagedImage) -> Tensor
}

extension TargetedImages {
  /// There are no classes.
  public func label(of index: Int) -> Int32 { 0 }
}

/// Images and their targets in memory.
public struct TensorDataset: TargetedImages {
  public let description: DatasetDescription
  /// Numbers `[N, C, H, W]`, float32.
  public let images: Tensor
  /// A target for each image, `[N, …]`, float32 or int32.
  public let targets: Tensor

  public var count: Int { images.shape[0] }
  public var targetShape: Shape { Shape(Array(targets.shape.dimensions.dropFirst())) }
  public var targetElementType: ElementType { targets.elementType }

  /// Joins images, which are taken as they are, and targets.
  ///
  /// - Throws: `DatasetError` where their numbers differ, or one of them is of another type.
  public init(name: String, images: Tensor, targets: Tensor) throws(DatasetError) {
    guard images.shape.rank == 4, images.elementType == .float32 else {
      throw .notNumbers(images.shape, images.elementType)
    }
    guard targets.shape.rank > 0, targets.shape[0] == images.shape[0] else {
      throw .targets(images: images.shape[0], targets: targets.shape)
    }
    guard [.float32, .int32].contains(targets.elementType) else {
      throw .notNumbers(targets.shape, targets.elementType)
    }
    let shape = Shape(Array(images.shape.dimensions.dropFirst()))
    let numbers = images.floats
    description = DatasetDescription(
      name: name, classNames: [], imageShape: shape,
      normalization: Normalization(
        mean: [Float](repeating: 0, count: shape[0]),
        deviation: [Float](repeating: 1, count: shape[0])),
      range: ValueRange(minimum: numbers.min() ?? 0, maximum: numbers.max() ?? 0))
    self.images = images.reordered(.channelsLast)
    self.targets = targets.reordered(.rowMajor)
  }

  public func write(
    _ index: Int, epoch: Int, to target: UnsafeMutableBufferPointer<Float>
  ) throws(DamagedImage) {
    let size = target.count
    images.withUnsafeElements(of: Float.self) {
      _ = target.update(fromContentsOf: $0[(index * size)..<((index + 1) * size)])
    }
  }

  public func target(of index: Int, epoch: Int) throws(DamagedImage) -> Tensor {
    let size = targetShape.elementCount
    func part<Element: TensorElement>(_ type: Element.Type) -> Tensor {
      targets.withUnsafeElements(of: type) {
        Tensor(targetShape, $0[(index * size)..<((index + 1) * size)])
      }
    }
    return targetElementType == .int32 ? part(Int32.self) : part(Float.self)
  }
}

/// Images that are their own targets, for autoencoders.
public struct ReconstructedImages: TargetedImages {
  /// The images.
  public let images: any LabelledImages

  public var description: DatasetDescription { images.description }
  public var count: Int { images.count }
  public var targetShape: Shape { images.description.imageShape }
  public var targetElementType: ElementType { .float32 }

  /// Takes images, whose classes no longer count.
  public init(_ images: any LabelledImages) { self.images = images }

  public func write(
    _ index: Int, epoch: Int, to target: UnsafeMutableBufferPointer<Float>
  ) throws(DamagedImage) {
    try images.write(index, epoch: epoch, to: target)
  }

  public func target(of index: Int, epoch: Int) throws(DamagedImage) -> Tensor {
    let shape = targetShape
    var result = Tensor(zeros: Shape([1] + shape.dimensions), order: .channelsLast)
    var damage: DamagedImage?
    result.withUnsafeMutableElements(of: Float.self) { target in
      do throws(DamagedImage) {
        try images.write(index, epoch: epoch, to: target)
      } catch { damage = error }
    }
    if let damage { throw damage }
    return Tensor(shape, result.floats)
  }
}
