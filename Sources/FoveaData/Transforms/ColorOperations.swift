import Foundation

extension RasterImage {
  /// How many channels have colours: alpha is no colour.
  private var colorChannels: Int { channels == 4 ? 3 : channels }

  /// Each colour as a table has it.
  private func mapped(_ table: [UInt8]) -> RasterImage {
    RasterImage(filling: size, channels: channels) { target in
      bytes.withUnsafeBufferPointer { source in
        table.withUnsafeBufferPointer { table in
          if channels < 4 {
            for place in target.indices { target[place] = table[Int(source[place])] }
          } else {
            for place in target.indices {
              target[place] = place % 4 == 3 ? source[place] : table[Int(source[place])]
            }
          }
        }
      }
    }
  }

  /// Each colour as a table of its channel has it.
  private func mappedByChannel(_ table: (_ histogram: [Int]) -> [UInt8]) -> RasterImage {
    RasterImage(filling: size, channels: channels) { target in
      bytes.withUnsafeBufferPointer { source in
        for channel in 0..<channels {
          let places = stride(from: channel, to: source.count, by: channels)
          if channel == colorChannels {
            for place in places { target[place] = source[place] }
            continue
          }
          var histogram = [Int](repeating: 0, count: 256)
          for place in places { histogram[Int(source[place])] += 1 }
          table(histogram).withUnsafeBufferPointer { table in
            for place in places { target[place] = table[Int(source[place])] }
          }
        }
      }
    }
  }

  /// Each pixel with colours as `change` has it.
  @inline(__always)
  private func mappedColors(
    _ change: (UInt8, UInt8, UInt8) -> (UInt8, UInt8, UInt8)
  ) -> RasterImage {
    guard channels > 1 else { return self }
    return RasterImage(filling: size, channels: channels) { target in
      bytes.withUnsafeBufferPointer { source in
        for place in stride(from: 0, to: source.count, by: channels) {
          (target[place], target[place + 1], target[place + 2]) = change(
            source[place], source[place + 1], source[place + 2])
          if channels == 4 { target[place + 3] = source[place + 3] }
        }
      }
    }
  }

  /// Black at 0, the picture at 1, brighter beyond.
  func brightened(_ factor: Double) -> RasterImage {
    mapped(Blend(factor).table(from: 0))
  }

  /// The picture's mean grey at 0, the picture at 1, more contrast beyond.
  func contrasted(_ factor: Double) -> RasterImage {
    // Transparent pixels count with the colours that they have.
    let sum = bytes.withUnsafeBufferPointer { source in
      channels == 1
        ? source.reduce(0) { $0 + Int($1) }
        : stride(from: 0, to: source.count, by: channels).reduce(0) { sum, place in
          sum + Int(Luma.of(source[place], source[place + 1], source[place + 2]))
        }
    }
    let mean = Double(sum) / Double(height * width)
    return mapped(Blend(factor).table(from: UInt8(mean + 0.5)))
  }

  /// Grey at 0, the picture at 1, stronger colours beyond.
  func saturated(_ factor: Double) -> RasterImage {
    let blend = Blend(factor)
    return mappedColors { red, green, blue in
      let grey = Luma.of(red, green, blue)
      return (blend.mix(grey, red), blend.mix(grey, green), blend.mix(grey, blue))
    }
  }

  /// Grey in as many channels as there are.
  func greyed() -> RasterImage {
    mappedColors { red, green, blue in
      let grey = Luma.of(red, green, blue)
      return (grey, grey, grey)
    }
  }

  /// Hues further round the circle, of which 1 is the whole: through HSV of bytes, as Pillow has it.
  func hueShifted(_ share: Double) -> RasterImage {
    let shift = UInt8(truncatingIfNeeded: Int(share * 255))
    return mappedColors { red, green, blue in
      var color = HSV(red, green, blue)
      color.hue &+= shift
      return color.rgb
    }
  }

