/// How pixels between pixels are found.
public enum ResizeFilter: String, Hashable, Codable, Sendable, CaseIterable {
  /// The nearest one.
  case nearest
  /// A triangle; where a picture shrinks, as wide as the step (antialiased).
  case bilinear
  /// Keys' cubic with a = −½; where a picture shrinks, stretched as `bilinear` is.
  case bicubic

  /// How far the filter reaches, in pixels of an axis that does not shrink.
  var support: Double { self == .bicubic ? 2 : 1 }

  /// The filter's height at a distance.
  func weight(_ distance: Double) -> Double {
    let x = abs(distance)
    guard self == .bicubic else { return max(0, 1 - x) }
    if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
    return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0
  }
}
