/// How numbers are spread over ranges of equal width.
public struct NumberHistogram: Hashable, Codable, Sendable {
  /// The least number; 0 where there is none.
  public let minimum: Double
  /// The largest.
  public let maximum: Double
  /// The sum of all.
  public let sum: Double
  /// The sum of their squares.
  public let sumOfSquares: Double
  /// Where each range ends; the first begins at `minimum`.
  public let limits: [Double]
  /// How many numbers each range has.
  public let counts: [Int]

  /// How many numbers there are.
  public var count: Int { counts.reduce(0, +) }

  /// Counts numbers; those that are infinite or none are left out.
  ///
  /// - Parameter bins: How many ranges there are, at least 1.
  public init(_ numbers: some Sequence<Float>, bins: Int = 30) {
    let numbers = numbers.compactMap { $0.isFinite ? Double($0) : nil }
    let (least, largest) = (numbers.min() ?? 0, numbers.max() ?? 0)
    let bins = max(bins, 1)
    // One number alone still needs a range with a width.
    let width = largest > least ? (largest - least) / Double(bins) : 1
    var (counts, sum, squares) = ([Int](repeating: 0, count: bins), 0.0, 0.0)
    for number in numbers {
      counts[min(Int((number - least) / width), bins - 1)] += 1
      sum += number
      squares += number * number
    }
    (minimum, maximum, self.sum, sumOfSquares, self.counts) = (least, largest, sum, squares, counts)
    limits = (1...bins).map { least + Double($0) * width }
  }
}
