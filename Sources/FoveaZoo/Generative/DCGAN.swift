public import FoveaLayers

/// Makes images of numbers from a normal distribution: `[N, latent, 1, 1] → [N, channels, 64, 64]`, in −1…1.
///
/// Each transposed convolution but the first doubles height and width.
///
/// - SeeAlso: A. Radford, L. Metz, S. Chintala, arXiv:1511.06434.
public struct DCGANGenerator: CompositeLayer {
  /// The channels of the images.
  public let channels: Int
  /// The channels before the last layer; those of the layers before double towards the input.
  public let width: Int

  /// Makes a generator.
  ///
  /// - Parameters:
  ///   - channels: The channels of the images.
  ///   - width: The channels before the last layer: `ngf` of PyTorch's example.
  public init(channels: Int = 3, width: Int = 64) {
    self.channels = channels
    self.width = width
  }

  public var body: some Layer {
    Sequential {
      for (index, multiple) in [8, 4, 2, 1].enumerated() {
        ConvTranspose2d(
          multiple * width, kernel: 4, stride: index == 0 ? 1 : 2, padding: index == 0 ? 0 : 1,
          bias: false, weightInitializer: .normal(deviation: 0.02))
        BatchNorm2d()
        ReLU()
      }
      ConvTranspose2d(
        channels, kernel: 4, stride: 2, padding: 1, bias: false,
        weightInitializer: .normal(deviation: 0.02))
      Tanh()
    }.named("main")
  }
}

/// Says how likely an image is a real one: `[N, C, 64, 64] → [N, 1, 1, 1]`, in 0…1.
///
/// - SeeAlso: A. Radford, L. Metz, S. Chintala, arXiv:1511.06434.
public struct DCGANDiscriminator: CompositeLayer {
  /// The channels behind the first layer; each that follows but the last doubles them.
  public let width: Int

  /// Makes a discriminator.
  ///
  /// - Parameter width: The channels behind the first layer: `ndf` of PyTorch's example.
  public init(width: Int = 64) { self.width = width }

  public var body: some Layer {
    Sequential {
      for (index, multiple) in [1, 2, 4, 8].enumerated() {
        Conv2d(
          multiple * width, kernel: 4, stride: 2, padding: 1, bias: false,
          weightInitializer: .normal(deviation: 0.02))
        if index > 0 { BatchNorm2d() }
        LeakyReLU(negativeSlope: 0.2)
      }
      Conv2d(1, kernel: 4, bias: false, weightInitializer: .normal(deviation: 0.02))
      Sigmoid()
    }.named("main")
  }
}

extension ZooModel {
  /// The generator of PyTorch's DCGAN example, for 100 numbers and images of 3×64×64.
  public static let dcganGenerator = ZooModel(
    name: "dcgan-generator",
    summary: "makes a 64×64 image of 100 normal numbers by transposed convolutions",
    source: "A. Radford et al. (2015), arXiv:1511.06434; names of PyTorch's example",
    defaultInput: [100, 1, 1], parameterCount: 3_576_704
  ) { DCGANGenerator() }

  /// The discriminator of PyTorch's DCGAN example.
  public static let dcganDiscriminator = ZooModel(
    name: "dcgan-discriminator",
    summary: "says how likely a 64×64 image is a real one",
    source: "A. Radford et al. (2015), arXiv:1511.06434; names of PyTorch's example",
    defaultInput: [3, 64, 64], parameterCount: 2_765_568
  ) { DCGANDiscriminator() }
}
