import Fovea

/// Two convolutions; the first one's maps are halved before they are normalised, so that most of the work is
/// done on small maps.
struct HalvingBlock: CompositeLayer {
  let channels: Int
  var body: some Layer {
    Conv2d(channels, kernel: 3, padding: 1, bias: false)
    MaxPool2d(kernel: 2)
    BatchNorm2d()
    ReLU()
    Conv2d(channels, kernel: 3, padding: 1, bias: false)
    BatchNorm2d()
    ReLU()
  }
}

/// A network of seven convolutions for 32×32 pixels, after airbench94's.
///
/// - SeeAlso: K. Jordan, *94 % on CIFAR-10 in 3.29 seconds on a single GPU*, arXiv:2404.00498.
public struct CIFARNet: CompositeLayer {
  let classes: Int
  let width: Int

  /// - Parameter width: The channels of the first block; three times as many in the second, four times in
  ///   the third.
  public init(classes: Int, width: Int = 64) {
    self.classes = classes
    self.width = width
  }

  public var body: some Layer {
    Conv2d(width / 2, kernel: 3, padding: 1, bias: false)
    BatchNorm2d()
    ReLU()
    HalvingBlock(channels: width)
    HalvingBlock(channels: 3 * width)
    HalvingBlock(channels: 4 * width)
    GlobalMaxPool2d()
    Flatten()
    Linear(classes)
  }
}
