import Foundation

extension PixelPlot {
  /// The plot as an image: layers, outlines, crosses, and the numbers of the axes.
  ///
  /// On a light background, its longer side about 640 pixels, or one a pixel of the input where that is more. Words
  /// are in the SVG alone.
  public func png() -> PNGImage {
    let scale = max(1, 640 / max(rows.count, columns.count))
    let rowTicks = Self.ticks(rows, limit: 10)
    let left = 12 + (rowTicks.map { Digits.width(of: "\($0)") }.max() ?? 0)
    let (top, plotWidth, plotHeight) = (12, columns.count * scale, rows.count * scale)
    var canvas = Canvas(
      width: left + plotWidth + (colorMeaning == nil ? 16 : 72), height: top + plotHeight + 32)
    let plot = Canvas.Area(
      x: left..<left + plotWidth, y: top..<top + plotHeight)
    canvas.fill(plot, [0xf4, 0xf6, 0xf8])
    func x(_ column: Double) -> Double {
      Double(left) + (column - Double(columns.lowerBound) + 0.5) * Double(scale)
    }
    func y(_ row: Double) -> Double {
      Double(top) + (row - Double(rows.lowerBound) + 0.5) * Double(scale)
    }
    for outline in outlines where outline.style == .frame {
      canvas.fill(
        Canvas.Area(
          x: (Int(x(outline.left))..<Int(x(outline.right))).clamped(to: plot.x),
          y: (Int(y(outline.top))..<Int(y(outline.bottom))).clamped(to: plot.y)),
        [255, 255, 255])
    }
    for layer in layers {
      canvas.draw(
        layer.image, x: left + (layer.column - columns.lowerBound) * scale,
        y: top + (layer.row - rows.lowerBound) * scale, scale: scale, in: plot)
    }
    for outline in outlines {
      let corners = (x(outline.left), y(outline.top), x(outline.right), y(outline.bottom))
      if outline.style != .frame {
        canvas.outline(corners, outline, color: [255, 255, 255], width: 4, in: plot)
      }
      canvas.outline(corners, outline, color: outline.style.paint.lightRGB, width: 2, in: plot)
    }
    for mark in marks { canvas.cross(Int(x(mark.column)), Int(y(mark.row)), in: plot) }
    let ink: [UInt8] = [0x49, 0x50, 0x57]
    canvas.frame(plot, ink)
    for tick in Self.ticks(columns, limit: 10) {
      let place = Int(x(Double(tick)))
      canvas.fill(.init(x: place..<place + 1, y: plot.y.upperBound..<plot.y.upperBound + 4), ink)
      let width = Digits.width(of: "\(tick)")
      canvas.write("\(tick)", x: place - width / 2, y: plot.y.upperBound + 8, ink)
    }
    for tick in rowTicks {
      let level = Int(y(Double(tick)))
      canvas.fill(.init(x: left - 4..<left, y: level..<level + 1), ink)
      let width = Digits.width(of: "\(tick)")
      canvas.write("\(tick)", x: left - 7 - width, y: level - Digits.height / 2, ink)
    }
    if colorMeaning != nil {
      let bar = Canvas.Area(x: plot.x.upperBound + 20..<plot.x.upperBound + 36, y: plot.y)
      for row in bar.y {
        let amount = Double(bar.y.upperBound - 1 - row) / Double(max(bar.y.count - 1, 1))
        canvas.fill(.init(x: bar.x, y: row..<row + 1), HeatColors.rgb(amount))
      }
      canvas.frame(bar, ink)
      canvas.write("1", x: bar.x.upperBound + 6, y: bar.y.lowerBound, ink)
      canvas.write("0", x: bar.x.upperBound + 6, y: bar.y.upperBound - Digits.height, ink)
    }
    return canvas.image
  }
}

/// Pixels that are drawn on.
private struct Canvas {
  /// A rectangle of them.
  struct Area {
    var x: Range<Int>
    var y: Range<Int>
  }

  private(set) var image: PNGImage

  /// A white one.
  init(width: Int, height: Int) {
    image = PNGImage(
      width: width, height: height, .rgb, [UInt8](repeating: 255, count: width * height * 3))
  }

  private mutating func set(_ x: Int, _ y: Int, _ color: [UInt8]) {
    guard 0..<image.width ~= x, 0..<image.height ~= y else { return }
    let start = (y * image.width + x) * 3
    for channel in 0..<3 { image.samples[start + channel] = color[channel] }
  }

  mutating func fill(_ area: Area, _ color: [UInt8]) {
    for y in area.y { for x in area.x { set(x, y, color) } }
  }

