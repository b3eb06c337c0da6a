import Fovea

/// A convolution, batch normalisation and ReLU.
struct ConvNormReLU: CompositeLayer {
  let channels: Int
  var body: some Layer {
    Conv2d(channels, kernel: 3, padding: 1, bias: false)
    BatchNorm2d()
    ReLU()
  }
}

/// The residual network of nine layers that won DAWNBench's race to 94 % on CIFAR-10, at half its width.
///
/// - SeeAlso: D. Page, *How to train your ResNet*, 2018; C. Coleman et al., DAWNBench, 2017.
public struct ResNet9: CompositeLayer {
  let classes: Int
  let width: Int

  public init(classes: Int, width: Int = 32) {
    self.classes = classes
    self.width = width
  }

  public var body: some Layer {
    ConvNormReLU(channels: width)
    ConvNormReLU(channels: 2 * width)
    MaxPool2d(kernel: 2)
    Residual {
      ConvNormReLU(channels: 2 * width)
      ConvNormReLU(channels: 2 * width)
    }
    ConvNormReLU(channels: 4 * width)
    MaxPool2d(kernel: 2)
    ConvNormReLU(channels: 8 * width)
    MaxPool2d(kernel: 2)
    Residual {
      ConvNormReLU(channels: 8 * width)
      ConvNormReLU(channels: 8 * width)
    }
    GlobalMaxPool2d()
    Flatten()
    Linear(classes)
  }
}
