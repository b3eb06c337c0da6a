import Fovea

/// Two convolutions; the first one's maps are halved before they are normalised, so that most of the work is
/// done on small maps.
struct HalvingBlock: CompositeLayer {
  let channels: Int
  var body: some Layer {
    Conv2d(channels, kernel: 3, padding: 1, bias: false)
    MaxPool2d(kernel: 2)
    BatchNorm2d()
    GELU()
    Conv2d(channels, kernel: 3, padding: 1, bias: false)
    BatchNorm2d()
    GELU()
  }
}

/// A network of seven convolutions for 32×32 pixels, after airbench94's.
///
/// The first layer is not learned: see `Whitening`.
///
/// - SeeAlso: K. Jordan, *94 % on CIFAR-10 in 3.29 seconds on a single GPU*, arXiv:2404.00498.
public struct CIFARNet: CompositeLayer {
  private static let whitening = "whitening"
  private static let whiteningDirections = 12

  let classes: Int
  let width: Int

  /// - Parameter width: The channels of the first block; three times as many in the second, four times in
  ///   the third.
  public init(classes: Int, width: Int = 64) {
    self.classes = classes
    self.width = width
  }

  public var body: some Layer {
    Conv2d(2 * Self.whiteningDirections, kernel: 3, padding: 1).named(Self.whitening)
    GELU()
    HalvingBlock(channels: width)
    HalvingBlock(channels: 3 * width)
    HalvingBlock(channels: 4 * width)
    GlobalMaxPool2d()
    Flatten()
    Linear(classes)
  }

  /// What a training starts from: random weights, but for filters that whiten the first batch.
  public static func weights(
    of model: Model, for training: DataLoader, seed: UInt64
  ) async throws -> Weights {
    var weights = model.initialWeights(seed: seed)
    let name = model.parameters.map(\.name).first { $0.hasSuffix("\(whitening).weight") }
    if let name, let batch = try await training.batches(epoch: 0).first(where: { _ in true }) {
      weights[name] = Whitening.filters(
        of: batch.images, kernel: 3, directions: whiteningDirections)
    }
    return weights
  }

  /// What leaves the first layer as it is.
  public static let updates = UpdateOptions(
    groups: [ParameterGroup("*\(whitening).*", isFrozen: true)])
}
