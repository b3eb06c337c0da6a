extension ImageTransform {
  /// Checks what does not depend on a picture.
  func validate() throws(ImageTransformError) {
    switch self {
    case .resize(let side, _):
      try check("shorter side", Double(side), 1...Double(ImageOperation.maximumPixels))
    case .resizeExactly(let size, _), .centerCrop(let size), .letterbox(let size, _, _):
      try ImageOperation.check(size)
    case .pad(let padding, let mode):
      // Any picture has a pixel.
      _ = try ImageOperation.pad(padding, mode: mode).size(of: 1)
    case .randomCrop(let size, let padding, let mode):
      try ImageOperation.check(size)
      _ = try ImageOperation.pad(padding, mode: mode).size(of: 1)
    case .randomResizedCrop(let size, let area, let aspect, _):
      try ImageOperation.check(size)
      try check(area: area, aspect: aspect)
    case .randomHorizontalFlip(let probability), .randomVerticalFlip(let probability),
      .randomGrayscale(let probability):
      try check("probability", probability, 0...1)
    case .randomRotation(let degrees, _, _): try check("degrees", degrees, 0...360)
    case .randomAffine(let degrees, let shift, let zoom, let shear, _, _):
      try check("degrees", degrees, 0...360)
      try check("shift", shift, 0...1)
      try check("zoom", zoom.lowerBound, 0.01...100)
      try check("zoom", zoom.upperBound, 0.01...100)
      try check("shear", shear, 0...89)
    case .randomPerspective(let distortion, let probability, _, _):
      try check("distortion", distortion, 0...1)
      try check("probability", probability, 0...1)
    case .colorJitter(let brightness, let contrast, let saturation, let hue):
      try check("brightness", brightness, 0...100)
      try check("contrast", contrast, 0...100)
      try check("saturation", saturation, 0...100)
      try check("hue", hue, 0...0.5)
    case .grayscale, .trivialAugmentWide: break
    case .gaussianBlur(let kernel, let sigma, let probability):
      try check("probability", probability, 0...1)
      for sigma in [sigma.lowerBound, sigma.upperBound] {
        _ = try ImageOperation.blur(kernel: kernel, sigma: sigma).size(of: 1)
      }
    case .randomErasing(let probability, let area, let aspect, _):
      try check("probability", probability, 0...1)
      try check(area: area, aspect: aspect)
    case .randAugment(let operations, let magnitude, _, _):
      try check("operations", Double(operations), 0...100)
      try check(
        "magnitude", Double(magnitude), 0...Double(AugmentationPolicy.largestMagnitude))
    }
  }

  private func check(
    _ name: String, _ value: Double, _ allowed: ClosedRange<Double>
  ) throws(ImageTransformError) {
    guard !allowed.contains(value) else { return }
    throw .parameter(
      self.name, name: name, value: Self.text(value),
      allowed: "\(Self.text(allowed.lowerBound)) to \(Self.text(allowed.upperBound))")
  }

  private func check(
    area: ClosedRange<Double>, aspect: ClosedRange<Double>
  ) throws(ImageTransformError) {
    try check("area", area.lowerBound, 0...1)
    try check("area", area.upperBound, 0...1)
    try check("aspect", aspect.lowerBound, 0.001...1000)
    try check("aspect", aspect.upperBound, 0.001...1000)
  }
}

extension ImageTransform: CustomStringConvertible {
  /// The step and its numbers, such as `random crop of 32×32 after padding by 4`.
  public var description: String {
    func percent(_ probability: Double) -> String { "in \(Self.text(probability * 100)) %" }
    func range(_ range: ClosedRange<Double>) -> String {
      "\(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
    }
    switch self {
    case .resize(let side, let filter): return "\(name): shorter side \(side), \(filter)"
    case .resizeExactly(let size, let filter): return "\(name) to \(size), \(filter)"
    case .letterbox(let size, let filter, _): return "\(name) in \(size), \(filter)"
    case .centerCrop(let size): return "\(name) of \(size)"
    case .pad(let padding, let mode): return "\(ImageOperation.pad(padding, mode: mode))"
    case .randomCrop(let size, let padding, let mode):
      return padding.isEmpty
        ? "\(name) of \(size)"
        : "\(name) of \(size) after \(ImageOperation.pad(padding, mode: mode))"
    case .randomResizedCrop(let size, let area, let aspect, let filter):
      return "\(name) to \(size): area \(range(area)), aspect \(range(aspect)), \(filter)"
    case .randomHorizontalFlip(let probability), .randomVerticalFlip(let probability),
      .randomGrayscale(let probability):
      return "\(name) \(percent(probability))"
    case .randomRotation(let degrees, let filter, _):
      return "\(name) by up to \(Self.text(degrees))°, \(filter)"
    case .randomAffine(let degrees, let shift, let zoom, let shear, let filter, _):
      return "\(name): turn up to \(Self.text(degrees))°, shift up to \(Self.text(shift)), "
        + "zoom \(range(zoom)), shear up to \(Self.text(shear))°, \(filter)"
    case .randomPerspective(let distortion, let probability, let filter, _):
      return "\(name) up to \(Self.text(distortion)) \(percent(probability)), \(filter)"
    case .colorJitter(let brightness, let contrast, let saturation, let hue):
      return "\(name): brightness ± \(Self.text(brightness)), contrast ± \(Self.text(contrast)), "
        + "saturation ± \(Self.text(saturation)), hue ± \(Self.text(hue))"
    case .grayscale: return name
    case .gaussianBlur(let kernel, let sigma, let probability):
      return "\(name) by \(kernel) pixels, sigma \(range(sigma)), \(percent(probability))"
    case .randomErasing(let probability, let area, let aspect, let fill):
      return "\(name) \(percent(probability)): area \(range(area)), aspect \(range(aspect)), "
        + (fill == nil ? "noise" : "one colour")
    case .randAugment(let operations, let magnitude, let filter, _):
      return "\(name): \(operations) operations of strength \(magnitude), \(filter)"
    case .trivialAugmentWide(let filter, _): return "\(name), \(filter)"
    }
  }

  /// The step's name in words.
  var name: String {
    switch self {
    case .resize, .resizeExactly: "resize"
    case .letterbox: "letterbox"
    case .centerCrop: "center crop"
    case .pad: "pad"
    case .randomCrop: "random crop"
    case .randomResizedCrop: "random resized crop"
    case .randomHorizontalFlip: "random horizontal flip"
    case .randomVerticalFlip: "random vertical flip"
    case .randomRotation: "random rotation"
    case .randomAffine: "random affine"
    case .randomPerspective: "random perspective"
    case .colorJitter: "color jitter"
    case .grayscale: "grayscale"
    case .randomGrayscale: "random grayscale"
    case .gaussianBlur: "Gaussian blur"
    case .randomErasing: "random erasing"
    case .randAugment: "RandAugment"
    case .trivialAugmentWide: "TrivialAugmentWide"
    }
  }

  /// Three decimals at most, and none where there are none.
  private static func text(_ value: Double) -> String {
    let rounded = (value * 1000).rounded() / 1000
    return rounded == rounded.rounded() && abs(rounded) < 1e15
      ? "\(Int(rounded))" : "\(rounded)"
  }
}
