import Foundation

/// Letters of 5×7 pixels, for titles in pictures that are made of pixels alone.
///
/// Printable ASCII and what the pictures' words have besides; other characters are drawn as their ASCII base
/// letter where they have one, else as a question mark.
enum PixelFont {
  /// Pixels from one letter to the next.
  static let advance = 6
  /// Pixels of a line of text, without room between lines.
  static let height = 7

  /// How many pixels wide a text is.
  static func width(of text: String) -> Int { max(plain(text).count * advance - 1, 0) }

  /// The places of a text's pixels, from its upper left corner.
  static func pixels(of text: String) -> [(x: Int, y: Int)] {
    var result: [(x: Int, y: Int)] = []
    for (position, character) in plain(text).enumerated() {
      for (y, row) in rows(of: character).enumerated() {
        for x in 0..<5 where row >> UInt8(4 - x) & 1 == 1 {
          result.append((x: position * advance + x, y: y))
        }
      }
    }
    return result
  }

  /// A text without what the letters lack: powers of ten as `1e-5`, an ellipsis as two dots.
  private static func plain(_ text: String) -> String {
    let superscripts = Set("⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
    guard text.contains("…") || text.contains(where: superscripts.contains) else { return text }
    var result = ""
    for character in text {
      if superscripts.contains(character) {
        if result.hasSuffix("10"), result.dropLast(2).last?.isNumber != true {
          let factor = result.dropLast(2)
          result = factor.last == "·" ? factor.dropLast() + "e" : factor + "1e"
        }
        let digit = String(character).decomposedStringWithCompatibilityMapping
        result += digit == "\u{2212}" ? "-" : digit
      } else {
        result += character == "…" ? ".." : String(character)
      }
    }
    return result
  }

  private static let signs: [Character: [UInt8]] = [
    "≤": [0b00010, 0b00100, 0b01000, 0b00100, 0b00010, 0, 0b11111],
    "≥": [0b01000, 0b00100, 0b00010, 0b00100, 0b01000, 0, 0b11111],
    "→": [0, 0b00100, 0b00010, 0b11111, 0b00010, 0b00100, 0],
  ]

  private static func rows(of character: Character) -> [UInt8] {
    if let sign = signs[character] { return sign }
    let character: Character =
      switch character {
      case "×": "x"
      case "−", "–": "-"
      case "·": "*"
      default: character
      }
    let base = String(character).decomposedStringWithCanonicalMapping.unicodeScalars.first
    let code = Int(base?.value ?? 0) - 32
    return glyphs.indices.contains(code) ? glyphs[code] : glyphs[31]
  }

  /// From the space on, seven rows a letter: the leftmost of five pixels in the highest bit of a digit
  /// to the base 32.
  private static let glyphs: [[UInt8]] = """
    0000000 4444404 aaa0000 aavavaa 4fke5u4 op248j3 cik8lid 4480000
    2488842 8422248 04lel40 044v440 0000c48 000v000 00000cc 01248g0
    ehjlphe 4c4444e eh1248v v2421he 26aiv22 vgu11he 68guhhe v124888
    ehhehhe ehhf12c 0cc0cc0 0cc0c48 248g842 00v0v00 8421248 eh12404
    eh1dlle ehhhvhh uhhuhhu ehggghe sihhhis vgguggv vgguggg ehgnhhf
    hhhvhhh e44444e 72222ic hikokih ggggggv hrllhhh hhpljhh ehhhhhe
    uhhuggg ehhhlid uhhukih fgge11u v444444 hhhhhhe hhhhha4 hhhllla
    hha4ahh hhha444 v1248gv e88888e 0g84210 e22222e 4ah0000 000000v
    8420000 00e1fhf ggmphhu 00egghe 11djhhf 00ehvge 698s888 0fhhf1e
    ggmphhh 40c444e 20622ic ggikoki c44444e 00qllhh 00mphhh 00ehhhe
    00uhugg 00djf11 00mpggg 00ege1u 88s8896 00hhhjd 00hhha4 00hhlla
    00ha4ah 00hhf1e 00v248v 2448442 4444444 8442448 008l200
    """
    .split { $0 == " " || $0 == "\n" }
    .map { letter in letter.map { UInt8(String($0), radix: 32) ?? 0 } }
}
