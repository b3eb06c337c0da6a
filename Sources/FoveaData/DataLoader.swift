import FoveaTensors

/// Cuts a dataset into batches, in an order of its own for each epoch.
///
/// The order depends on (seed, epoch) alone: workers only make batches earlier, never others.
public struct DataLoader: Sendable {
  /// Where the images come from.
  public let dataset: any LabelledImages
  /// Images of a batch; the last may have fewer.
  public let batchSize: Int
  /// What the order comes from; `nil` keeps the dataset's order.
  public let shuffleSeed: UInt64?
  /// Whether a last batch of fewer images is left out.
  public let dropLast: Bool
  /// How many batches are made ahead, in the background.
  public let workers: Int
  /// How the images of a batch are mixed; `nil` for not at all.
  public let mixing: Mixing?
  /// The epochs in which images are mixed, from the first; `nil` for all.
  public let mixedEpochs: Int?
  /// What happens to images that cannot be read.
  public let damagedImages: DamagedImagePolicy

  /// Makes a loader.
  ///
  /// - Parameters:
  ///   - batchSize: At least 1; a smaller number counts as 1.
  ///   - workers: Batches that are made ahead; 0 makes each when it is asked for.
  ///   - mixing: How images are mixed, drawn from `shuffleSeed`, or from 0 where there is none.
  ///   - mixedEpochs: The epochs in which they are; the last epochs see images as they are (timm's
  ///     `mixup_off_epoch`).
  public init(
    _ dataset: any LabelledImages, batchSize: Int, shuffleSeed: UInt64? = nil,
    dropLast: Bool = false, workers: Int = 2, mixing: Mixing? = nil,
    mixedEpochs: Int? = nil, damagedImages: DamagedImagePolicy = .fail
  ) {
    self.dataset = dataset
    self.batchSize = max(batchSize, 1)
    self.shuffleSeed = shuffleSeed
    self.dropLast = dropLast
    self.workers = max(workers, 0)
    self.mixing = mixing
    self.mixedEpochs = mixedEpochs
    self.damagedImages = damagedImages
  }

  /// How many batches an epoch has.
  public var batchCount: Int {
    let (full, rest) = dataset.count.quotientAndRemainder(dividingBy: batchSize)
    return rest == 0 || dropLast ? full : full + 1
  }

  /// The dataset's indices in the order of one epoch.
  public func order(epoch: Int) -> [Int] {
    guard let shuffleSeed else { return Array(0..<dataset.count) }
    return RandomStream(seed: shuffleSeed, named: "shuffle/\(epoch)")
      .permutation(of: dataset.count)
  }

  /// The batches of one epoch, from batch `first` on; none where there are no more than `first`.
  ///
  /// - Parameter first: A number below 0 counts as 0.
  public func batches(epoch: Int, from first: Int = 0) -> Batches {
    Batches(loader: self, epoch: epoch, order: order(epoch: epoch), next: max(first, 0))
  }

  /// Makes one batch.
  ///
  /// - Parameters:
  ///   - number: Its place in the epoch.
  ///   - epoch: What random changes are drawn for.
  ///   - order: The dataset's indices in the order of an epoch.
  /// - Throws: `DamagedImage` where an image cannot be read and none is left out, or none is left.
  public func batch(_ number: Int, epoch: Int, order: [Int]) throws(DamagedImage) -> Batch {
    let start = number * batchSize
    var indices = Array(order[start...].prefix(batchSize))
    let imageShape = dataset.description.imageShape
    let size = imageShape.elementCount
    func shape(_ count: Int) -> Shape { Shape([count] + imageShape.dimensions) }
    var damaged: [DamagedImage] = []
    let targeted = dataset as? any TargetedImages
    var targets: [Tensor] = []
    var images = Tensor(shape(indices.count), order: .channelsLast, filling: Float.self) { target in
      var rest = target[...]
      indices.removeAll { index in
        do throws(DamagedImage) {
          try dataset.write(
            index, epoch: epoch, to: UnsafeMutableBufferPointer(rebasing: rest.prefix(size)))
          if let targeted { targets.append(try targeted.target(of: index, epoch: epoch)) }
          rest = rest.dropFirst(size)
          return false
        } catch {
          damaged.append(error)
          return true
        }
      }
    }
    if let first = damaged.first {
      guard damagedImages == .skip, !indices.isEmpty else { throw first }
      images = Tensor(shape(indices.count), order: .channelsLast, filling: Float.self) { target in
        images.withUnsafeElements(of: Float.self) {
          _ = target.update(fromContentsOf: $0[..<target.count])
        }
      }
    }
    let isMixed = epoch < mixedEpochs ?? .max
    let mix = (isMixed ? mixing : nil).map { mixing in
      let stream = RandomStream(seed: shuffleSeed ?? 0, named: "mix/\(epoch)/\(number)")
      var draws = RandomDraws(stream: stream, next: 0)
      return mixing.draw(
        count: indices.count, size: ImageSize(height: imageShape[1], width: imageShape[2]), &draws)
    }
    if let mix { images = mix.apply(images) }
    return Batch(
      images: images, labels: Tensor([indices.count], indices.map(dataset.label)),
      targets: targeted.map { Tensor(stacking: targets, of: $0.targetShape, $0.targetElementType) },
      indices: indices, mix: mix, damaged: damaged)
  }
}

extension DataLoader {
  /// The batches of an epoch, in order; some are made ahead.
  public struct Batches: AsyncSequence, Sendable {
    public typealias Element = Batch
    public typealias Failure = DamagedImage

    let loader: DataLoader
    let epoch: Int
    let order: [Int]
    let next: Int

    public func makeAsyncIterator() -> Iterator { Iterator(self) }
  }

  /// Keeps as many batches in the making as there are workers, and hands them out in order.
  public struct Iterator: AsyncIteratorProtocol {
    private let batches: Batches
    private var following: Int
    private let ahead = Ahead()

    init(_ batches: Batches) {
      self.batches = batches
      following = batches.next
    }

    public mutating func next() async throws(DamagedImage) -> Batch? {
      makeAhead(Swift.max(batches.loader.workers, 1))
      guard !ahead.tasks.isEmpty else { return nil }
      let batch = await ahead.tasks.removeFirst().value
      // The next ones are made while the caller works on this one.
      makeAhead(batches.loader.workers)
      return try batch?.get()
    }

    private mutating func makeAhead(_ count: Int) {
      while ahead.tasks.count < count, following < batches.loader.batchCount {
        let (batches, number) = (batches, following)
        ahead.tasks.append(
          Task {
            if Task.isCancelled { return nil }
            return Result { () throws(DamagedImage) in
              try batches.loader.batch(number, epoch: batches.epoch, order: batches.order)
            }
          })
        following += 1
      }
    }
  }

  /// Batches in the making; those that nobody asks for any more are not begun.
  private final class Ahead {
    var tasks: [Task<Result<Batch, DamagedImage>?, Never>] = []

    deinit {
      for task in tasks { task.cancel() }
    }
  }
}

extension Tensor {
  /// Tensors of one shape along a new first axis.
  fileprivate init(stacking parts: [Tensor], of shape: Shape, _ type: ElementType) {
    let stacked = Shape([parts.count] + shape.dimensions)
    self =
      type == .int32
      ? Tensor(stacked, parts.flatMap { $0.elements(of: Int32.self) })
      : Tensor(stacked, parts.flatMap(\.floats))
  }
}
