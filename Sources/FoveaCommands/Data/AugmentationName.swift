public import FoveaData

/// What happens to images that a network learns from, by name.
public enum AugmentationName: String, Hashable, Codable, Sendable, CaseIterable {
  /// Brought to size, nothing else.
  case none
  /// Mirrored and cut out anew each time: small images shifted by an eighth, larger ones resized parts.
  case standard
  /// `standard`, then one of 14 changes of shape or colour at any strength, and a part erased
  /// sometimes (TrivialAugmentWide, arXiv:2103.10158; random erasing, arXiv:1708.04896).
  case strong

  /// Sides up to this are shifted; parts of larger images are resized.
  private static let largestShiftedSide = 64

  /// The transforms for images that the network takes at `size`.
  ///
  /// - Parameter isMirrored: Whether left and right may change places; not so for digits.
  public func transforms(size: ImageSize, isMirrored: Bool = true) -> [ImageTransform] {
    guard self != .none else { return [.resizeExactly(size)] }
    let isSmall = max(size.height, size.width) <= Self.largestShiftedSide
    var result: [ImageTransform] =
      isSmall
      ? [
        .resizeExactly(size),
        .randomCrop(size, padding: ImagePadding(integerLiteral: max(size.height / 8, 1))),
      ] : [.randomResizedCrop(size, area: 0.25...1)]
    if isMirrored { result.append(.randomHorizontalFlip()) }
    if self == .strong {
      result += [.trivialAugmentWide(), .randomErasing(probability: 0.25)]
    }
    return result
  }
}

extension DatasetName {
  /// Whether an image and its mirror image are of the same class.
  var isMirrored: Bool {
    switch self {
    case .fashionMNIST, .cifar10, .cifar100, .cifar100Coarse: true
    default: false
    }
  }
}

extension Mixing {
  /// Mixup, CutMix, or one of both for each batch, by the parameters of their beta distributions;
  /// `nil` where neither is given.
  ///
  /// - Throws: `CommandError.option` for a parameter that is not above 0.
  public init?(mixup: Double?, cutMix: Double?) throws(CommandError) {
    for (option, alpha) in [("--mixup", mixup), ("--cutmix", cutMix)] {
      if let alpha, !(alpha > 0 && alpha.isFinite) {
        throw .option(option, value: "\(alpha)", allowed: "a number above 0")
      }
    }
    switch (mixup, cutMix) {
    case (nil, nil): return nil
    case (let alpha?, nil): self = .mixup(alpha: alpha)
    case (nil, let alpha?): self = .cutMix(alpha: alpha)
    case (let mixup?, let cutMix?): self = .mixupOrCutMix(mixupAlpha: mixup, cutMixAlpha: cutMix)
    }
  }
}
