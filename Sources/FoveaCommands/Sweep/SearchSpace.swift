import Foundation
import FoveaTensors

/// Options of `fovea train` and the values that a sweep tries for each.
///
/// Written as options with several values: `--batch-size 32,64` for a choice, `--max-lr 0.001..0.1:log` for a range,
/// and with `:log` evenly by orders of magnitude. Two whole numbers make a range of whole numbers. A grid takes three points
/// of a range, or as many as its end says: `0.1..0.3:5`, `0.001..0.1:log:5`.
public struct SearchSpace: Hashable, Codable, Sendable {
  /// An option and its values.
  public struct Dimension: Hashable, Codable, Sendable {
    /// The option, such as `--max-lr`.
    public let option: String
    /// What it is tried with.
    public let values: Values
  }

  /// The values of an option.
  public enum Values: Hashable, Codable, Sendable {
    /// These.
    case choice([String])
    /// What lies between two numbers.
    case range(NumberRange)
  }

  /// One value of an option.
  public struct Setting: Hashable, Codable, Sendable {
    /// The option, such as `--max-lr`.
    public let option: String
    /// Its value, as written.
    public let value: String

    /// The two words of a command line.
    public var arguments: [String] { [option, value] }
  }

  /// The options, in order.
  public let dimensions: [Dimension]

  /// Options whose single value may have commas or dots of its own.
  private static let wholeOptions: Set = ["--milestones", "--log", "--data", "--from", "--teacher"]
  /// The points of a range in a grid where nothing is said.
  private static let defaultPoints = 3
  /// The most trainings of a sweep.
  public static let largestCount = 10_000

  /// Takes the options with several values out of a command line.
  ///
  /// - Returns: The space, and the arguments that all trainings share.
  /// - Throws: `CommandError` for a range that is none, an option that comes twice, or where no option has several values.
  public static func parsed(
    _ arguments: [String]
  ) throws(CommandError) -> (space: SearchSpace, shared: [String]) {
    var dimensions: [Dimension] = []
    var shared: [String] = []
    var rest = arguments[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("--") else {
        shared.append(word)
        continue
      }
      var (option, value, words) = (word, rest.first, [word])
      if let equals = word.firstIndex(of: "=") {
        option = String(word[..<equals])
        value = String(word[word.index(after: equals)...])
      } else if let value, !value.hasPrefix("--") {
        words.append(value)
        rest.removeFirst()
      } else {
        value = nil
      }
      guard let value, !wholeOptions.contains(option), let values = try values(value, of: option)
      else {
        shared += words
        continue
      }
      guard !dimensions.contains(where: { $0.option == option }) else {
        throw .conflict(
          option, reason: "it was given values already; write all of them in one list")
      }
      dimensions.append(Dimension(option: option, values: values))
    }
    guard !dimensions.isEmpty else {
      throw .missing(
        "what is to be tried",
        remedy: "give an option of fovea train several values, such as --batch-size 32,64 or "
          + "--max-lr 0.001..0.1:log")
    }
    return (SearchSpace(dimensions: dimensions), shared)
  }

  /// Several values; `nil` for a single one.
  private static func values(_ text: String, of option: String) throws(CommandError) -> Values? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    let ends = parts[0].components(separatedBy: "..")
    if ends.count == 2, let low = Double(ends[0]), let high = Double(ends[1]) {
      let isLogarithmic = parts.count > 1 && parts[1] == "log"
      let tail = parts.dropFirst(isLogarithmic ? 2 : 1)
      let points = tail.isEmpty ? defaultPoints : Int(tail.joined(separator: ":")) ?? 0
      let isWhole = ends.allSatisfy { Int($0).map { $0.magnitude < 1 << 53 } ?? false }
      let range = NumberRange(
        from: low, to: high, isLogarithmic: isLogarithmic, isWhole: isWhole, points: points)
      guard range.isUsable else {
        throw .option(
          option, value: text,
          allowed: "a range LOW..HIGH, LOW..HIGH:log with a LOW above 0, and for a grid with "
            + ":POINTS of 2 or more at its end")
      }
      return .range(range)
    }
    guard text.contains(",") else { return nil }
    let choices = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard choices.allSatisfy({ !$0.isEmpty }), Set(choices).count == choices.count else {
      throw .option(option, value: text, allowed: "a list of different values, such as 32,64")
    }
    return .choice(choices)
  }

  /// Throws where a file's space is none that `parsed` makes.
  func check() throws(CommandError) {
    for dimension in dimensions {
      let isUsable =
        switch dimension.values {
        case .choice(let values): !values.isEmpty
        case .range(let range): range.isUsable
        }
      guard isUsable else {
        throw .option(
          dimension.option, value: "\(dimension.values)", allowed: "a list or a range of values")
      }
    }
  }

  /// Every combination of values; the last option changes fastest.
  ///
  /// - Throws: `CommandError.conflict` where they are too many to be trained.
  func grid() throws(CommandError) -> [[Setting]] {
    var result: [[Setting]] = [[]]
    for dimension in dimensions {
      let values = dimension.values.gridPoints
      guard result.count * values.count <= Self.largestCount else {
        throw .conflict(
          "--search grid",
          reason:
            "it has more than \(Self.largestCount) trainings; give fewer values, or take random")
      }
      result = result.flatMap { settings in
        values.map { settings + [Setting(option: dimension.option, value: $0)] }
      }
    }
    return result
  }

  /// Different combinations, drawn at random; fewer where there are no more.
  ///
  /// The same seed draws the same, and more of them begin with those.
  func sample(_ count: Int, seed: UInt64) -> [[Setting]] {
    var result: [[Setting]] = []
    var seen: Set<[Setting]> = []
    // Where choices are few, most draws repeat one.
    for draw in 0..<UInt64(100 * count) where result.count < count {
      let settings = dimensions.map { dimension in
        let stream = RandomStream(seed: seed, named: "sweep/" + dimension.option)
        return Setting(
          option: dimension.option, value: dimension.values.value(at: stream, draw: draw))
      }
      if seen.insert(settings).inserted { result.append(settings) }
    }
    return result
  }
}

extension SearchSpace {
  /// The numbers from one to another, both included.
  public struct NumberRange: Hashable, Codable, Sendable {
    /// The least.
    public let from: Double
    /// The largest.
    public let to: Double
    /// Whether each order of magnitude has its share.
    public let isLogarithmic: Bool
    /// Whether there are whole numbers alone.
    public let isWhole: Bool
    /// How many of them a grid takes.
    public let points: Int

    /// Whether there are such numbers, and they can be computed.
    var isUsable: Bool {
      from.isFinite && to.isFinite && from < to && (!isLogarithmic || from > 0)
        && (!isWhole || max(abs(from), abs(to)) < 0x1p53)
        && 2...SearchSpace.largestCount ~= points
    }

    /// The number at a share of the way, with three digits.
    func number(at share: Double) -> String {
      let number = isLogarithmic ? from * pow(to / from, share) : from + (to - from) * share
      return isWhole ? "\(Int(number.rounded()))" : String(format: "%.3g", number)
    }
  }
}

extension SearchSpace.Values {
  /// The values that a grid takes.
  fileprivate var gridPoints: [String] {
    switch self {
    case .choice(let values): values
    case .range(let range):
      (0..<range.points).map { range.number(at: Double($0) / Double(range.points - 1)) }
        .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
  }

  fileprivate func value(at stream: RandomStream, draw: UInt64) -> String {
    switch self {
    case .choice(let values): values[stream.integer(at: draw, below: values.count)]
    case .range(let range): range.number(at: Double(stream.uniform(at: draw)))
    }
  }
}
