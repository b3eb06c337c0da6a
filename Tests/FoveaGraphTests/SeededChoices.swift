import FoveaTensors

/// Choices that a seed settles, so that a failure can be replayed.
struct SeededChoices {
  private let stream: RandomStream
  private var index: UInt64 = 0

  init(seed: UInt64) { stream = RandomStream(seed: seed, stream: 0) }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    defer { index += 1 }
    return range.lowerBound + stream.integer(at: index, below: range.count)
  }

  mutating func element<Element>(of choices: [Element]) -> Element {
    choices[integer(0...choices.count - 1)]
  }
}
