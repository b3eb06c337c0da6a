import Foundation

/// An element of an SVG document.
struct SVGElement {
  let name: String
  private var attributes: [(name: String, value: String)]
  private var content: [String] = []
  /// What it says, where it holds text alone.
  private(set) var text: String?
  /// What it shows, where it is an image.
  private(set) var image: PNGImage?

  init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) {
    self.name = name
    self.attributes = attributes.map { ($0.key, $0.value) }
  }

  /// An element that holds text alone.
  init(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String) {
    self.init(name, attributes)
    content = [Markup.escaped(text)]
    self.text = text
  }

  /// An element that shows an image, which its attributes hold too.
  init(_ name: String, _ attributes: KeyValuePairs<String, String>, image: PNGImage) {
    self.init(name, attributes)
    self.image = image
  }

  mutating func append(_ child: SVGElement) { content.append(child.rendered) }

  mutating func set(_ attribute: String, _ value: String) { attributes.append((attribute, value)) }

  /// An attribute's value.
  subscript(attribute: String) -> String? { attributes.first { $0.name == attribute }?.value }

  var rendered: String {
    let head = attributes.reduce("<\(name)") { $0 + " \($1.name)=\"\(Markup.escaped($1.value))\"" }
    return content.isEmpty
      ? head + "/>" : head + ">" + content.joined(separator: "\n") + "</\(name)>"
  }

  /// A coordinate in pixels, to a tenth: finer cannot be seen and makes files large.
  static func pixels(_ value: Double) -> String {
    let text = String(format: "%.1f", value)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
