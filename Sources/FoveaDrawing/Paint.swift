/// A colour of every picture, for light backgrounds and for dark ones.
///
/// Elements carry the light one as an attribute, and a class by which the document's style sheet gives them the
/// dark one where the reader prefers that.
struct Paint: Hashable, Sendable {
  let name: String
  let light: String
  let dark: String

  static let paper = Paint(name: "paper", light: "#ffffff", dark: "#15181c")
  /// Areas that hold others.
  static let band = Paint(name: "band", light: "#f4f6f8", dark: "#20252b")
  static let ink = Paint(name: "ink", light: "#212529", dark: "#e9ecef")
  static let quiet = Paint(name: "quiet", light: "#495057", dark: "#adb5bd")
  static let rule = Paint(name: "rule", light: "#adb5bd", dark: "#5c6670")
  static let grid = Paint(name: "grid", light: "#e9ecef", dark: "#31373e")
  /// Text on a strong colour.
  static let onStrong = Paint(name: "on-strong", light: "#ffffff", dark: "#0c1014")

  // Told apart by the colour-blind too (after M. Okabe and K. Ito), and dark enough for white.
  static let blue = Paint(name: "blue", light: "#0b63b5", dark: "#62b0f5")
  static let orange = Paint(name: "orange", light: "#d55e00", dark: "#ff9a4d")
  static let green = Paint(name: "green", light: "#00805c", dark: "#45cfa2")
  static let purple = Paint(name: "purple", light: "#a8427f", dark: "#e58cc2")
  static let olive = Paint(name: "olive", light: "#8a6d00", dark: "#dcbf4a")
  static let grey = Paint(name: "grey", light: "#3a3a3a", dark: "#c9ced3")

  /// Curves and kinds, in the order in which they are taken.
  static let series = [blue, orange, green, purple, olive, grey]

  private static let all = [paper, band, ink, quiet, rule, grid, onStrong] + series

  /// Red, green and blue on a light background.
  var lightRGB: [UInt8] {
    let digits = Array(light.dropFirst())
    return stride(from: 0, to: digits.count, by: 2).map { start in
      UInt8(String(digits[start..<start + 2]), radix: 16) ?? 0
    }
  }

  /// What turns a picture dark.
  static let styleSheet: String = {
    let rules = all.map { paint in
      ".fill-\(paint.name){fill:\(paint.dark)}.stroke-\(paint.name){stroke:\(paint.dark)}"
    }
    return "@media (prefers-color-scheme: dark) {\n\(rules.joined(separator: "\n"))\n}"
  }()
}
