internal import FoveaTensors

/// Which picture of which epoch is changed: all that random transforms depend on.
public struct SamplePosition: Hashable, Codable, Sendable {
  /// What a user chooses for a run.
  public let seed: UInt64
  /// How often the dataset has been gone through.
  public let epoch: Int
  /// The picture's number in the dataset, not in the epoch's order.
  public let index: Int

  /// Names a picture of an epoch.
  public init(seed: UInt64, epoch: Int, index: Int) {
    self.seed = seed
    self.epoch = epoch
    self.index = index
  }

  /// The numbers for one step of a recipe; those of another step do not depend on how many it draws.
  func draws(step: Int) -> RandomDraws {
    let base = RandomStream(seed: seed, named: "image transforms")
    let place = UInt64(truncatingIfNeeded: epoch) << 40 &+ UInt64(truncatingIfNeeded: index)
    return RandomDraws(
      stream: RandomStream(seed: seed, stream: base.stream &+ place),
      next: UInt64(truncatingIfNeeded: step) << 32)
  }
}

/// Random numbers, one after the other.
struct RandomDraws {
  let stream: RandomStream
  private(set) var next: UInt64

  init(stream: RandomStream, next: UInt64) {
    self.stream = stream
    self.next = next
  }

  mutating func uniform(_ range: ClosedRange<Double>) -> Double {
    defer { next += 1 }
    let share = Double(stream.bits(at: next)) * 0x1p-32
    return range.lowerBound + share * (range.upperBound - range.lowerBound)
  }

  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    defer { next += 1 }
    return range.lowerBound + stream.integer(at: next, below: range.count)
  }

  mutating func isTrue(probability: Double) -> Bool { uniform(0...1) < probability }

  /// The numbers `0..<count` in random order.
  mutating func permutation(_ count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, integer(0...last)) }
    return order
  }

  /// A sequence of its own, for as many numbers as are wanted.
  mutating func branch() -> RandomStream {
    defer { next += 1 }
    let words = stream.block(next)
    return RandomStream(
      seed: UInt64(words[0]) << 32 | UInt64(words[1]),
      stream: UInt64(words[2]) << 32 | UInt64(words[3]))
  }
}
