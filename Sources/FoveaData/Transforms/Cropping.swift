/// A rectangle of pixels.
public struct PixelBox: Hashable, Codable, Sendable, CustomStringConvertible {
  /// Rows above it.
  public let top: Int
  /// Columns to its left.
  public let left: Int
  /// Its height and width.
  public let size: ImageSize

  /// Names a rectangle.
  public init(top: Int, left: Int, size: ImageSize) {
    self.top = top
    self.left = left
    self.size = size
  }

  public var description: String { "\(size) at (\(top), \(left))" }

  /// Whether it has a pixel, and all are in a picture.
  func isInside(_ image: ImageSize) -> Bool {
    size.height > 0 && size.width > 0 && top >= 0 && left >= 0
      && top <= image.height - size.height && left <= image.width - size.width
  }
}

/// What is around a picture that is padded.
public enum PaddingMode: Hashable, Codable, Sendable {
  /// One colour: a byte a channel, 0 for missing ones.
  case color([UInt8])
  /// The nearest pixel of the picture.
  case edge
  /// The picture mirrored at its outermost pixels.
  case reflect

  /// Black, and transparent where there is alpha.
  public static let black = PaddingMode.color([])
}

extension PaddingMode: CustomStringConvertible {
  /// What follows "pad by 4" in a sentence.
  public var description: String {
    switch self {
    case .color(let color): color.isEmpty ? " with black" : " with \(color)"
    case .edge: ", the edge repeated"
    case .reflect: ", mirrored"
    }
  }
}

extension RasterImage {
  /// The pixels of a box that is inside.
  func cropped(to box: PixelBox) -> RasterImage {
    RasterImage(filling: box.size, channels: channels) { target in
      bytes.withUnsafeBufferPointer { source in
        let rowBytes = box.size.width * channels
        for y in 0..<box.size.height {
          let start = ((box.top + y) * width + box.left) * channels
          let row = UnsafeMutableBufferPointer(
            rebasing: target[y * rowBytes..<(y + 1) * rowBytes])
          _ = row.update(fromContentsOf: source[start..<start + rowBytes])
        }
      }
    }
  }

  /// A larger picture, this one inside it.
  func padded(_ padding: ImagePadding, mode: PaddingMode) -> RasterImage {
    let newSize = padding.size(around: size)
    let fill = fillColor(mode)
    let rows = Self.sources(newSize.height, before: padding.top, of: height, mode: mode)
    let columns = Self.sources(newSize.width, before: padding.left, of: width, mode: mode)
    let (rowBytes, newRowBytes) = (width * channels, newSize.width * channels)
    // Where each row goes on as it is.
    let inner = padding.left..<padding.left + width
    return RasterImage(filling: newSize, channels: channels) { target in
      bytes.withUnsafeBufferPointer { source in
        for (y, row) in rows.enumerated() {
          let start = y * newRowBytes
          for (x, column) in columns.enumerated() where row < 0 || !inner.contains(x) {
            for channel in 0..<channels {
              target[start + x * channels + channel] =
                row < 0 || column < 0
                ? fill[channel] : source[row * rowBytes + column * channels + channel]
            }
          }
          guard row >= 0 else { continue }
          let first = start + padding.left * channels
          let middle = UnsafeMutableBufferPointer(rebasing: target[first..<first + rowBytes])
          _ = middle.update(fromContentsOf: source[row * rowBytes..<(row + 1) * rowBytes])
        }
      }
    }
  }

  private func fillColor(_ mode: PaddingMode) -> [UInt8] {
    if case .color(let color) = mode { return fillColor(color) }
    return fillColor([])
  }

  /// A byte a channel.
  func fillColor(_ color: [UInt8]) -> [UInt8] {
    (0..<channels).map { color.indices.contains($0) ? color[$0] : 0 }
  }

  /// Which old pixel each new one of an axis is, −1 for the fill.
  private static func sources(
    _ count: Int, before: Int, of old: Int, mode: PaddingMode
  ) -> [Int] {
    (0..<count).map { place in
      let position = place - before
      switch mode {
      case .color: return (0..<old).contains(position) ? position : -1
      case .edge: return max(0, min(old - 1, position))
      case .reflect: return reflected(position, in: old)
      }
    }
  }

  /// A place mirrored at the first and the last as often as it takes.
  static func reflected(_ position: Int, in count: Int) -> Int {
    guard count > 1 else { return 0 }
    let period = 2 * (count - 1)
    let place = (position % period + period) % period
    return min(place, period - place)
  }
}

/// Pixels that are added on each side.
public struct ImagePadding: Hashable, Codable, Sendable, ExpressibleByIntegerLiteral,
  CustomStringConvertible
{
  /// Rows above.
  public let top: Int
  /// Columns to the left.
  public let left: Int
  /// Rows below.
  public let bottom: Int
  /// Columns to the right.
  public let right: Int

  /// Names them.
  public init(top: Int, left: Int, bottom: Int, right: Int) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }

  /// The same on all sides.
  public init(integerLiteral side: Int) {
    self.init(top: side, left: side, bottom: side, right: side)
  }

  /// What is added to bring a picture to at least `size`, its middle staying in the middle.
  init(centering image: ImageSize, in size: ImageSize) {
    let (height, width) = (max(0, size.height - image.height), max(0, size.width - image.width))
    self.init(
      top: height / 2, left: width / 2, bottom: (height + 1) / 2, right: (width + 1) / 2)
  }

  public var description: String {
    let sides = [left, bottom, right]
    return sides.allSatisfy { $0 == top }
      ? "\(top) on all sides" : "(\(top), \(left), \(bottom), \(right))"
  }

  var isEmpty: Bool { (top, left, bottom, right) == (0, 0, 0, 0) }

  func size(around image: ImageSize) -> ImageSize {
    ImageSize(height: top + image.height + bottom, width: left + image.width + right)
  }
}
