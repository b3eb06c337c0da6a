import Foundation

extension ImageTransform {
  /// What is done to a picture of `size`.
  func draw(
    for size: ImageSize, _ draws: inout RandomDraws
  ) throws(ImageTransformError) -> [ImageOperation] {
    try validate()
    switch self {
    case .resize(let side, let filter):
      return [.resize(Self.shrunk(size, toShorterSide: side), filter: filter)]
    case .resizeExactly(let newSize, let filter): return [.resize(newSize, filter: filter)]
    case .letterbox(let frame, let filter, let fill):
      let inner = Self.fitted(size, in: frame)
      return [
        .resize(inner, filter: filter),
        .pad(ImagePadding(centering: inner, in: frame), mode: .color(fill)),
      ]
    case .centerCrop(let crop):
      let padding = ImagePadding(centering: size, in: crop)
      let padded = padding.size(around: size)
      // Halves go to even numbers, as in torchvision.
      let top = (Double(padded.height - crop.height) / 2).rounded(.toNearestOrEven)
      let left = (Double(padded.width - crop.width) / 2).rounded(.toNearestOrEven)
      let box = PixelBox(top: Int(top), left: Int(left), size: crop)
      return padding.isEmpty ? [.crop(box)] : [.pad(padding, mode: .black), .crop(box)]
    case .pad(let padding, let mode): return [.pad(padding, mode: mode)]
    case .randomCrop(let crop, let padding, let mode):
      let pad = ImageOperation.pad(padding, mode: mode)
      let padded = try pad.size(of: size)
      guard crop.height <= padded.height, crop.width <= padded.width else {
        throw .crop(crop, image: padded)
      }
      let part = ImageOperation.crop(Self.anywhere(crop, in: padded, &draws))
      return padding.isEmpty ? [part] : [pad, part]
    case .randomResizedCrop(let newSize, let area, let aspect, let filter):
      let box = Self.part(of: size, area: area, aspect: aspect, &draws)
      return [.crop(box), .resize(newSize, filter: filter)]
    case .randomHorizontalFlip(let probability):
      return draws.isTrue(probability: probability) ? [.orient(.mirrored)] : []
    case .randomVerticalFlip(let probability):
      return draws.isTrue(probability: probability) ? [.orient(.flipped)] : []
    case .randomRotation(let degrees, let filter, let fill):
      let motion = AffineMotion(degrees: draws.uniform(-degrees...degrees))
      return [.affine(motion, filter: filter, fill: fill)]
    case .randomAffine(let degrees, let shift, let zoom, let shear, let filter, let fill):
      let (wide, high) = (shift * Double(size.width), shift * Double(size.height))
      let motion = AffineMotion(
        degrees: draws.uniform(-degrees...degrees),
        shiftX: Int(draws.uniform(-wide...wide).rounded()),
        shiftY: Int(draws.uniform(-high...high).rounded()), zoom: draws.uniform(zoom),
        shearX: draws.uniform(-shear...shear))
      return [.affine(motion, filter: filter, fill: fill)]
    case .randomPerspective(let distortion, let probability, let filter, let fill):
      guard draws.isTrue(probability: probability) else { return [] }
      return [
        .perspective(Self.corners(of: size, distortion, &draws), filter: filter, fill: fill)
      ]
    case .colorJitter(let brightness, let contrast, let saturation, let hue):
      return Self.jitter(brightness, contrast, saturation, hue, &draws)
    case .grayscale: return [.grayscale]
    case .randomGrayscale(let probability):
      return draws.isTrue(probability: probability) ? [.grayscale] : []
    case .gaussianBlur(let kernel, let sigma, let probability):
      guard draws.isTrue(probability: probability) else { return [] }
      return [.blur(kernel: kernel, sigma: draws.uniform(sigma))]
    case .randomErasing(let probability, let area, let aspect, let fill):
      guard draws.isTrue(probability: probability),
        let box = Self.fittingPart(of: size, area: area, aspect: aspect, isCrop: false, &draws)
      else { return [] }
      return [fill.map { .erase(box, color: $0) } ?? .eraseWithNoise(box, noise: draws.branch())]
    case .randAugment(let count, let magnitude, let filter, let fill):
      return (0..<count).flatMap { _ in
        AugmentationPolicy.randAugment.draw(
          magnitude: magnitude, size: size, filter: filter, fill: fill, &draws)
      }
    case .trivialAugmentWide(let filter, let fill):
      return AugmentationPolicy.trivialAugmentWide.draw(
        magnitude: nil, size: size, filter: filter, fill: fill, &draws)
    }
  }

