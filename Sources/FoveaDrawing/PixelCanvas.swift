/// A white picture that others, areas and words are drawn on.
struct PixelCanvas {
  private(set) var image: PNGImage

  init(width: Int, height: Int) throws(DrawingError) {
    image = try PNGImage(
      width: width, height: height, format: .rgb,
      samples: [UInt8](repeating: 255, count: 3 * width * height))
  }

  mutating func draw(_ other: PNGImage, x: Int, y: Int) {
    let count = other.format.rawValue
    for row in 0..<other.height {
      for column in 0..<other.width {
        let start = (row * other.width + column) * count
        let pixel = other.samples[start..<(start + count)]
        let color = count == 1 ? [UInt8](repeating: pixel[start], count: 3) : Array(pixel.prefix(3))
        set(x + column, y + row, color)
      }
    }
  }

  mutating func draw(_ text: String, x: Int, y: Int, scale: Int, color: [UInt8]) {
    for pixel in PixelFont.pixels(of: text) {
      for place in 0..<scale * scale {
        set(x + pixel.x * scale + place % scale, y + pixel.y * scale + place / scale, color)
      }
    }
  }

  private mutating func set(_ x: Int, _ y: Int, _ color: [UInt8]) {
    guard 0..<image.width ~= x, 0..<image.height ~= y else { return }
    let start = (y * image.width + x) * 3
    for channel in 0..<3 { image.samples[start + channel] = color[channel] }
  }
}
