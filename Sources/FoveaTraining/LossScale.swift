/// What the loss is multiplied by, so that gradients keep clear of the smallest numbers of a format.
///
/// It is halved when a gradient is not finite, and doubled after 2,000 steps without such a one, as
/// PyTorch's `GradScaler` does. A power of two, so that it changes no digit of a gradient.
///
/// - SeeAlso: P. Micikevicius et al., *Mixed Precision Training*, arXiv:1710.03740, section 3.2.
public struct LossScale: Hashable, Codable, Sendable {
  /// What the loss of the next step is multiplied by.
  public private(set) var scale: Float = 0x1p16
  /// Steps since the scale has changed.
  public private(set) var steadySteps = 0
  /// Steps whose update was left out, in all.
  public private(set) var skippedUpdates = 0

  /// How many steps without overflow it takes to double the scale.
  public static let growthInterval = 2000

  /// Starts at 65,536.
  public init() {}

  /// Takes over what a step has found.
  mutating func update(isFinite: Bool) {
    guard isFinite else {
      scale = max(scale / 2, Self.range.lowerBound)
      steadySteps = 0
      skippedUpdates += 1
      return
    }
    steadySteps += 1
    if steadySteps == Self.growthInterval {
      scale = min(scale * 2, Self.range.upperBound)
      steadySteps = 0
    }
  }

  private static let range: ClosedRange<Float> = 0x1p-64...0x1p64

  /// Whether the numbers, which may come from a file, are those of a training.
  var isConsistent: Bool {
    Self.range.contains(scale) && scale.significand == 1
      && 0..<Self.growthInterval ~= steadySteps && skippedUpdates >= 0
  }
}
