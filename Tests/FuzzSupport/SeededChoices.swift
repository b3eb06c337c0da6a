import FoveaTensors

/// Choices that a seed settles, so that a failure can be replayed.
public struct SeededChoices {
  private let stream: RandomStream
  private var index: UInt64 = 0

  /// Starts from a seed; other names make other choices.
  public init(seed: Int, named name: String) {
    stream = RandomStream(seed: UInt64(seed), named: name)
  }

  /// A number of a range, each as likely as the others.
  public mutating func integer(_ range: ClosedRange<Int>) -> Int {
    defer { index += 1 }
    return range.lowerBound + stream.integer(at: index, below: range.count)
  }

  /// One of some, each as likely as the others.
  public mutating func element<Element>(of choices: [Element]) -> Element {
    choices[integer(0...choices.count - 1)]
  }
}
