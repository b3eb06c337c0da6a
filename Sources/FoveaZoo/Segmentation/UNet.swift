public import FoveaGraph
public import FoveaLayers

/// U-Net: down by four halvings, up by four doublings, with each map of the way down beside its like on the way up.
///
/// `[N, C, H, W] → [N, classes, H, W]`; unpadded, 184 pixels of height and width are lost, and the sizes between must be
/// even for the borders to match. Weights have the names of milesial/Pytorch-UNet.
///
/// - SeeAlso: O. Ronneberger, P. Fischer, T. Brox, *U-Net: Convolutional Networks for Biomedical Image
///   Segmentation* (2015), arXiv:1505.04597.
public struct UNet: Layer {
  /// The classes of a pixel.
  public let classes: Int
  /// How height and width are doubled.
  public let upsampling: UNetUp.Upsampling
  /// Whether convolutions keep the size.
  public let isPadded: Bool
  /// The channels of the finest maps; they double with each halving.
  public let width: Int

  /// Makes a network.
  ///
  /// - Parameters:
  ///   - classes: The classes of a pixel.
  ///   - upsampling: How height and width are doubled.
  ///   - isPadded: Whether convolutions keep the size, and there is batch normalisation; not so in the paper, which
  ///     has dropout behind its two coarsest maps.
  ///   - width: The channels of the finest maps.
  public init(
    classes: Int, upsampling: UNetUp.Upsampling = .transposedConvolution, isPadded: Bool = true,
    width: Int = 64
  ) {
    self.classes = classes
    self.upsampling = upsampling
    self.isPadded = isPadded
    self.width = width
  }

  public func forward(_ input: SymbolicTensor) throws(GraphError) -> SymbolicTensor {
    // Interpolation keeps the channels, so that the coarsest map has half of them to begin with.
    let half = upsampling == .bilinear ? 2 : 1
    var value = try UNetDoubleConvolution(width, isPadded: isPadded).named("inc")(input)
    var maps: [SymbolicTensor] = []
    for level in 1...4 {
      maps.append(value)
      let channels = (width << level) / (level == 4 ? half : 1)
      value = try UNetDown(channels, isPadded: isPadded).named("down\(level)")(value)
      if !isPadded, level >= 3 { value = try Dropout().named("drop\(level)")(value) }
    }
    for (index, skip) in maps.reversed().enumerated() {
      let channels = (width << (3 - index)) / (index == 3 ? 1 : half)
      let up = UNetUp(channels, upsampling: upsampling, isPadded: isPadded)
      value = try up(value, skip: skip, named: "up\(index + 1)")
    }
    return try Conv2d(classes, kernel: 1).named("outc.conv")(value)
  }
}

extension ZooModel {
  /// U-Net with padded convolutions and batch normalisation, the usual form.
  public static let unet = ZooModel(
    name: "unet",
    summary: "padded U-Net with batch normalisation and transposed convolutions",
    source: "O. Ronneberger et al. (2015), arXiv:1505.04597; names of milesial/Pytorch-UNet",
    defaultInput: [3, 572, 572], defaultClasses: 2, parameterCount: 31_037_698
  ) { UNet(classes: $0) }

  /// U-Net that enlarges by bilinear interpolation.
  public static let unetBilinear = ZooModel(
    name: "unet-bilinear",
    summary: "padded U-Net with bilinear interpolation in place of transposed convolutions",
    source: "O. Ronneberger et al. (2015), arXiv:1505.04597; names of milesial/Pytorch-UNet",
    defaultInput: [3, 572, 572], defaultClasses: 2, parameterCount: 17_263_042
  ) { UNet(classes: $0, upsampling: .bilinear) }

  /// U-Net as published: no padding, no normalisation, 572×572 pixels to 388×388.
  public static let unetPaper = ZooModel(
    name: "unet-paper",
    summary: "U-Net as published, without padding: 572×572 pixels to 388×388",
    source: "O. Ronneberger et al. (2015), arXiv:1505.04597; names of milesial/Pytorch-UNet",
    defaultInput: [1, 572, 572], defaultClasses: 2, parameterCount: 31_030_658
  ) { UNet(classes: $0, isPadded: false) }
}