  private static func shrunk(_ size: ImageSize, toShorterSide side: Int) -> ImageSize {
    let (shorter, longer) = (min(size.height, size.width), max(size.height, size.width))
    // The sides of a picture are small enough that nothing overflows, and so is a checked `side`.
    let other = Int(Double(side) * Double(longer) / Double(shorter))
    return size.width <= size.height
      ? ImageSize(height: other, width: side) : ImageSize(height: side, width: other)
  }

  private static func fitted(_ size: ImageSize, in frame: ImageSize) -> ImageSize {
    let scale = min(
      Double(frame.height) / Double(size.height), Double(frame.width) / Double(size.width))
    return ImageSize(
      height: max(1, min(frame.height, Int((Double(size.height) * scale).rounded()))),
      width: max(1, min(frame.width, Int((Double(size.width) * scale).rounded()))))
  }

  private static func anywhere(
    _ crop: ImageSize, in size: ImageSize, _ draws: inout RandomDraws
  ) -> PixelBox {
    let top = draws.integer(0...size.height - crop.height)
    let left = draws.integer(0...size.width - crop.width)
    return PixelBox(top: top, left: left, size: crop)
  }

  /// The part that a random resized crop takes.
  private static func part(
    of size: ImageSize, area: ClosedRange<Double>, aspect: ClosedRange<Double>,
    _ draws: inout RandomDraws
  ) -> PixelBox {
    if let box = fittingPart(of: size, area: area, aspect: aspect, isCrop: true, &draws) {
      return box
    }
    let ratio = Double(size.width) / Double(size.height)
    var part = size
    if ratio < aspect.lowerBound {
      part.height = max(1, Int((Double(size.width) / aspect.lowerBound).rounded(.toNearestOrEven)))
    } else if ratio > aspect.upperBound {
      part.width = max(1, Int((Double(size.height) * aspect.upperBound).rounded(.toNearestOrEven)))
    }
    return PixelBox(
      top: (size.height - part.height) / 2, left: (size.width - part.width) / 2, size: part)
  }

  /// A part with a random area and ratio; `nil` where ten of them do not fit.
  private static func fittingPart(
    of size: ImageSize, area: ClosedRange<Double>, aspect: ClosedRange<Double>, isCrop: Bool,
    _ draws: inout RandomDraws
  ) -> PixelBox? {
    let pixels = Double(size.height * size.width)
    let logarithms = log(aspect.lowerBound)...log(aspect.upperBound)
    for _ in 0..<10 {
      let share = pixels * draws.uniform(area)
      // Width to height for a crop, height to width for an erasure: each as torchvision has it.
      let ratio = exp(draws.uniform(logarithms))
      let (wide, high) = isCrop ? (share * ratio, share / ratio) : (share / ratio, share * ratio)
      let part = ImageSize(
        height: Int(high.squareRoot().rounded(.toNearestOrEven)),
        width: Int(wide.squareRoot().rounded(.toNearestOrEven)))
      let largest = isCrop ? size : ImageSize(height: size.height - 1, width: size.width - 1)
      let fits = part.height <= largest.height && part.width <= largest.width
      if fits, part.height > 0, part.width > 0 { return anywhere(part, in: size, &draws) }
    }
    return nil
  }

  private static func corners(
    of size: ImageSize, _ distortion: Double, _ draws: inout RandomDraws
  ) -> PictureCorners {
    let wide = Int(distortion * Double(size.width / 2))
    let high = Int(distortion * Double(size.height / 2))
    let (right, bottom) = (size.width - 1, size.height - 1)
    var (x, y) = ([Int](), [Int]())
    for (isRight, isBottom) in [(false, false), (true, false), (true, true), (false, true)] {
      let (dx, dy) = (draws.integer(0...wide), draws.integer(0...high))
      x.append(isRight ? right - dx : dx)
      y.append(isBottom ? bottom - dy : dy)
    }
    return PictureCorners(x: x, y: y)
  }

  private static func jitter(
    _ brightness: Double, _ contrast: Double, _ saturation: Double, _ hue: Double,
    _ draws: inout RandomDraws
  ) -> [ImageOperation] {
    let order = draws.permutation(4)
    func factor(_ width: Double) -> Double { draws.uniform(max(0, 1 - width)...1 + width) }
    let operations: [ImageOperation?] = [
      brightness == 0 ? nil : .brightness(factor(brightness)),
      contrast == 0 ? nil : .contrast(factor(contrast)),
      saturation == 0 ? nil : .saturation(factor(saturation)),
      hue == 0 ? nil : .hue(draws.uniform(-hue...hue)),
    ]
    return order.compactMap { operations[$0] }
  }
}
