import Foundation

/// Fourteen changes with a strength each, of which a policy takes some at random.
struct AugmentationPolicy {
  /// The changes at the largest strength; those to two sides are as often to the other.
  private let largestShear: Double
  private let largestTurn: Double
  private let largestFactor: Double
  private let lostBits: Double
  /// Pixels, by the length of the axis.
  private let largestShift: @Sendable (Int) -> Double

  static let randAugment = AugmentationPolicy(
    largestShear: 0.3, largestTurn: 30, largestFactor: 0.9, lostBits: 4,
    largestShift: { 150.0 / 331 * Double($0) })

  static let trivialAugmentWide = AugmentationPolicy(
    largestShear: 0.99, largestTurn: 135, largestFactor: 0.99, lostBits: 6,
    largestShift: { _ in 32 })

  /// The largest strength, of which 0 is the least.
  static let largestMagnitude = 30

  /// One change at the strength `magnitude`, or at any where it is `nil`.
  func draw(
    magnitude: Int?, size: ImageSize, filter: ResizeFilter, fill: [UInt8],
    _ draws: inout RandomDraws
  ) -> [ImageOperation] {
    let kind = draws.integer(0...13)
    let level = magnitude ?? draws.integer(0...Self.largestMagnitude)
    let share = Double(level) / Double(Self.largestMagnitude)
    let sign = draws.integer(0...1) == 0 ? 1.0 : -1.0
    func move(_ motion: AffineMotion) -> [ImageOperation] {
      [.affine(motion, filter: filter, fill: fill)]
    }
    let lean = atan(sign * share * largestShear) * 180 / .pi
    let factor = 1 + sign * share * largestFactor
    switch kind {
    case 0: return []
    case 1: return move(AffineMotion(shearX: lean, keepsCorner: true))
    case 2: return move(AffineMotion(shearY: lean, keepsCorner: true))
    case 3: return move(AffineMotion(shiftX: Int(sign * share * largestShift(size.width))))
    case 4: return move(AffineMotion(shiftY: Int(sign * share * largestShift(size.height))))
    case 5: return move(AffineMotion(degrees: sign * share * largestTurn))
    case 6: return [.brightness(factor)]
    case 7: return [.saturation(factor)]
    case 8: return [.contrast(factor)]
    case 9: return [.sharpness(factor)]
    case 10: return [.posterize(bits: 8 - Int((share * lostBits).rounded(.toNearestOrEven)))]
    case 11: return [.solarize(threshold: 255 * (1 - share))]
    case 12: return [.autoContrast]
    default: return [.equalize]
    }
  }
}
