import Foundation

/// A rectangle of a picture, in its pixels.
struct Frame {
  var x: Double
  var y: Double
  var width: Double
  var height: Double

  var right: Double { x + width }
  var bottom: Double { y + height }
  var middle: Double { y + height / 2 }
}

extension SVGElement {
  static let labelSize = 12.0
  static let titleSize = 16.0

  /// About how wide a text is, on the safe side for the fonts that are asked for.
  static func width(of text: String, size: Double = labelSize) -> Double {
    Double(displayWidth(of: text)) * size * 0.62
  }

  /// A whole picture: light, and dark where the reader prefers that.
  static func document(title: String, width: Double, height: Double, content: [SVGElement])
    -> String
  {
    let size = (pixels(width), pixels(height))
    var root = SVGElement(
      "svg",
      [
        "xmlns": "http://www.w3.org/2000/svg", "width": size.0, "height": size.1,
        "viewBox": "0 0 \(size.0) \(size.1)", "role": "img",
        "font-family": "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, 'DejaVu Sans', sans-serif",
      ])
    root.append(SVGElement("title", text: title))
    root.append(SVGElement("style", text: Paint.styleSheet))
    root.append(
      .rectangle(Frame(x: 0, y: 0, width: width, height: height), fill: .paper))
    for element in content { root.append(element) }
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + root.rendered + "\n"
  }

  /// Colours an element, light by attributes and dark by class.
  mutating func paint(fill: Paint?, stroke: Paint? = nil) {
    set("fill", fill?.light ?? "none")
    if let stroke { set("stroke", stroke.light) }
    let classes =
      (fill.map { ["fill-\($0.name)"] } ?? []) + (stroke.map { ["stroke-\($0.name)"] } ?? [])
    if !classes.isEmpty { set("class", classes.joined(separator: " ")) }
  }

  static func text(
    _ text: String, x: Double, y: Double, anchor: String = "start", size: Double = labelSize,
    paint: Paint = .quiet, weight: String = "400"
  ) -> SVGElement {
    var element = SVGElement(
      "text",
      [
        "x": pixels(x), "y": pixels(y), "font-size": pixels(size), "text-anchor": anchor,
        "font-weight": weight,
      ], text: text)
    element.paint(fill: paint)
    return element
  }

  /// Text that reads upwards, centred.
  static func verticalText(_ text: String, x: Double, y: Double) -> SVGElement {
    var element = SVGElement.text(text, x: x, y: y, anchor: "middle")
    element.set("transform", "rotate(-90 \(pixels(x)) \(pixels(y)))")
    return element
  }

  static func line(
    _ start: (Double, Double), _ end: (Double, Double), paint: Paint, width: Double = 1,
    opacity: Double = 1
  ) -> SVGElement {
    var element = SVGElement(
      "line",
      [
        "x1": pixels(start.0), "y1": pixels(start.1), "x2": pixels(end.0), "y2": pixels(end.1),
        "stroke-width": pixels(width), "stroke-opacity": "\(opacity)",
      ])
    element.paint(fill: nil, stroke: paint)
    return element
  }

  static func dot(_ x: Double, _ y: Double, paint: Paint) -> SVGElement {
    var element = SVGElement("circle", ["cx": pixels(x), "cy": pixels(y), "r": "3.5"])
    element.paint(fill: paint)
    return element
  }

  static func rectangle(
    _ frame: Frame, fill: Paint?, fillOpacity: Double = 1, stroke: Paint? = nil, width: Double = 1,
    dashes: String? = nil, radius: Double = 0
  ) -> SVGElement {
    var element = SVGElement(
      "rect",
      [
        "x": pixels(frame.x), "y": pixels(frame.y), "width": pixels(frame.width),
        "height": pixels(frame.height),
      ])
    if radius > 0 { element.set("rx", pixels(radius)) }
    if fillOpacity < 1 { element.set("fill-opacity", String(format: "%.3f", fillOpacity)) }
    if stroke != nil { element.set("stroke-width", pixels(width)) }
    if let dashes { element.set("stroke-dasharray", dashes) }
    element.paint(fill: fill, stroke: stroke)
    return element
  }

  /// Straight lines from point to point, with round corners.
  static func path(
    _ points: [(Double, Double)], paint: Paint, width: Double = 1.5, radius: Double = 6
  ) -> SVGElement {
    var element = SVGElement(
      "path", ["d": rounded(points, radius: radius), "stroke-width": pixels(width)])
    element.paint(fill: nil, stroke: paint)
    return element
  }

  /// A filled triangle whose tip is at a point.
  static func arrowhead(at tip: (Double, Double), towards direction: (Double, Double), paint: Paint)
    -> SVGElement
  {
    let (length, half) = (6.0, 3.5)
    let back = (tip.0 - direction.0 * length, tip.1 - direction.1 * length)
    let side = (direction.1 * half, -direction.0 * half)
    let corners = [tip, (back.0 + side.0, back.1 + side.1), (back.0 - side.0, back.1 - side.1)]
    var element = SVGElement(
      "polygon",
      ["points": corners.map { "\(pixels($0.0)),\(pixels($0.1))" }.joined(separator: " ")])
    element.paint(fill: paint)
    return element
  }

  /// An image whose pixels stay squares, in viewers too that would smooth them.
  static func image(_ image: PNGImage, _ frame: Frame) -> SVGElement {
    let enlarged = image.enlarged(max(1, 512 / max(image.width, image.height)))
    return SVGElement(
      "image",
      [
        "x": pixels(frame.x), "y": pixels(frame.y), "width": pixels(frame.width),
        "height": pixels(frame.height), "preserveAspectRatio": "none",
        "style": "image-rendering:pixelated",
        "href": "data:image/png;base64,\(enlarged.encoded().base64EncodedString())",
      ], image: image)
  }

  private static func rounded(_ points: [(Double, Double)], radius: Double) -> String {
    guard let first = points.first, let last = points.last else { return "" }
    var text = "M\(pixels(first.0)) \(pixels(first.1))"
    for index in points.indices.dropFirst().dropLast() {
      let (before, corner, after) = (points[index - 1], points[index], points[index + 1])
      func toward(_ point: (Double, Double)) -> (Double, Double) {
        let (dx, dy) = (point.0 - corner.0, point.1 - corner.1)
        let length = max((dx * dx + dy * dy).squareRoot(), 1e-9)
        let share = min(radius, length / 2) / length
        return (corner.0 + dx * share, corner.1 + dy * share)
      }
      let (start, end) = (toward(before), toward(after))
      text += " L\(pixels(start.0)) \(pixels(start.1))"
      text += " Q\(pixels(corner.0)) \(pixels(corner.1)) \(pixels(end.0)) \(pixels(end.1))"
    }
    return text + " L\(pixels(last.0)) \(pixels(last.1))"
  }
}
