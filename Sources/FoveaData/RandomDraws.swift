import Foundation
import FoveaTensors

/// Numbers from a random sequence, one after the other.
struct RandomDraws {
  private let stream: RandomStream
  private var position: UInt64 = 0

  init(_ stream: RandomStream) { self.stream = stream }

  /// A number in `0..<1`.
  mutating func uniform() -> Double {
    defer { position += 1 }
    return Double(stream.uniform(at: position * 4))
  }

  /// A number from the standard normal distribution.
  mutating func normal() -> Double {
    defer { position += 1 }
    return Double(stream.normal(at: position))
  }

  /// A number from the gamma distribution with scale 1.
  ///
  /// G. Marsaglia and W. Tsang, doi:10.1145/358407.358414; shapes below 1 by their boost.
  mutating func gamma(shape: Double) -> Double {
    guard shape >= 1 else {
      // Half a step above zero, so that the power is not 0 for certain.
      return gamma(shape: shape + 1) * pow(uniform() + 0x1p-25, 1 / shape)
    }
    let d = shape - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let v = pow(1 + c * x, 3)
      guard v > 0 else { continue }
      if log(uniform() + 0x1p-25) < 0.5 * x * x + d - d * v + d * log(v) { return d * v }
    }
  }

  /// A number from the beta distribution Beta(α, α).
  mutating func beta(_ alpha: Double) -> Double {
    let (first, second) = (gamma(shape: alpha), gamma(shape: alpha))
    // Both vanish only where α is tiny; then all weight is on one end, either with the same chance.
    guard first + second > 0 else { return uniform() < 0.5 ? 0 : 1 }
    return first / (first + second)
  }
}
