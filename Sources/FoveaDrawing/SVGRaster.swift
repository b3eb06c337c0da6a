import Foundation

/// Draws elements as pixels, two for each of the picture's: lines, rectangles, dots, images and words.
///
/// Knows what charts are made of, and no more of SVG.
struct SVGRaster {
  /// Pixels for each of the picture's.
  private let scale: Double
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
    // What is very long is drawn smaller, so that it stays a picture.
    scale = min(2, Double(PNGImage.largestExtent) / max(width, height))
    self.width = min(Int((width * scale).rounded(.up)), PNGImage.largestExtent)
    self.height = min(Int((height * scale).rounded(.up)), PNGImage.largestExtent)
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
      let ends = ((number("x1"), number("y1")), (number("x2"), number("y2")))
      for part in Self.dashes(element["stroke-dasharray"], from: ends.0, to: ends.1) {
        line(part, width: width, stroke, opacity: opacity)
      }
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
      let frame = Frame(
        x: number("x"), y: number("y"), width: number("width"), height: number("height"))
      if let fill = element["fill"], fill != "none" {
        let fillOpacity = element["fill-opacity"].flatMap(Double.init) ?? 1
        rectangle(frame, Self.color(fill), opacity: fillOpacity)
      }
      if let stroke {
        let corners = [
          (frame.x, frame.y), (frame.right, frame.y), (frame.right, frame.bottom),
          (frame.x, frame.bottom), (frame.x, frame.y),
        ]
        line(corners, width: width, stroke, opacity: opacity)
      }
    case "image":
      guard let image = element.image else { return }
      lay(
        image,
        Frame(x: number("x"), y: number("y"), width: number("width"), height: number("height")))
    case "text": write(element, x: number("x"), y: number("y"), size: number("font-size"))
    default: break
    }
  }

  /// The visible parts of a line that is drawn in dashes of a length, with gaps of another.
  private static func dashes(
    _ pattern: String?, from start: (Double, Double), to end: (Double, Double)
  ) -> [[(Double, Double)]] {
    let lengths = (pattern ?? "").split(separator: " ").compactMap { Double($0) }
    guard lengths.count == 2, lengths[0] > 0, lengths[1] > 0 else { return [[start, end]] }
    let (dx, dy) = (end.0 - start.0, end.1 - start.1)
    let length = (dx * dx + dy * dy).squareRoot()
    func point(_ distance: Double) -> (Double, Double) {
      let share = min(distance / length, 1)
      return (start.0 + share * dx, start.1 + share * dy)
    }
    return stride(from: 0, to: length, by: lengths[0] + lengths[1]).map {
      [point($0), point($0 + lengths[0])]
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
    let half = width * scale / 2
    let places = points.map { ($0.0 * scale, $0.1 * scale) }
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
    let (rows, columns) = pixels(of: frame)
    for y in rows {
      for x in columns { blend(x, y, color, opacity) }
    }
  }

  /// The pixels that a frame covers, as far as they are in the picture.
  private func pixels(of frame: Frame) -> (rows: Range<Int>, columns: Range<Int>) {
    func range(_ start: Double, _ end: Double) -> Range<Int> {
      // Neighbours share an edge, and no pixel twice.
      let (first, last) = (Int((start * scale).rounded()), Int((end * scale).rounded()))
      return first..<max(first, last)
    }
    return (
      range(frame.y, frame.bottom).clamped(to: 0..<height),
      range(frame.x, frame.right).clamped(to: 0..<width)
    )
  }

  /// Lays an image into a frame; its pixels stay squares.
  private mutating func lay(_ image: PNGImage, _ frame: Frame) {
    let count = image.format.rawValue
    func place(_ pixel: Int, _ start: Double, _ length: Double, _ extent: Int) -> Int {
      let share = (Double(pixel) + 0.5 - start * scale) / (length * scale)
      return max(0, min(extent - 1, Int(share * Double(extent))))
    }
    let (rows, columns) = pixels(of: frame)
    for y in rows {
      let row = place(y, frame.y, frame.height, image.height)
      for x in columns {
        let start = (row * image.width + place(x, frame.x, frame.width, image.width)) * count
        let color = (0..<3).map { Double(image.samples[start + (count == 1 ? 0 : $0)]) }
        let opacity = image.format == .rgba ? Double(image.samples[start + 3]) / 255 : 1
        blend(x, y, color, opacity)
      }
    }
  }

  /// Writes words, upwards where the element is turned.
  private mutating func write(_ element: SVGElement, x: Double, y: Double, size: Double) {
    guard let text = element.text else { return }
    let dot = max(1, Int((size * scale / 12).rounded()))
    let length = Double(PixelFont.width(of: text) * dot)
    let shift: Double =
      switch element["text-anchor"] {
      case "middle": length / 2
      case "end": length
      default: 0
      }
    let color = Self.color(element["fill"] ?? "")
    let isTurned = element["transform"]?.hasPrefix("rotate(-90") == true
    let (left, base) = (x * scale, y * scale)
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
