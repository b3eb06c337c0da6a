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

  /// What a training starts from: random weights, but for filters that whiten the first batch, and for
  /// convolutions whose first filters hand their inputs on.
  public static func weights(
    of model: Model, for training: DataLoader, seed: UInt64
  ) async throws -> Weights {
    let firstBatch = try await training.batches(epoch: 0).first { _ in true }
    var weights = model.initialWeights(seed: seed)
    for (name, tensor) in weights.tensors where tensor.shape.rank == 4 {
      if !name.hasSuffix("\(whitening).weight") {
        weights[name] = handingOn(tensor)
      } else if let images = firstBatch?.images {
        weights[name] = Whitening.filters(
          of: images, kernel: 3, directions: whiteningDirections)
      }
    }
    return weights
  }

  /// Filters `[O, C, k, k]` whose first `C` hand their inputs on (PyTorch's `dirac_`).
  private static func handingOn(_ filters: Tensor) -> Tensor {
    let (inputs, area) = (filters.shape[1], filters.shape[2] * filters.shape[3])
    var numbers = filters.floats
    for filter in 0..<min(inputs, filters.shape[0]) {
      let start = filter * inputs * area
      for place in 0..<inputs * area {
        numbers[start + place] = place == filter * area + area / 2 ? 1 : 0
      }
    }
    return Tensor(filters.shape, numbers)
  }

  /// What leaves the first layer as it is.
  public static let updates = UpdateOptions(
    groups: [ParameterGroup("*\(whitening).*", isFrozen: true)])
}
