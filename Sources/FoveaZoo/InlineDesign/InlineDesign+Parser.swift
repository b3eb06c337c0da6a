import FoveaLayers
import FoveaTensors

extension InlineDesign {
  /// Reads designs with `vs` between them.
  ///
  /// - Throws: `InlineDesignError` with the place of what is wrong.
  public static func comparison(parsing text: String) throws(InlineDesignError) -> [InlineDesign] {
    guard text.count <= longestText else { throw .tooLong(characters: text.count) }
    var parser = try Parser(text)
    var designs = [try parser.design()]
    while parser.takes("vs") { designs.append(try parser.design()) }
    try parser.expectEnd()
    return designs
  }
}

/// A word or a sign, and where it begins.
private struct Token {
  let text: String
  /// Counted from 0.
  let position: Int
}

private struct Parser {
  private let characters: [Character]
  private let tokens: [Token]
  private var next = 0

  init(_ text: String) throws(InlineDesignError) {
    characters = Array(text)
    var tokens: [Token] = []
    var position = 0
    while position < characters.count {
      let start = position
      position += 1
      if characters[start] == " " { continue }
      if !"+*/".contains(characters[start]) {
        guard characters[start].isOfWord else {
          throw .unexpected(
            String(characters[start]), position: start,
            expected: "letters, digits, +, *, / and blanks")
        }
        while position < characters.count, characters[position].isOfWord { position += 1 }
      }
      tokens.append(Token(text: String(characters[start..<position]), position: start))
    }
    self.tokens = tokens
  }

  mutating func takes(_ text: String) -> Bool {
    guard next < tokens.count, tokens[next].text == text else { return false }
    next += 1
    return true
  }

  func expectEnd() throws(InlineDesignError) {
    if next < tokens.count { throw unexpected("+, *, vs, at or an option such as c64 or bn") }
  }

  mutating func design() throws(InlineDesignError) -> InlineDesign {
    let start = next
    var layers = try part()
    while takes("+") {
      layers += try part()
      guard layers.count <= InlineDesign.mostLayers else { throw .tooManyLayers }
    }
    let end = tokens[next - 1]
    let text = characters[tokens[start].position..<end.position + end.text.count]
    return InlineDesign(
      text: String(text), input: takes("at") ? try place() : nil, layers: layers)
  }

  /// A layer as often as it is repeated.
  private mutating func part() throws(InlineDesignError) -> [InlineLayer] {
    let expected = "a layer, such as \(Self.examples)"
    guard next < tokens.count else { throw unexpected(expected) }
    let token = tokens[next]
    let word = token.text.prefix { $0.isLetter && $0 != "×" }
    guard let kind = InlineLayer.Kind(rawValue: String(word)) else { throw unexpected(expected) }
    var layer = InlineLayer(kind: kind, name: token.text)
    let size = String(token.text.dropFirst(word.count))
    let position = token.position + word.count
    if kind.takesKernel {
      let extents = try numbers(size, position, counts: 1...2, as: "a kernel, such as \(word)3x3")
      layer.kernel = Extent2d(extents[0], extents[extents.count - 1])
    } else if kind == .fc, !size.isEmpty {
      layer.features = try numbers(size, position, counts: 1...1, as: "features, as in fc10")[0]
    } else if !size.isEmpty {
      throw .unexpected(token.text, position: token.position, expected: "\(word) without a number")
    }
    next += 1
    if takes("/") {
      guard kind.takesStride else {
        next -= 1
        throw unexpected("no stride, since \(kind.rawValue) has none")
      }
      layer.stride = try number("a stride, as in conv3x3/2")
    }
    let count = try settings(of: &layer)
    return Array(repeating: layer, count: count)
  }

  /// Reads what stands behind a layer, and returns how often it is repeated.
  private mutating func settings(of layer: inout InlineLayer) throws(InlineDesignError) -> Int {
    var count = 1
    while next < tokens.count, !["+", "vs", "at"].contains(tokens[next].text) {
      if takes("*") {
        count = try number("a count, as in conv3x3*3", largest: InlineDesign.mostLayers)
        continue
      }
      let token = tokens[next]
      let allowed = layer.kind.options
      let letters = String(token.text.prefix { $0.isLetter })
      let digits = String(token.text.dropFirst(letters.count))
      guard let option = allowed.first(where: { $0.rawValue == letters }),
        option.isNumber != digits.isEmpty
      else {
        throw unexpected((["+", "*", "vs", "at"] + allowed.map(\.example)).joined(separator: ", "))
      }
      if option.isNumber {
        layer.numbers[option] = try number(
          digits, token.position + letters.count, least: option.least)
      } else {
        layer.flags.insert(option)
      }
      next += 1
    }
    return count
  }

  /// `64 channels 56x56`, or `64x56x56`.
  private mutating func place() throws(InlineDesignError) -> Shape {
    let expected = "what comes in, as in 64 channels 56x56 or 64x56x56"
    guard next < tokens.count else { throw unexpected(expected) }
    let first = tokens[next]
    var extents = try numbers(first.text, first.position, counts: 1...3, as: expected)
    next += 1
    if extents.count == 1 {
      guard takes("channels") || takes("channel") else {
        throw unexpected("channels, as in \(first.text) channels 56x56")
      }
      guard next < tokens.count else { throw unexpected("height and width, as in 56x56") }
      let grid = tokens[next]
      extents += try numbers(
        grid.text, grid.position, counts: 2...2, as: "height and width, as in 56x56")
      next += 1
    }
    guard extents.count == 3, let shape = Shape(checking: [1] + extents) else {
      throw .unexpected(first.text, position: first.position, expected: expected)
    }
    return Shape(Array(shape.dimensions.dropFirst()))
  }

  private mutating func number(
    _ meaning: String, largest: Int = InlineDesign.largestNumber
  ) throws(InlineDesignError) -> Int {
    guard next < tokens.count else { throw unexpected(meaning) }
    defer { next += 1 }
    return try number(tokens[next].text, tokens[next].position, largest: largest)
  }

  private func number(
    _ text: String, _ position: Int, least: Int = 1, largest: Int = InlineDesign.largestNumber
  ) throws(InlineDesignError) -> Int {
    guard let value = Int(text), least...largest ~= value else {
      throw .number(text, position: position, allowed: least...largest)
    }
    return value
  }

  /// Numbers with `x` between them.
  private func numbers(
    _ text: String, _ position: Int, counts: ClosedRange<Int>, as meaning: String
  ) throws(InlineDesignError) -> [Int] {
    let parts = text.split(omittingEmptySubsequences: false) { "x×".contains($0) }
    guard counts.contains(parts.count), !text.isEmpty,
      text.allSatisfy({ !$0.isLetter || "x×".contains($0) })
    else {
      throw .unexpected(text.isEmpty ? "nothing" : text, position: position, expected: meaning)
    }
    var values: [Int] = []
    for part in parts {
      let offset = text.distance(from: text.startIndex, to: part.startIndex)
      values.append(try number(String(part), position + offset))
    }
    return values
  }

  private func unexpected(_ expected: String) -> InlineDesignError {
    guard next < tokens.count else {
      return .unexpected("the end", position: characters.count, expected: expected)
    }
    return .unexpected(tokens[next].text, position: tokens[next].position, expected: expected)
  }

  private static let examples =
    "conv3x3, conv7x7/2, dw3x3, separable3x3, basic, bottleneck, inverted, maxpool2, avgpool2, gap, "
    + "flatten, fc10 or relu"
}

extension Character {
  fileprivate var isOfWord: Bool { self == "×" || isASCII && (isLetter || isNumber) }
}
