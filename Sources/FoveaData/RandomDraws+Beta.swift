import Foundation

extension RandomDraws {
  /// A number in `0..<1` that is never quite 0, so that it has a logarithm.
  private mutating func positive() -> Double { uniform(0...1) + 0x1p-34 }

  /// A number from the standard normal distribution, by the Box–Muller transform.
  private mutating func normal() -> Double {
    let radius = (-2 * log(positive())).squareRoot()
    return radius * cos(2 * Double.pi * uniform(0...1))
  }

  /// A number from the gamma distribution with scale 1.
  ///
  /// G. Marsaglia and W. Tsang, doi:10.1145/358407.358414; shapes below 1 by their boost.
  mutating func gamma(shape: Double) -> Double {
    guard shape >= 1 else { return gamma(shape: shape + 1) * pow(positive(), 1 / shape) }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = pow(1 + c * x, 3)
      guard v > 0 else { continue }
      if log(positive()) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }

  /// A number from the beta distribution Beta(α, α).
  mutating func beta(_ alpha: Double) -> Double {
    let (first, second) = (gamma(shape: alpha), gamma(shape: alpha))
    // Both vanish only where α is tiny; then all weight is on one end, either with the same chance.
    guard first + second > 0 else { return isTrue(probability: 0.5) ? 0 : 1 }
    return first / (first + second)
  }
}
