extension RasterImage {
  /// The picture at another size, as Pillow's `resize` makes it, byte for byte.
  ///
  /// Antialiased where it shrinks, but for `nearest`.
  ///
  /// - Throws: `ImageTransformError.size` for a side below 1, or more pixels than
  ///   `ImageOperation.maximumPixels`.
  public func resized(
    to newSize: ImageSize, filter: ResizeFilter = .bilinear
  ) throws(ImageTransformError) -> RasterImage {
    try ImageOperation.check(newSize)
    if newSize == size { return self }
    return RasterImage(filling: newSize, channels: channels) { target in
      bytes.withUnsafeBufferPointer { source in
        Resampler(from: size, to: newSize, channels: channels, filter: filter)
          .resample(source, to: target)
      }
    }
  }
}

/// Changes the size of pictures of bytes: along rows and along columns, with bytes between.
///
/// Weights are whole numbers with 22 bits of fraction, so that the same bytes come out everywhere.
struct Resampler {
  private let from: ImageSize
  private let to: ImageSize
  private let channels: Int
  private let filter: ResizeFilter
  private let rows: Taps
  private let columns: Taps

  init(from: ImageSize, to: ImageSize, channels: Int, filter: ResizeFilter) {
    self.from = from
    self.to = to
    self.channels = channels
    self.filter = filter
    rows = Taps(from: from.height, to: to.height, filter: filter)
    columns = Taps(from: from.width, to: to.width, filter: filter)
  }

  /// Whether the height shrinks so much more than the width that it pays to begin there: the rule of
  /// Pillow 13, since the order decides over a level here and there.
  private var columnsComeFirst: Bool {
    to.height < from.height && from.height - to.height > 2 * (from.width - to.width)
  }

  /// Writes the picture `source` at its new size to `target`.
  func resample(
    _ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutableBufferPointer<UInt8>
  ) {
    guard let first = source.baseAddress, let result = target.baseAddress else { return }
    if filter == .nearest {
      pickNearest(first, result)
    } else if from.width == to.width {
      resampleColumns(first, result, width: to.width)
    } else if from.height == to.height {
      resampleRows(first, result, height: to.height)
    } else {
      let between = columnsComeFirst ? to.height * from.width : from.height * to.width
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: between * channels) {
        guard let between = $0.baseAddress else { return }
        if columnsComeFirst {
          resampleColumns(first, between, width: from.width)
          resampleRows(between, result, height: to.height)
        } else {
          resampleRows(first, between, height: from.height)
          resampleColumns(between, result, width: to.width)
        }
      }
    }
  }

  private func pickNearest(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>
  ) {
    var write = 0
    for y in 0..<to.height {
      let row = Int(rows.starts[y]) * from.width
      for x in 0..<to.width {
        let read = (row + Int(columns.starts[x])) * channels
        for channel in 0..<channels { target[write + channel] = source[read + channel] }
        write += channels
      }
    }
  }

  /// Changes the length of `height` rows.
  private func resampleRows(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, height: Int
  ) {
    columns.weights.withUnsafeBufferPointer { weights in
      guard let weights = weights.baseAddress else { return }
      for y in 0..<height {
        let row = source + y * from.width * channels
        let result = target + y * to.width * channels
        for x in 0..<to.width {
          let (taps, count) = (weights + x * columns.stride, Int(columns.counts[x]))
          let pixels = row + Int(columns.starts[x]) * channels
          switch channels {
          case 1: result[x] = Taps.sum(pixels, taps, count)
          case 3:
            let sums = Taps.sums(pixels, taps, count)
            result[3 * x] = Taps.byte(sums.0)
            result[3 * x + 1] = Taps.byte(sums.1)
            result[3 * x + 2] = Taps.byte(sums.2)
          default:
            for channel in 0..<channels {
              result[x * channels + channel] = Taps.sum(
                pixels + channel, taps, count, step: channels)
            }
          }
        }
      }
    }
  }

  /// Changes the length of `width` columns.
  private func resampleColumns(
    _ source: UnsafePointer<UInt8>, _ target: UnsafeMutablePointer<UInt8>, width: Int
  ) {
    let rowBytes = width * channels
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: rowBytes) { sums in
      guard let sums = sums.baseAddress else { return }
      for y in 0..<to.height {
        for place in 0..<rowBytes { sums[place] = Taps.half }
        for tap in 0..<Int(rows.counts[y]) {
          let weight = rows.weights[y * rows.stride + tap]
          let row = source + (Int(rows.starts[y]) + tap) * rowBytes
          for place in 0..<rowBytes { sums[place] &+= weight &* Int32(row[place]) }
        }
        let result = target + y * rowBytes
        for place in 0..<rowBytes { result[place] = Taps.byte(sums[place]) }
      }
    }
  }
}

/// For each pixel of a new axis, the old pixels that it is made of, and their weights.
private struct Taps {
  /// The first old pixel of each new one.
  private(set) var starts: [Int32] = []
  /// How many old pixels each new one has.
  private(set) var counts: [Int32] = []
  /// `stride` weights for each new pixel, of which `counts` are used.
  private(set) var weights: [Int32] = []
  let stride: Int

  private static let fractionBits: Int32 = 22
  /// Half a level: sums begin with it, so that they are rounded.
  static let half: Int32 = 1 << (fractionBits - 1)

  init(from old: Int, to new: Int, filter: ResizeFilter) {
    let scale = Double(old) / Double(new)
    if filter == .nearest {
      stride = 0
      var center = scale * 0.5
      for _ in 0..<new {
        // Added up, not multiplied, as Pillow has it: the last may round past the end.
        starts.append(Int32(min(Int(center), old - 1)))
        center += scale
      }
      return
    }
    let stretch = max(scale, 1)
    let support = filter.support * stretch
    stride = min(old, Int(support.rounded(.up)) * 2 + 1)
    weights = [Int32](repeating: 0, count: new * stride)
    var exact: [Double] = []
    for position in 0..<new {
      let center = (Double(position) + 0.5) * scale
      let start = max(0, Int(center - support + 0.5))
      let end = min(old, Int(center + support + 0.5))
      exact.removeAll(keepingCapacity: true)
      for pixel in start..<max(start, end) {
        exact.append(filter.weight((Double(pixel) - center + 0.5) / stretch))
      }
      let sum = exact.reduce(0, +)
      for (tap, weight) in exact.enumerated() {
        let share = (sum == 0 ? weight : weight / sum) * Double(1 << Self.fractionBits)
        weights[position * stride + tap] = Int32(share.rounded(.toNearestOrAwayFromZero))
      }
      starts.append(Int32(start))
      counts.append(Int32(exact.count))
    }
  }

  static func byte(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: max(0, min(255, sum >> fractionBits)))
  }

  static func sum(
    _ pixels: UnsafePointer<UInt8>, _ weights: UnsafePointer<Int32>, _ count: Int, step: Int = 1
  ) -> UInt8 {
    var sum = half
    for tap in 0..<count { sum &+= weights[tap] &* Int32(pixels[tap * step]) }
    return byte(sum)
  }

  static func sums(
    _ pixels: UnsafePointer<UInt8>, _ weights: UnsafePointer<Int32>, _ count: Int
  ) -> (Int32, Int32, Int32) {
    var (red, green, blue) = (half, half, half)
    for tap in 0..<count {
      let weight = weights[tap]
      red &+= weight &* Int32(pixels[3 * tap])
      green &+= weight &* Int32(pixels[3 * tap + 1])
      blue &+= weight &* Int32(pixels[3 * tap + 2])
    }
    return (red, green, blue)
  }
}
