public import FoveaTensors

/// One change of a picture with all its numbers: what an `ImageTransform` has drawn.
///
/// The same operation makes the same bytes of the same picture, everywhere. Colours change, alpha
/// does not.
public enum ImageOperation: Hashable, Codable, Sendable {
  /// Another size.
  case resize(ImageSize, filter: ResizeFilter)
  /// A part.
  case crop(PixelBox)
  /// More around it.
  case pad(ImagePadding, mode: PaddingMode)
  /// Mirrored or turned by quarters.
  case orient(ImageOrientation)
  /// Turned counterclockwise about its middle, zoomed, sheared and shifted; what comes in is `fill`.
  case affine(AffineMotion, filter: ResizeFilter, fill: [UInt8])
  /// Seen from another side: the corners go where they are told.
  case perspective(PictureCorners, filter: ResizeFilter, fill: [UInt8])
  /// Black at 0, unchanged at 1.
  case brightness(Double)
  /// Of one grey at 0, unchanged at 1.
  case contrast(Double)
  /// Grey at 0, unchanged at 1.
  case saturation(Double)
  /// Hues turned by this share of the circle, −0.5 to 0.5.
  case hue(Double)
  /// Smoothed at 0, unchanged at 1.
  case sharpness(Double)
  /// The upper bits of each colour, 0 to 8.
  case posterize(bits: Int)
  /// Colours from here on inverted.
  case solarize(threshold: Double)
  /// Each channel stretched to 0 to 255.
  case autoContrast
  /// Each channel's levels spread evenly.
  case equalize
  /// Without colours, in as many channels.
  case grayscale
  /// Blurred by a Gaussian of `kernel` pixels, an odd number, and deviation `sigma`.
  case blur(kernel: Int, sigma: Double)
  /// A box of one colour.
  case erase(PixelBox, color: [UInt8])
  /// A box of random bytes.
  case eraseWithNoise(PixelBox, noise: RandomStream)

  /// The most pixels that a picture may be given: 2^28.
  public static let maximumPixels = 1 << 28

  static func check(_ size: ImageSize) throws(ImageTransformError) {
    guard size.height > 0, size.width > 0,
      !size.height.multipliedReportingOverflow(by: size.width).overflow,
      size.height * size.width <= maximumPixels
    else { throw .size(size) }
  }

  /// The size of what comes of a picture of `size`.
  ///
  /// - Throws: `ImageTransformError` where the operation does not fit such a picture.
  public func size(of size: ImageSize) throws(ImageTransformError) -> ImageSize {
    try Self.check(size)
    switch self {
    case .resize(let newSize, _):
      try Self.check(newSize)
      return newSize
    case .crop(let box):
      guard box.isInside(size) else { throw .box(box, image: size) }
      return box.size
    case .pad(let padding, _):
      let sides = [padding.top, padding.left, padding.bottom, padding.right]
      guard sides.allSatisfy({ 0...Self.maximumPixels ~= $0 }) else {
        throw .parameter(
          "pad", name: "padding", value: "\(sides)", allowed: "numbers from 0 on for each side")
      }
      let newSize = padding.size(around: size)
      try Self.check(newSize)
      return newSize
    case .orient(let orientation): return orientation.applied(to: size)
    case .erase(let box, _), .eraseWithNoise(let box, _):
      guard box.isInside(size) else { throw .box(box, image: size) }
      return size
    case .affine(let motion, _, _):
      guard motion.zoom > 0, motion.zoom.isFinite else {
        throw .parameter(
          "affine", name: "zoom", value: "\(motion.zoom)", allowed: "a number above 0")
      }
      return size
    case .blur(let kernel, let sigma):
      guard 1...Self.largestKernel ~= kernel, kernel % 2 == 1, sigma > 0, sigma.isFinite else {
        throw .parameter(
          "blur", name: "kernel \(kernel) and sigma", value: "\(sigma)",
          allowed: "an odd kernel up to \(Self.largestKernel), and a sigma above 0")
      }
      return size
    case .brightness(let number), .contrast(let number), .saturation(let number),
      .hue(let number), .sharpness(let number), .solarize(let number):
      guard abs(number) <= 1e6 else {
        throw .parameter(
          "\(self)", name: "the number", value: "\(number)", allowed: "a number of moderate size")
      }
      return size
    case .perspective, .posterize, .autoContrast, .equalize, .grayscale: return size
    }
  }

  static let largestKernel = 1023

