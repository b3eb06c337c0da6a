/// How a stored picture must be turned to stand upright: EXIF's tag 274, by its numbers.
///
/// - SeeAlso: CIPA DC-008 (*Exchangeable image file format for digital still cameras*), §4.6.4.
public enum ImageOrientation: Int, Hashable, Codable, Sendable, CaseIterable {
  /// As stored.
  case upright = 1
  /// Left and right change places.
  case mirrored = 2
  /// Turned by half.
  case upsideDown = 3
  /// Top and bottom change places.
  case flipped = 4
  /// Rows become columns.
  case transposed = 5
  /// Turned by a quarter, clockwise.
  case clockwise = 6
  /// Rows become columns, both from their ends.
  case transversed = 7
  /// Turned by a quarter, counterclockwise.
  case counterclockwise = 8

  /// Whether height and width change places.
  public var swapsAxes: Bool { rawValue > 4 }

  /// The size that a picture of `size` has when it stands upright.
  func applied(to size: ImageSize) -> ImageSize {
    swapsAxes ? ImageSize(height: size.width, width: size.height) : size
  }
}

extension RasterImage {
  /// The picture turned as `orientation` asks for.
  public func oriented(_ orientation: ImageOrientation) -> RasterImage {
    if orientation == .upright { return self }
    // Where the first new pixel comes from, and how far the next ones of a column and a row are.
    let (last, right) = ((height - 1) * width, width - 1)
    let (start, down, along) =
      switch orientation {
      case .upright: (0, width, 1)
      case .mirrored: (right, width, -1)
      case .upsideDown: (last + right, -width, -1)
      case .flipped: (last, -width, 1)
      case .transposed: (0, 1, width)
      case .clockwise: (last, 1, -width)
      case .transversed: (last + right, -1, -width)
      case .counterclockwise: (right, -1, width)
      }
    let newSize = orientation.applied(to: size)
    return RasterImage(filling: newSize, channels: channels) { target in
      switch channels {
      case 1: copy(UInt8.self)
      case 3: copy(ColorPixel.self)
      default: copy(UInt32.self)
      }

      /// `Pixel` has as many bytes as there are channels; one move a pixel is several times as fast.
      func copy<Pixel: BitwiseCopyable>(_ type: Pixel.Type) {
        bytes.withUnsafeBytes { source in
          let result = UnsafeMutableRawBufferPointer(target)
          var write = 0
          for y in 0..<newSize.height {
            var read = start + y * down
            for _ in 0..<newSize.width {
              let pixel = source.loadUnaligned(fromByteOffset: read * channels, as: Pixel.self)
              result.storeBytes(of: pixel, toByteOffset: write * channels, as: Pixel.self)
              write += 1
              read += along
            }
          }
        }
      }
    }
  }
}

/// Three bytes side by side.
private struct ColorPixel: BitwiseCopyable {
  let red: UInt8
  let green: UInt8
  let blue: UInt8
}
