import Foundation

/// How numbers are written for people: the same in tables, charts and messages, in every locale.
public enum NumberFormat {
  /// A whole number with thousands separators: `11,689,512`.
  public static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return (number < 0 ? "-" : "") + result
  }

  /// A count with three digits: `608`, `25.6 k`, `4.09 G`.
  public static func short(_ number: Int) -> String { short(Double(number)) }

  /// The same of a whole number that may pass the largest integer.
  static func short(_ number: Double) -> String {
    let units = ["", " k", " M", " G", " T", " P", " E"]
    var (value, unit) = (number, 0)
    // Rounded up, 999.6 needs a fourth digit.
    while value.magnitude >= 999.5, unit < units.count - 1 {
      (value, unit) = (value / 1000, unit + 1)
    }
    let decimals = unit == 0 ? 0 : value.magnitude < 9.995 ? 2 : value.magnitude < 99.95 ? 1 : 0
    return fixed(value, decimals: decimals) + units[unit]
  }

  /// A number with a fixed count of decimals and thousands separators: `1,234.50`.
  ///
  /// What is no number reads `nan`, what is out of range `inf`.
  public static func fixed(_ number: Double, decimals: Int) -> String {
    guard number.isFinite, number.magnitude < 1e15 else { return general(number) }
    let text = String(format: "%.\(decimals)f", number.magnitude)
    let parts = text.split(separator: ".", maxSplits: 1)
    let whole = grouped(Int(parts[0]) ?? 0) + parts.dropFirst().map { "." + $0 }.joined()
    let isZero = !text.contains { "123456789".contains($0) }
    return (number < 0 && !isZero ? "-" : "") + whole
  }

  /// A number with up to six significant digits: `0.06`, `2.4e-07`.
  public static func general(_ number: Double) -> String { String(format: "%.6g", number) }

  /// A share of 1 in per cent: `97.85 %`.
  public static func percent(_ share: Double, decimals: Int = 2) -> String {
    fixed(share * 100, decimals: decimals) + " %"
  }

  /// A time in hours, minutes and seconds: `0:07`, `1:02:33`.
  public static func clock(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "–" }
    let whole = Int(seconds.rounded())
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0
      ? String(format: "%d:%02d:%02d", hours, minutes, whole % 60)
      : String(format: "%d:%02d", minutes, whole % 60)
  }

  /// A shape without brackets: `1×28×28`.
  public static func extents(_ dimensions: [Int]) -> String {
    dimensions.map(String.init).joined(separator: "×")
  }
}

/// A number with its word: `1 epoch`, `2 epochs`.
public func counted(_ count: Int, _ word: String) -> String {
  "\(NumberFormat.grouped(count)) \(word)\(count == 1 ? "" : "s")"
}
