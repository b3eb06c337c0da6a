import FoveaData

/// One of several equal parts of the images, for validation while the others are learned from: `2/5`.
public struct DataFold: Hashable, Codable, Sendable {
  /// Which part, from 1.
  public var number: Int
  /// How many parts.
  public var count: Int
  /// Whether each part has its share of each class.
  public var isStratified: Bool

  /// Names a part.
  public init(_ number: Int, of count: Int, isStratified: Bool = true) {
    self.number = number
    self.count = count
    self.isStratified = isStratified
  }

  /// Reads `2/5` or `2/5:random`; `nil` for anything else.
  public init?(_ text: String) {
    let suffix = ":random"
    let isRandom = text.hasSuffix(suffix)
    let numbers = text.dropLast(isRandom ? suffix.count : 0)
      .split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1] else { return nil }
    self.init(number, of: count, isStratified: !isRandom)
  }

  /// Throws for a part that there is not.
  func check() throws(CommandError) {
    guard 2...Self.largestCount ~= count, 1...count ~= number else {
      throw .option(
        "--fold", value: "\(self)",
        allowed: "a part of 2 to \(Self.largestCount), counted from 1, such as 1/5")
    }
  }

  /// The most parts that images are cut into.
  static let largestCount = 1000

  func splitter(seed: UInt64) -> Splitter {
    isStratified
      ? .kFold(count: count, fold: number - 1, seed: seed)
      : .randomFold(count: count, fold: number - 1, seed: seed)
  }
}

extension DataFold: CustomStringConvertible {
  public var description: String { "\(number)/\(count)\(isStratified ? "" : ":random")" }
}
