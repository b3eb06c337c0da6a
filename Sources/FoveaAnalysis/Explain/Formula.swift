/// A formula that can be written in symbols, written with its numbers put in, and worked out.
///
/// All three come from one value, so that what is shown is what was computed.
indirect enum Formula: Hashable, Sendable {
  case number(Int)
  case symbol(String, Int)
  case sum(Formula, Formula)
  case difference(Formula, Formula)
  case product(Formula, Formula)
  /// A division without remainder.
  case quotient(Formula, Formula)
  /// A quotient that is rounded down.
  case floor(Formula, Formula)
  /// A quotient that is rounded up.
  case ceiling(Formula, Formula)

  static func + (left: Formula, right: Formula) -> Formula { .sum(left, right) }
  static func - (left: Formula, right: Formula) -> Formula { .difference(left, right) }
  static func * (left: Formula, right: Formula) -> Formula { .product(left, right) }
  static func / (left: Formula, right: Formula) -> Formula { .quotient(left, right) }

  /// The product of several factors.
  static func product(of factors: [Formula]) -> Formula {
    factors.dropFirst().reduce(factors.first ?? 1, *)
  }

  /// In symbols.
  var symbols: String {
    text { name, _ in name }.text
  }

  /// With the numbers put in.
  var numbers: String {
    text { _, number in "\(number)" }.text
  }

  /// What comes out.
  ///
  /// - Throws: `ExplainError.tooLarge` where a step passes the largest integer.
  func result(of what: String) throws(ExplainError) -> Int {
    guard let result = result else { throw .tooLarge(what) }
    return result
  }

  private var result: Int? {
    switch self {
    case .number(let number), .symbol(_, let number): return number
    case .sum(let left, let right): return combined(left, right) { $0.addingReportingOverflow($1) }
    case .difference(let left, let right):
      return combined(left, right) { $0.subtractingReportingOverflow($1) }
    case .product(let left, let right):
      return combined(left, right) { $0.multipliedReportingOverflow(by: $1) }
    case .quotient(let left, let right), .floor(let left, let right):
      return combined(left, right) { $0.dividedReportingOverflow(by: $1) }
    case .ceiling(let left, let right):
      guard let remainder = combined(left, right, { $0.remainderReportingOverflow(dividingBy: $1) })
      else { return nil }
      return combined(left, right) { $0.dividedReportingOverflow(by: $1) }.map {
        remainder > 0 ? $0 + 1 : $0
      }
    }
  }

  private func combined(
    _ left: Formula, _ right: Formula,
    _ combine: (Int, Int) -> (partialValue: Int, overflow: Bool)
  ) -> Int? {
    guard let left = left.result, let right = right.result else { return nil }
    let (value, overflow) = combine(left, right)
    return overflow ? nil : value
  }

  /// How tightly an expression holds together: sums least, then quotients, products, names and brackets.
  private enum Binding: Comparable { case sum, quotient, product, atom }

  private func text(_ atom: (String, Int) -> String) -> (text: String, binding: Binding) {
    func part(_ formula: Formula, _ least: Binding) -> String {
      let (text, binding) = formula.text(atom)
      return binding < least ? "(\(text))" : text
    }
    switch self {
    case .number(let number): return ("\(number)", number < 0 ? .sum : .atom)
    case .symbol(let name, let number):
      let text = atom(name, number)
      return (text, text.hasPrefix("-") ? .sum : .atom)
    case .sum(let left, let right): return ("\(part(left, .sum)) + \(part(right, .sum))", .sum)
    case .difference(let left, let right):
      return ("\(part(left, .sum)) − \(part(right, .quotient))", .sum)
    case .product(let left, let right):
      return ("\(part(left, .product))·\(part(right, .product))", .product)
    case .quotient(let left, let right):
      return ("\(part(left, .product)) / \(part(right, .atom))", .quotient)
    case .floor(let left, let right):
      return ("⌊\(part(left, .product)) / \(part(right, .atom))⌋", .atom)
    case .ceiling(let left, let right):
      return ("⌈\(part(left, .product)) / \(part(right, .atom))⌉", .atom)
    }
  }
}

extension Formula: ExpressibleByIntegerLiteral {
  init(integerLiteral number: Int) { self = .number(number) }
}
