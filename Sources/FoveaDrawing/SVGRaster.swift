import Foundation

/// Draws elements as pixels, two for each of the picture's: lines, rectangles, dots and words.
///
/// Knows what charts are made of, and no more of SVG.
struct SVGRaster {
  private static let scale = 2.0

  private let width: Int
  private let height: Int
  private var samples: [UInt8]

  /// The elements on the light background.
  static func image(width: Double, height: Double, content: [SVGElement]) -> PNGImage {
    var raster = SVGRaster(width: width, height: height)
    for element in content { raster.draw(element) }
    return PNGImage(width: raster.width, height: raster.height, .rgb, raster.samples)
  }

  private init(width: Double, height: Double) {
    self.width = Int((width * Self.scale).rounded(.up))
    self.height = Int((height * Self.scale).rounded(.up))
    samples = [UInt8](repeating: 255, count: self.width * self.height * 3)
  }

  private mutating func draw(_ element: SVGElement) {
    func number(_ name: String) -> Double { element[name].flatMap(Double.init) ?? 0 }
    let stroke = element["stroke"].map(Self.color)
    let width = element["stroke-width"].flatMap(Double.init) ?? 1
    let opacity = element["stroke-opacity"].flatMap(Double.init) ?? 1
    switch element.name {
    case "line":
      guard let stroke else { return }
      let ends = [(number("x1"), number("y1")), (number("x2"), number("y2"))]
      line(ends, width: width, stroke, opacity: opacity)
    case "polyline":
      guard let stroke else { return }
      let points = (element["points"] ?? "").split(separator: " ").compactMap { point in
        let parts = point.split(separator: ",").compactMap { Double($0) }
        return parts.count == 2 ? (parts[0], parts[1]) : nil
      }
      line(points, width: width, stroke, opacity: opacity)
    case "circle":
      let (x, y) = (number("cx"), number("cy"))
      line(
        [(x, y), (x, y)], width: 2 * number("r"), Self.color(element["fill"] ?? ""), opacity: 1)
    case "rect":
      guard let fill = element["fill"], fill != "none" else { return }
      let opacity = element["fill-opacity"].flatMap(Double.init) ?? 1
      rectangle(
        Frame(x: number("x"), y: number("y"), width: number("width"), height: number("height")),
        Self.color(fill), opacity: opacity)
    case "text": write(element, x: number("x"), y: number("y"), size: number("font-size"))
    default: break
    }
  }

  private static func color(_ text: String) -> [Double] {
    let digits = Array(text.drop { $0 == "#" })
    guard digits.count == 6 else { return [0, 0, 0] }
    return stride(from: 0, to: 6, by: 2).map {
      Double(UInt8(String(digits[$0..<$0 + 2]), radix: 16) ?? 0)
    }
  }

  private mutating func blend(_ x: Int, _ y: Int, _ color: [Double], _ share: Double) {
    guard share > 0, 0..<width ~= x, 0..<height ~= y else { return }
    let start = (y * width + x) * 3
    for channel in 0..<3 {
      let below = Double(samples[start + channel])
      samples[start + channel] = UInt8((below + (color[channel] - below) * share).rounded())
    }
  }

  /// Lines from point to point with round ends, smooth at their edges.
  private mutating func line(
    _ points: [(Double, Double)], width: Double, _ color: [Double], opacity: Double
  ) {
    let half = width * Self.scale / 2
    let places = points.map { ($0.0 * Self.scale, $0.1 * Self.scale) }
    // The most that any part covers of a pixel: joints are not darker than what they join.
    var cover: [Int: Double] = [:]
    for (start, end) in zip(places, places.dropFirst()) {
      let columns = range(min(start.0, end.0), max(start.0, end.0), half, self.width)
      let rows = range(min(start.1, end.1), max(start.1, end.1), half, height)
      let (dx, dy) = (end.0 - start.0, end.1 - start.1)
      let square = dx * dx + dy * dy
      for y in rows {
        for x in columns {
          let (px, py) = (Double(x) + 0.5 - start.0, Double(y) + 0.5 - start.1)
          let along = square > 0 ? min(max((px * dx + py * dy) / square, 0), 1) : 0
          let (ox, oy) = (px - along * dx, py - along * dy)
          let share = min(max(half + 0.5 - (ox * ox + oy * oy).squareRoot(), 0), 1)
          if share > 0 { cover[y * self.width + x] = max(cover[y * self.width + x] ?? 0, share) }
        }
      }
    }
    for (place, share) in cover {
      blend(place % self.width, place / self.width, color, share * opacity)
    }
  }

  private func range(_ low: Double, _ high: Double, _ half: Double, _ limit: Int) -> Range<Int> {
    let bounds = (
      max(0, (low - half - 1).rounded(.down)), min(Double(limit), (high + half + 2).rounded(.up))
    )
    return bounds.0 < bounds.1 ? Int(bounds.0)..<Int(bounds.1) : 0..<0
  }

  private mutating func rectangle(_ frame: Frame, _ color: [Double], opacity: Double) {
    let rows =
      Int(
        frame.y * Self.scale)..<max(
        Int(frame.y * Self.scale), Int((frame.bottom * Self.scale).rounded()))
    let columns =
      Int(
        frame.x * Self.scale)..<max(
        Int(frame.x * Self.scale), Int((frame.right * Self.scale).rounded()))
    for y in rows.clamped(to: 0..<height) {
      for x in columns.clamped(to: 0..<width) { blend(x, y, color, opacity) }
    }
  }

  /// Writes words, upwards where the element is turned.
  private mutating func write(_ element: SVGElement, x: Double, y: Double, size: Double) {
    guard let text = element.text else { return }
    let dot = max(1, Int((size / 6).rounded()))
    let length = Double(PixelFont.width(of: text) * dot)
    let shift: Double =
      switch element["text-anchor"] {
      case "middle": length / 2
      case "end": length
      default: 0
      }
    let color = Self.color(element["fill"] ?? "")
    let isTurned = element["transform"]?.hasPrefix("rotate(-90") == true
    let (left, base) = (x * Self.scale, y * Self.scale)
    for pixel in PixelFont.pixels(of: text) {
      let along = Double(pixel.x * dot) - shift
      let across = Double((pixel.y - PixelFont.height) * dot)
      for row in 0..<dot {
        for column in 0..<dot {
          let (u, v) = (along + Double(column), across + Double(row))
          let place = isTurned ? (left + v, base - u) : (left + u, base + v)
          blend(Int(place.0), Int(place.1), color, 1)
        }
      }
    }
  }
}