  /// What comes of a picture.
  ///
  /// - Throws: `ImageTransformError` where the operation does not fit it.
  public func applied(to image: RasterImage) throws(ImageTransformError) -> RasterImage {
    _ = try size(of: image.size)
    switch self {
    case .resize(let size, let filter): return try image.resized(to: size, filter: filter)
    case .crop(let box): return box.size == image.size ? image : image.cropped(to: box)
    case .pad(let padding, let mode):
      return padding.isEmpty ? image : image.padded(padding, mode: mode)
    case .orient(let orientation): return image.oriented(orientation)
    case .affine(let motion, let filter, let fill):
      return image.warped(motion.inverse(for: image.size), filter: filter, fill: fill)
    case .perspective(let corners, let filter, let fill):
      guard let projection = corners.inverse(for: image.size) else { return image }
      return image.warped(projection, filter: filter, fill: fill)
    case .brightness(let factor): return image.brightened(factor)
    case .contrast(let factor): return image.contrasted(factor)
    case .saturation(let factor): return image.saturated(factor)
    case .hue(let share): return image.hueShifted(share)
    case .sharpness(let factor): return image.sharpened(factor)
    case .posterize(let bits): return image.posterized(bits: bits)
    case .solarize(let threshold): return image.solarized(from: threshold)
    case .autoContrast: return image.autoContrasted()
    case .equalize: return image.equalized()
    case .grayscale: return image.greyed()
    case .blur(let kernel, let sigma): return image.blurred(kernel: kernel, sigma: sigma)
    case .erase(let box, let color):
      let color = image.fillColor(color)
      return image.erased(box) { color[$0 % color.count] }
    case .eraseWithNoise(let box, let noise):
      return image.erased(box) { UInt8(truncatingIfNeeded: noise.bits(at: UInt64($0)) >> 24) }
    }
  }
}

extension RasterImage {
  /// The picture with other bytes in a box that is inside; `byte` has them by their place in the box.
  fileprivate func erased(_ box: PixelBox, _ byte: (_ place: Int) -> UInt8) -> RasterImage {
    var result = bytes
    var place = 0
    for y in box.top..<box.top + box.size.height {
      let start = (y * width + box.left) * channels
      for index in start..<start + box.size.width * channels {
        result[index] = byte(place)
        place += 1
      }
    }
    return RasterImage(checkedSize: size, channels: channels, result)
  }
}

extension [ImageOperation] {
  /// What comes of a picture, one operation after the other.
  ///
  /// - Throws: `ImageTransformError` where one does not fit.
  public func applied(to image: RasterImage) throws(ImageTransformError) -> RasterImage {
    var image = image
    for operation in self { image = try operation.applied(to: image) }
    return image
  }
}

extension ImageOperation: CustomStringConvertible {
  /// The operation and its numbers, such as `crop 32×32 at (3, 5)`.
  public var description: String {
    switch self {
    case .resize(let size, let filter): "resize to \(size), \(filter)"
    case .crop(let box): "crop \(box)"
    case .pad(let padding, let mode):
      "pad by \(padding)\(mode)"
    case .orient(let orientation): "\(orientation)"
    case .affine(let motion, _, _): "\(motion)"
    case .perspective(let corners, _, _):
      "perspective, corners at "
        + zip(corners.x, corners.y).map { "(\($0), \($1))" }.joined(separator: " ")
    case .brightness(let factor): "brightness × \(rounded(factor))"
    case .contrast(let factor): "contrast × \(rounded(factor))"
    case .saturation(let factor): "saturation × \(rounded(factor))"
    case .hue(let share): "hue by \(rounded(share)) of the circle"
    case .sharpness(let factor): "sharpness × \(rounded(factor))"
    case .posterize(let bits): "posterize to \(bits) bits"
    case .solarize(let threshold): "solarize from \(rounded(threshold))"
    case .autoContrast: "auto-contrast"
    case .equalize: "equalize"
    case .grayscale: "grayscale"
    case .blur(let kernel, let sigma): "blur by \(kernel) pixels, sigma \(rounded(sigma))"
    case .erase(let box, let color): "erase \(box) with \(color)"
    case .eraseWithNoise(let box, _): "erase \(box) with noise"
    }
  }
}

extension AffineMotion: CustomStringConvertible {
  /// The parts that do something, such as `turn by 12.5°, shift by (2, −3)`.
  public var description: String {
    var parts: [String] = []
    if degrees != 0 { parts.append("turn by \(rounded(degrees))°") }
    if zoom != 1 { parts.append("zoom × \(rounded(zoom))") }
    if (shearX, shearY) != (0, 0) {
      parts.append("shear by (\(rounded(shearX))°, \(rounded(shearY))°)")
    }
    if (shiftX, shiftY) != (0, 0) { parts.append("shift by (\(shiftX), \(shiftY))") }
    return parts.isEmpty ? "stay" : parts.joined(separator: ", ")
  }
}

/// A number with three decimals at most.
private func rounded(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