  mutating func frame(_ area: Area, _ color: [UInt8]) {
    for x in area.x {
      set(x, area.y.lowerBound, color)
      set(x, area.y.upperBound - 1, color)
    }
    for y in area.y {
      set(area.x.lowerBound, y, color)
      set(area.x.upperBound - 1, y, color)
    }
  }

  /// Lays an image over what is there, each of its pixels a square.
  mutating func draw(_ layer: PNGImage, x: Int, y: Int, scale: Int, in area: Area) {
    let count = layer.format.rawValue
    for row in area.y.clamped(to: y..<y + layer.height * scale) {
      for column in area.x.clamped(to: x..<x + layer.width * scale) {
        let pixel = ((row - y) / scale * layer.width + (column - x) / scale) * count
        let opacity = layer.format == .rgba ? Int(layer.samples[pixel + 3]) : 255
        let start = (row * image.width + column) * 3
        for channel in 0..<3 {
          let sample = Int(layer.samples[layer.format == .grey ? pixel : pixel + channel])
          let below = Int(image.samples[start + channel])
          image.samples[start + channel] = UInt8(
            (sample * opacity + below * (255 - opacity) + 127) / 255)
        }
      }
    }
  }

  /// A rectangle or the ellipse in it, from its left, top, right and bottom.
  mutating func outline(
    _ corners: (Double, Double, Double, Double), _ outline: PixelPlot.Outline, color: [UInt8],
    width: Int, in area: Area
  ) {
    let (left, top, right, bottom) = corners
    let (centre, half) = (
      ((left + right) / 2, (top + bottom) / 2), ((right - left) / 2, (bottom - top) / 2)
    )
    // Far outside the plot nothing is seen, however long the line.
    let length = Int(min(2 * .pi * (half.0 + half.1), 1e5)) * 2 + 8
    for step in 0..<length {
      if outline.style == .dashed, step / 16 % 2 == 1 { continue }
      let share = Double(step) / Double(length)
      let point: (Double, Double)
      if outline.isEllipse {
        point = (
          centre.0 + half.0 * cos(2 * .pi * share), centre.1 + half.1 * sin(2 * .pi * share)
        )
      } else {
        let (side, along) = (Int(share * 4), share * 4 - (share * 4).rounded(.down))
        point =
          switch side {
          case 0: (left + (right - left) * along, top)
          case 1: (right, top + (bottom - top) * along)
          case 2: (right - (right - left) * along, bottom)
          default: (left, bottom - (bottom - top) * along)
          }
      }
      let corner = (Int(point.0.rounded()) - width / 2, Int(point.1.rounded()) - width / 2)
      fill(
        Area(
          x: (corner.0..<corner.0 + width).clamped(to: area.x),
          y: (corner.1..<corner.1 + width).clamped(to: area.y)), color)
    }
  }

  /// A cross that is seen on any colour.
  mutating func cross(_ x: Int, _ y: Int, in area: Area) {
    for (color, half, reach) in [
      ([UInt8](repeating: 255, count: 3), 2, 8), (Paint.purple.lightRGB, 1, 7),
    ] {
      for (across, along) in [(half, reach), (reach, half)] {
        fill(
          Area(
            x: (x - across..<x + across).clamped(to: area.x),
            y: (y - along..<y + along).clamped(to: area.y)), color)
      }
    }
  }

  /// Writes a whole number.
  mutating func write(_ text: String, x: Int, y: Int, _ color: [UInt8]) {
    for (index, character) in text.enumerated() {
      for (row, line) in Digits.rows(of: character).enumerated() {
        for (column, dot) in line.enumerated() where dot == "#" {
          let corner = (x + index * Digits.advance + column * 2, y + row * 2)
          fill(Area(x: corner.0..<corner.0 + 2, y: corner.1..<corner.1 + 2), color)
        }
      }
    }
  }
}

/// The shapes of digits, three dots wide and five high, each dot two pixels.
private enum Digits {
  static let height = 10
  static let advance = 8

  static func width(of text: String) -> Int { text.count * advance - 2 }

  static func rows(of character: Character) -> [String] {
    switch character {
    case "0": ["###", "#.#", "#.#", "#.#", "###"]
    case "1": [".#.", "##.", ".#.", ".#.", "###"]
    case "2": ["###", "..#", "###", "#..", "###"]
    case "3": ["###", "..#", ".##", "..#", "###"]
    case "4": ["#.#", "#.#", "###", "..#", "..#"]
    case "5": ["###", "#..", "###", "..#", "###"]
    case "6": ["###", "#..", "###", "#.#", "###"]
    case "7": ["###", "..#", ".#.", ".#.", ".#."]
    case "8": ["###", "#.#", "###", "#.#", "###"]
    case "9": ["###", "#.#", "###", "..#", "###"]
    case "-": ["...", "...", "###", "...", "..."]
    default: []
    }
  }
}
