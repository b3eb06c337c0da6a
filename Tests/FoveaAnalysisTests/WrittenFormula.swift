/// Works out a formula as it is printed, by itself: numbers, `+ − · /`, brackets, `⌊a / b⌋`, `⌈a / b⌉`.
struct WrittenFormula {
  private let letters: [Character]
  private var place = 0

  /// The value of a text, or `nil` where it is no formula, or divides with a remainder outside of `⌊⌋` and `⌈⌉`.
  static func value(_ text: String) -> Int? {
    var reader = WrittenFormula(letters: text.filter { $0 != " " })
    guard let value = reader.sum(), reader.place == reader.letters.count else { return nil }
    return value
  }

  private init(letters: String) { self.letters = Array(letters) }

  private var next: Character? { place < letters.count ? letters[place] : nil }

  private mutating func take(_ letter: Character) -> Bool {
    guard next == letter else { return false }
    place += 1
    return true
  }

  private mutating func sum() -> Int? {
    guard var value = quotient() else { return nil }
    while true {
      if take("+") {
        guard let term = quotient() else { return nil }
        value += term
      } else if take("−") {
        guard let term = quotient() else { return nil }
        value -= term
      } else {
        return value
      }
    }
  }

  private mutating func quotient() -> Int? {
    guard let value = product() else { return nil }
    guard take("/") else { return value }
    guard let divisor = product(), divisor != 0, value % divisor == 0 else { return nil }
    return value / divisor
  }

  private mutating func product() -> Int? {
    guard var value = atom() else { return nil }
    while take("·") {
      guard let factor = atom() else { return nil }
      value *= factor
    }
    return value
  }

  private mutating func atom() -> Int? {
    for (open, close) in [("⌊", "⌋"), ("⌈", "⌉")] as [(Character, Character)] where take(open) {
      guard let value = product(), take("/"), let divisor = product(), divisor > 0, take(close)
      else { return nil }
      let (whole, rest) = value.quotientAndRemainder(dividingBy: divisor)
      return open == "⌈" && rest > 0 ? whole + 1 : whole
    }
    if take("(") {
      guard let value = sum(), take(")") else { return nil }
      return value
    }
    let isNegative = take("-")
    var digits = ""
    while let digit = next, digit.isNumber {
      digits.append(digit)
      place += 1
    }
    return Int(digits).map { isNegative ? -$0 : $0 }
  }
}
