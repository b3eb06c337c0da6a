/// How findings write numbers; the exact ones stand beside the words.
enum LintText {
  /// A count: `640`, `48.1 k`, `102.8 M`.
  static func count(_ number: Int) -> String {
    let units: [(Double, String)] = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k")]
    guard let (size, unit) = units.first(where: { Double(number) >= $0.0 }) else {
      return "\(number)"
    }
    let tenths = Int((Double(number) / size * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)\(unit)"
  }

  /// A share of 1, in whole per cent: `74 %`.
  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }

  /// Height and width: `7×7`.
  static func extents(_ numbers: [Int]) -> String {
    numbers.map(String.init).joined(separator: "×")
  }

  /// A count with its word: `1 layer`, `2 layers`.
  static func counted(_ number: Int, _ word: String) -> String {
    "\(number) \(word)\(number == 1 ? "" : "s")"
  }
}

/// A part of a whole; 0 of nothing.
func share(_ part: Int, of whole: Int) -> Double {
  whole > 0 ? Double(part) / Double(whole) : 0
}
