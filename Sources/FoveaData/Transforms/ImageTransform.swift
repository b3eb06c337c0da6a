/// A step of a recipe for pictures, such as `[.randomCrop(32, padding: 4), .randomHorizontalFlip()]`.
///
/// A recipe is an array: `recipe.applied(to: image, at: position)` changes a picture, and
/// `recipe.draw(for: image.size, at: position)` says how, without a picture. What is drawn depends on
/// the position (seed, epoch, index) and on the picture's size, never on threads or on what was drawn
/// before. Numbers mean what they mean in torchvision, and where nothing is said its defaults are
/// taken, but for `filter`, which is bilinear throughout. `fill` has a byte a channel; missing ones are 0.
public enum ImageTransform: Hashable, Codable, Sendable {
  /// The shorter side becomes `shorterSide`, the longer one keeps the ratio, rounded down.
  case resize(_ shorterSide: Int, filter: ResizeFilter = .bilinear)
  /// Exactly this size, whatever the ratio.
  case resizeExactly(_ size: ImageSize, filter: ResizeFilter = .bilinear)
  /// As large as fits in this size, and filled up to it on both sides.
  case letterbox(_ size: ImageSize, filter: ResizeFilter = .bilinear, fill: [UInt8] = [])
  /// The middle; a smaller picture is filled up with black.
  case centerCrop(_ size: ImageSize)
  /// More around it.
  case pad(_ padding: ImagePadding, mode: PaddingMode = .black)
  /// A part from anywhere, after padding on all sides.
  case randomCrop(_ size: ImageSize, padding: ImagePadding = 0, mode: PaddingMode = .black)
  /// A part with a share `area` of the pixels and a ratio `aspect` of width to height, brought to
  /// `size`; after ten draws that do not fit, the largest middle part whose ratio is allowed.
  case randomResizedCrop(
    _ size: ImageSize, area: ClosedRange<Double> = 0.08...1,
    aspect: ClosedRange<Double> = 3.0 / 4...4.0 / 3, filter: ResizeFilter = .bilinear)
  /// Left and right change places.
  case randomHorizontalFlip(probability: Double = 0.5)
  /// Top and bottom change places.
  case randomVerticalFlip(probability: Double = 0.5)
  /// Turned by up to `degrees` either way.
  case randomRotation(_ degrees: Double, filter: ResizeFilter = .bilinear, fill: [UInt8] = [])
  /// Turned by up to `degrees` either way, shifted by up to a share `shift` of each side, zoomed, and
  /// sheared by up to `shear` degrees along rows.
  case randomAffine(
    degrees: Double = 0, shift: Double = 0, zoom: ClosedRange<Double> = 1...1, shear: Double = 0,
    filter: ResizeFilter = .bilinear, fill: [UInt8] = [])
  /// Corners moved inward by up to a share `distortion` of half the sides.
  case randomPerspective(
    distortion: Double = 0.5, probability: Double = 0.5, filter: ResizeFilter = .bilinear,
    fill: [UInt8] = [])
  /// Brightness, contrast and saturation times up to 1 ± these, hues turned by up to ± `hue` of the
  /// circle, in random order; 0 leaves one out.
  case colorJitter(
    brightness: Double = 0, contrast: Double = 0, saturation: Double = 0, hue: Double = 0)
  /// Without colours; as many channels as before.
  case grayscale
  /// Without colours, sometimes.
  case randomGrayscale(probability: Double = 0.1)
  /// Blurred by a Gaussian of `kernel` pixels, an odd number, with a deviation from `sigma`.
  case gaussianBlur(
    kernel: Int, sigma: ClosedRange<Double> = 0.1...2, probability: Double = 1)
  /// A part of one colour, or of noise where `fill` is `nil` (arXiv:1708.04896).
  case randomErasing(
    probability: Double = 0.5, area: ClosedRange<Double> = 0.02...0.33,
    aspect: ClosedRange<Double> = 0.3...3.3, fill: [UInt8]? = [])
  /// Some of 14 changes, each at strength `magnitude` of 0 to 30 (arXiv:1909.13719).
  case randAugment(
    operations: Int = 2, magnitude: Int = 9, filter: ResizeFilter = .bilinear, fill: [UInt8] = [])
  /// One of 14 changes at any strength (arXiv:2103.10158).
  case trivialAugmentWide(filter: ResizeFilter = .bilinear, fill: [UInt8] = [])
}

extension [ImageTransform] {
  /// What is done to a picture of `size`: every operation with its numbers.
  ///
  /// - Throws: `ImageTransformError` for a parameter out of its range, or a step that does not fit.
  public func draw(
    for size: ImageSize, at position: SamplePosition
  ) throws(ImageTransformError) -> [ImageOperation] {
    try ImageOperation.check(size)
    var (size, operations) = (size, [ImageOperation]())
    for (step, transform) in enumerated() {
      var draws = position.draws(step: step)
      for operation in try transform.draw(for: size, &draws) {
        size = try operation.size(of: size)
        operations.append(operation)
      }
    }
    return operations
  }

  /// What comes of a picture at a position.
  ///
  /// - Throws: `ImageTransformError` for a parameter out of its range, or a step that does not fit.
  public func applied(
    to image: RasterImage, at position: SamplePosition
  ) throws(ImageTransformError) -> RasterImage {
    try draw(for: image.size, at: position).applied(to: image)
  }

  /// Checks what does not depend on a picture.
  ///
  /// - Throws: `ImageTransformError.parameter` for the first parameter out of its range.
  public func validate() throws(ImageTransformError) {
    for transform in self { try transform.validate() }
  }
}