  /// Smoothed at 0, the picture at 1, sharper beyond.
  ///
  /// Smooth is the mean of a pixel's neighbourhood, itself counted five times; pixels at the edge stay.
  func sharpened(_ factor: Double) -> RasterImage {
    let blend = Blend(factor)
    let rowBytes = width * channels
    var result = bytes
    guard height > 2, width > 2 else { return self }
    result.withUnsafeMutableBufferPointer { result in
      bytes.withUnsafeBufferPointer { source in
        func column(_ place: Int) -> Int {
          Int(source[place - rowBytes]) + Int(source[place]) + Int(source[place + rowBytes])
        }
        for y in 1..<height - 1 {
          for place in y * rowBytes + channels..<(y + 1) * rowBytes - channels
          where channels < 4 || place % 4 < 3 {
            let sum =
              column(place - channels) + column(place) + column(place + channels)
              + 4 * Int(source[place])
            result[place] = blend.mix(UInt8((2 * sum + 13) / 26), source[place])
          }
        }
      }
    }
    return RasterImage(checkedSize: size, channels: channels, result)
  }

  /// The upper bits of each colour.
  func posterized(bits: Int) -> RasterImage {
    let mask = bits >= 8 ? 255 : ~(UInt8(255) >> UInt8(max(0, bits)))
    return mapped((0...255).map { UInt8($0) & mask })
  }

  /// Colours from `threshold` on inverted.
  func solarized(from threshold: Double) -> RasterImage {
    mapped((0...255).map { Double($0) < threshold ? UInt8($0) : UInt8(255 - $0) })
  }

  /// Each channel stretched to 0 to 255.
  func autoContrasted() -> RasterImage {
    mappedByChannel { histogram in
      guard let low = histogram.firstIndex(where: { $0 > 0 }),
        let high = histogram.lastIndex(where: { $0 > 0 }), high > low
      else { return Array(0...255) }
      let scale = 255.0 / Double(high - low)
      let offset = -Double(low) * scale
      return (0...255).map { UInt8(max(0, min(255, Double($0) * scale + offset))) }
    }
  }

  /// Each channel with its levels spread so that all are about as frequent.
  func equalized() -> RasterImage {
    mappedByChannel { histogram in
      let last = histogram.last { $0 > 0 } ?? 0
      let step = (height * width - last) / 255
      guard step > 0 else { return Array(0...255) }
      var sum = step / 2
      return histogram.map { count in
        defer { sum += count }
        return UInt8(min(255, sum / step))
      }
    }
  }
}

/// One byte at 0, another at 1, and on beyond, cut off at 0 and 255 as Pillow does.
private struct Blend {
  private let factor: Float

  init(_ factor: Double) { self.factor = Float(factor) }

  func mix(_ first: UInt8, _ second: UInt8) -> UInt8 {
    let mixed = Float(first) + factor * Float(Int(second) - Int(first))
    return UInt8(max(0, min(255, mixed)))
  }

  /// What becomes of each byte mixed with `first`.
  func table(from first: UInt8) -> [UInt8] { (0...255).map { mix(first, $0) } }
}

/// Hue, saturation and value in bytes.
private struct HSV {
  var hue: UInt8 = 0
  private var saturation: UInt8 = 0
  private let value: UInt8

  init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
    let (largest, smallest) = (max(red, green, blue), min(red, green, blue))
    value = largest
    guard largest > smallest else { return }
    let range = Float(largest - smallest)
    let (r, g, b) = (
      Float(largest - red) / range, Float(largest - green) / range, Float(largest - blue) / range
    )
    let sextant: Double =
      red == largest
      ? Double(b - g) : green == largest ? 2 + Double(r) - Double(b) : 4 + Double(g) - Double(r)
    let turn = Float(fmod(Double(Float(sextant)) / 6 + 1, 1))
    hue = UInt8(Double(turn) * 255)
    saturation = UInt8(Double(range / Float(largest)) * 255)
  }

  var rgb: (UInt8, UInt8, UInt8) {
    if saturation == 0 { return (value, value, value) }
    let sextants = Double(hue) * 6 / 255
    let sextant = Int(sextants)
    let part = Double(Float(sextants - Double(sextant)))
    let share = Double(Float(saturation) / 255)
    func level(_ loss: Double) -> UInt8 {
      UInt8(max(0, min(255, (Double(value) * (1 - loss)).rounded(.toNearestOrAwayFromZero))))
    }
    let (p, q, t) = (level(share), level(share * part), level(share * (1 - part)))
    return switch sextant % 6 {
    case 0: (value, t, p)
    case 1: (q, value, p)
    case 2: (p, value, t)
    case 3: (p, q, value)
    case 4: (t, p, value)
    default: (value, p, q)
    }
  }
}
