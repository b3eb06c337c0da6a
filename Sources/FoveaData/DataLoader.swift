public import FoveaTensors

/// Some images with their classes, ready for a program.
public struct Batch: Sendable {
  /// Normalised numbers `[n, C, H, W]`, in channels-last memory.
  public let images: Tensor
  /// The class of each image, `[n]`, int32.
  public let labels: Tensor
  /// Where each image stands in the dataset.
  public let indices: [Int]
}

/// Cuts a dataset into batches, in an order of its own for each epoch.
///
/// The order depends on (seed, epoch) alone: workers only make batches earlier, never others.
public struct DataLoader: Sendable {
  /// Where the images come from.
  public let dataset: ImageDataset
  /// Images of a batch; the last may have fewer.
  public let batchSize: Int
  /// What the order comes from; `nil` keeps the dataset's order.
  public let shuffleSeed: UInt64?
  /// Whether a last batch of fewer images is left out.
  public let dropLast: Bool
  /// How many batches are made ahead, in the background.
  public let workers: Int

  private let tables: [[Float]]

  /// Makes a loader.
  ///
  /// - Parameters:
  ///   - batchSize: At least 1; a smaller number counts as 1.
  ///   - workers: Batches that are made ahead; 0 makes each when it is asked for.
  public init(
    _ dataset: ImageDataset, batchSize: Int, shuffleSeed: UInt64? = nil, dropLast: Bool = false,
    workers: Int = 2
  ) {
    self.dataset = dataset
    self.batchSize = max(batchSize, 1)
    self.shuffleSeed = shuffleSeed
    self.dropLast = dropLast
    self.workers = max(workers, 0)
    tables = dataset.description.normalization.tables()
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
    Batches(loader: self, order: order(epoch: epoch), next: max(first, 0))
  }

  /// Makes one batch.
  func batch(_ number: Int, order: [Int]) -> Batch {
    let start = number * batchSize
    let indices = Array(order[start...].prefix(batchSize))
    let shape = dataset.images.shape.replacing(0, with: indices.count)
    let size = dataset.description.imageShape.elementCount
    let normalization = dataset.description.normalization
    let images = Tensor(shape, order: .channelsLast, filling: Float.self) { target in
      dataset.images.withUnsafeElements(of: UInt8.self) { source in
        for (place, index) in indices.enumerated() {
          normalization.convert(
            UnsafeBufferPointer(rebasing: source[(index * size)..<((index + 1) * size)]),
            tables: tables,
            to: UnsafeMutableBufferPointer(
              rebasing: target[(place * size)..<((place + 1) * size)]))
        }
      }
    }
    let labels = dataset.labels.withUnsafeElements(of: Int32.self) { all in
      indices.map { all[$0] }
    }
    return Batch(images: images, labels: Tensor([labels.count], labels), indices: indices)
  }
}

extension DataLoader {
  /// The batches of an epoch, in order; some are made ahead.
  public struct Batches: AsyncSequence, Sendable {
    public typealias Element = Batch
    public typealias Failure = Never

    let loader: DataLoader
    let order: [Int]
    let next: Int

    public func makeAsyncIterator() -> Iterator {
      Iterator(loader: loader, order: order, next: next)
    }
  }

  /// Keeps as many batches in the making as there are workers, and hands them out in order.
  public struct Iterator: AsyncIteratorProtocol {
    private let loader: DataLoader
    private let order: [Int]
    private var next: Int
    private let ahead = Ahead()

    init(loader: DataLoader, order: [Int], next: Int) {
      self.loader = loader
      self.order = order
      self.next = next
    }

    public mutating func next() async -> Batch? {
      makeAhead(Swift.max(loader.workers, 1))
      guard !ahead.tasks.isEmpty else { return nil }
      let batch = await ahead.tasks.removeFirst().value
      // The next ones are made while the caller works on this one.
      makeAhead(loader.workers)
      return batch
    }

    private mutating func makeAhead(_ count: Int) {
      while ahead.tasks.count < count, next < loader.batchCount {
        let (loader, order, number) = (loader, order, next)
        ahead.tasks.append(Task { Task.isCancelled ? nil : loader.batch(number, order: order) })
        next += 1
      }
    }
  }

  /// Batches in the making; those that nobody asks for any more are not begun.
  private final class Ahead {
    var tasks: [Task<Batch?, Never>] = []

    deinit {
      for task in tasks { task.cancel() }
    }
  }
}
