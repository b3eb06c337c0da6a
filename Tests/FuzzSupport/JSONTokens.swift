public import Foundation

/// A JSON file, cut where its words and signs meet, so that changes often stay JSON.
public struct JSONTokens {
  private var tokens: [String] = []

  private static let numbers = [
    "0", "1", "-1", "2", "3", "7", "64", "1000003", "1048576", "16777216", "2147483648",
    "281474976710656", "4611686018427387904", "9223372036854775807", "-9223372036854775808",
    "9223372036854775808", "1e308", "1e-45", "0.5", "1e999", "null", "[]", "\"1\"",
  ]

  /// Cuts a file.
  public init(_ data: Data) {
    var word = ""
    for character in String(decoding: data, as: UTF8.self) {
      if "{}[],:".contains(character) {
        if !word.isEmpty { tokens.append(word) }
        tokens.append(String(character))
        word = ""
      } else {
        word.append(character)
      }
    }
    if !word.isEmpty { tokens.append(word) }
  }

  /// The file.
  public var data: Data { Data(tokens.joined().utf8) }

  /// Changes something at a place that a seed settles.
  public mutating func mutate(_ random: inout SeededChoices) {
    let place = random.integer(0...tokens.count - 1)
    let values = tokens.indices.filter {
      tokens[$0].count > 1 || tokens[$0].first?.isNumber == true
    }
    let numbers = values.filter { tokens[$0].first?.isNumber == true }
    switch random.integer(0...19) {
    case 0: tokens.remove(at: place)
    case 1: tokens.insert(random.element(of: tokens), at: place)
    case 2: tokens.swapAt(place, random.integer(0...tokens.count - 1))
    case 3: tokens.removeSubrange(place..<min(tokens.count, place + random.integer(1...9)))
    case 4:
      let part = tokens[place..<min(tokens.count, place + random.integer(1...40))]
      tokens.insert(contentsOf: part, at: place)
    case 5...8: tokens[random.element(of: values)] = tokens[random.element(of: values)]
    case 9...13:
      let number = random.element(of: numbers)
      tokens[number] = String((Int(tokens[number]) ?? 0) &+ random.integer(-2...2))
    default: tokens[random.element(of: numbers)] = random.element(of: Self.numbers)
    }
    if tokens.isEmpty { tokens = ["{"] }
  }
}
