/// An answer with its working shown: each number with its formula and what was put in.
public struct Working: Hashable, Codable, Sendable {
  /// A number, or words where there is none.
  public enum Cell: Hashable, Sendable {
    /// A count.
    case count(Int)
    /// A place between pixels, or a ratio: no whole number.
    case number(Double)
    /// Words.
    case text(String)

    /// A place in pixels, or a ratio, which may be whole.
    static func place(_ number: Double) -> Cell {
      number == number.rounded() && number.magnitude < 0x1p53
        ? .count(Int(number)) : .number(number)
    }
  }

  /// One number that was worked out.
  public struct Step: Hashable, Codable, Sendable {
    /// What it is.
    public let name: String
    /// The formula in symbols, as `⌊(H + 2·p − d·(k − 1) − 1) / s⌋ + 1`.
    public let formula: String
    /// The formula with its numbers put in.
    public let substituted: String
    /// What comes out.
    public let result: Cell
  }

  /// Rows that are compared with each other.
  public struct Table: Hashable, Codable, Sendable {
    /// What stands above each column.
    public let columns: [String]
    /// The rows, each with a cell a column.
    public internal(set) var rows: [[Cell]]
  }

  /// The question, and its answer in short.
  public let title: String
  /// The numbers, in the order in which they are worked out.
  public private(set) var steps: [Step] = []
  /// What is compared; `nil` where there is nothing to compare.
  public internal(set) var table: Table?
  /// What the numbers mean, and what to beware of.
  public internal(set) var notes: [String] = []
  /// The results by name, such as `parameters`, for programs.
  public internal(set) var results: [String: Cell] = [:]
  /// Where the formulas come from.
  public internal(set) var sources: [String] = []

  init(_ title: String) { self.title = title }

  /// Adds a number that its formula gives, and returns it.
  @discardableResult
  mutating func add(_ name: String, _ keys: String..., by formula: Formula) throws(ExplainError)
    -> Int
  {
    let result = try formula.result(of: name.lowercased())
    add(name, keys, by: formula, is: result)
    return result
  }

  /// Adds a number that an operation or a window has given, with the formula for it.
  mutating func add(_ name: String, _ keys: [String], by formula: Formula, is result: Int) {
    steps.append(
      Step(
        name: name, formula: formula.symbols, substituted: formula.numbers, result: .count(result)))
    for key in keys { results[key] = .count(result) }
  }
}

extension Working.Cell: Codable {
  /// As a plain number or string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .count(let count): try container.encode(count)
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let count = try? container.decode(Int.self) {
      self = .count(count)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }
}

extension Working.Cell: ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  /// A count.
  public init(integerLiteral count: Int) { self = .count(count) }
  /// Words.
  public init(stringLiteral text: String) { self = .text(text) }
}

/// A count with thousands separators, for sentences.
func grouped(_ count: Int) -> String {
  let digits = Array(String(count.magnitude))
  let groups = stride(from: digits.count, to: 0, by: -3).map { String(digits[max(0, $0 - 3)..<$0]) }
  return (count < 0 ? "-" : "") + groups.reversed().joined(separator: ",")
}
