extension RasterImage {
  /// White: what shows behind a picture where nothing else is asked for.
  public static let white: [UInt8] = [255, 255, 255]

  /// The picture in grey (1), red, green and blue (3), or these and alpha (4).
  ///
  /// Grey is Rec. 601's luma, 0.299 red + 0.587 green + 0.114 blue, with Pillow's rounding. Alpha that
  /// goes is laid on `background`; alpha that comes is 255.
  ///
  /// - Parameter background: Red, green and blue; missing ones are 255.
  /// - Throws: `RasterImageError.bytes` for another number of channels.
  public func converted(
    toChannels channels: Int, background: [UInt8] = white
  ) throws(RasterImageError) -> RasterImage {
    guard [1, 3, 4].contains(channels) else {
      throw .bytes(height: height, width: width, channels: channels, count: bytes.count)
    }
    return converted(to: channels, background: background)
  }

  /// The picture with 1, 3 or 4 channels.
  func converted(to channels: Int, background: [UInt8] = white) -> RasterImage {
    switch (self.channels, channels) {
    case (4, 3): flattened(on: background)
    case (4, 1): flattened(on: background).converted(to: 1)
    case (let old, let new) where old == new: self
    default:
      RasterImage(filling: size, channels: channels) { target in
        bytes.withUnsafeBufferPointer { source in
          convert(source, to: target, channels: channels)
        }
      }
    }
  }

  private func convert(
    _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>,
    channels: Int
  ) {
    for pixel in 0..<height * width {
      let (from, to) = (pixel * self.channels, pixel * channels)
      switch (self.channels, channels) {
      case (3, 1):
        target[to] = Luma.of(source[from], source[from + 1], source[from + 2])
      case (1, _):
        for channel in 0..<3 { target[to + channel] = source[from] }
      default:
        for channel in 0..<3 { target[to + channel] = source[from + channel] }
      }
      if channels == 4 { target[to + 3] = 255 }
    }
  }

  /// The colours as they look in front of a background.
  private func flattened(on background: [UInt8]) -> RasterImage {
    let paper = (0..<3).map { background.indices.contains($0) ? Int(background[$0]) : 255 }
    return RasterImage(filling: size, channels: 3) { target in
      bytes.withUnsafeBufferPointer { source in
        for pixel in 0..<height * width {
          let alpha = Int(source[4 * pixel + 3])
          for channel in 0..<3 {
            let sum = Int(source[4 * pixel + channel]) * alpha + paper[channel] * (255 - alpha)
            target[3 * pixel + channel] = UInt8((sum + 127) / 255)
          }
        }
      }
    }
  }
}

/// The brightness of a colour, as television standard 601 has it.
enum Luma {
  /// 0.299 red + 0.587 green + 0.114 blue in 16 bits of fraction, rounded: Pillow's numbers.
  static func of(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    let sum = 19595 * UInt32(red) + 38470 * UInt32(green) + 7471 * UInt32(blue) + 0x8000
    return UInt8(truncatingIfNeeded: sum >> 16)
  }
}
