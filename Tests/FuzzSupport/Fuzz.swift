import Foundation
import FoveaTensors

/// Damaged files for the readers' tests: valid ones, changed at random places by a seed.
public enum Fuzz {
  /// How many files a fuzz test tries: `FOVEA_FUZZ`, or 3,000.
  public static let rounds =
    ProcessInfo.processInfo.environment["FOVEA_FUZZ"].flatMap { Int($0) } ?? 3_000

  /// The damaged file of one round, made of one of `originals`; the same for the same arguments.
  public static func file(from originals: [[UInt8]], round: Int, named name: String) -> [UInt8] {
    var source = Source(RandomStream(seed: UInt64(round), named: name))
    var bytes = originals[source.next(below: originals.count)]
    for _ in 0...source.next(below: 4) {
      damage(&bytes, donor: originals[source.next(below: originals.count)], &source)
    }
    return bytes
  }

  private static func damage(_ bytes: inout [UInt8], donor: [UInt8], _ source: inout Source) {
    // Half of the damage goes to the first bytes, where headers are.
    let reach = source.next(below: 2) == 0 ? min(bytes.count, 64) : bytes.count
    let place = source.next(below: reach + 1)
    let end = min(bytes.count, place + 1 + source.next(below: 16))
    switch source.next(below: 8) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8(source.next(below: 8))
    case 1 where place < bytes.count:
      bytes[place] = [0, 1, 0x7f, 0x80, 0xff][source.next(below: 5)]
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
    case 4: bytes.removeSubrange(place...)
    case 5:
      let from = source.next(below: donor.count + 1)
      let part = donor[from..<min(donor.count, from + 1 + source.next(below: 64))]
      bytes.insert(contentsOf: part, at: place)
    case 6:
      let numbers = [
        "0", "-1", "9223372036854775807", "4294967296", "65535", "1e9", "{", "[", "\"",
      ]
      bytes.replaceSubrange(place..<end, with: numbers[source.next(below: numbers.count)].utf8)
    default:
      for index in place..<end { bytes[index] = UInt8(source.next(below: 256)) }
    }
  }

  private struct Source {
    let stream: RandomStream
    var index: UInt64 = 0

    init(_ stream: RandomStream) { self.stream = stream }

    mutating func next(below bound: Int) -> Int {
      defer { index += 1 }
      return stream.integer(at: index, below: bound)
    }
  }
}
