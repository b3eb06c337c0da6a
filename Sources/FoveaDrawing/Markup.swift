/// What SVG and HTML have in common.
enum Markup {
  /// Text with the characters replaced that HTML and XML keep for themselves; control characters, which XML
  /// forbids, and those that change the direction of writing past their text become `�`.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      case _
      where scalar.value < 0x20 || 0x7f...0x9f ~= scalar.value
        || 0x202a...0x202e ~= scalar.value || 0x2066...0x2069 ~= scalar.value
        || 0xfffe...0xffff ~= scalar.value:
        result += "\u{fffd}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
